"""Takes the gateway's pushes with FastAPI and keeps them in SQLite.

    WINNERLOOK_PUSH_SECRET=long-and-random python examples/receive_fastapi.py 8119

Needs fastapi and uvicorn. The gateway's operator is given http://HOST:8119/push/long-and-random.
"""

import os
import socket
import sqlite3
import sys
from contextlib import closing

import uvicorn
from fastapi import FastAPI

from winnerlook.receiver import Push, Receiver, SqliteStore

DATABASE = os.environ.get("PUSHED_DATABASE", "pushed.sqlite")


def save(push: Push) -> None:
    """Commits before it returns: only then is the gateway told that the push arrived. Runs in a thread; it may be async def too."""
    rows = [(push.account, r.phone, r.status) for r in push.reports] + [(push.account, r.phone, r.text) for r in push.replies]
    with closing(sqlite3.connect(DATABASE)) as database, database:
        database.execute("CREATE TABLE IF NOT EXISTS pushed (account TEXT, phone TEXT, said TEXT)")
        database.executemany("INSERT INTO pushed VALUES (?, ?, ?)", rows)


receiver = Receiver(save, secret=os.environ["WINNERLOOK_PUSH_SECRET"], store=SqliteStore("seen.sqlite"))
app = FastAPI()
app.mount("/push", receiver.asgi)

if __name__ == "__main__":
    with socket.create_server(("127.0.0.1", int(sys.argv[1]))) as listener:
        print(f"ready: http://127.0.0.1:{listener.getsockname()[1]}/push/", flush=True)
        # The access log would hold the secret; and X-Forwarded-For is believed only where a proxy of yours writes it.
        uvicorn.Server(uvicorn.Config(app, access_log=False, proxy_headers=False)).run(sockets=[listener])
