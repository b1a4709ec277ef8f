"""Takes the gateway's pushes with Flask and keeps them in SQLite.

    WINNERLOOK_PUSH_SECRET=long-and-random python examples/receive_flask.py 8119

Needs flask and waitress. The gateway's operator is given http://HOST:8119/push/long-and-random.
"""

import os
import sqlite3
import sys
from contextlib import closing

import waitress
from flask import Flask, Response, request

from winnerlook.receiver import Push, Receiver, SqliteStore

DATABASE = os.environ.get("PUSHED_DATABASE", "pushed.sqlite")
app = Flask(__name__)


def save(push: Push) -> None:
    """Commits before it returns: only then is the gateway told that the push arrived."""
    rows = [(push.account, r.phone, r.status) for r in push.reports] + [(push.account, r.phone, r.text) for r in push.replies]
    with closing(sqlite3.connect(DATABASE)) as database, database:
        database.execute("CREATE TABLE IF NOT EXISTS pushed (account TEXT, phone TEXT, said TEXT)")
        database.executemany("INSERT INTO pushed VALUES (?, ?, ?)", rows)


receiver = Receiver(save, secret=os.environ["WINNERLOOK_PUSH_SECRET"], store=SqliteStore("seen.sqlite"))


@app.route("/push/<secret>", methods=["GET", "POST"])
def push(secret: str) -> Response:  # noqa: ARG001  # the receiver looks at the path itself
    # Not request.form: a form would be parsed, and the body gone.
    answer = receiver.receive(request.method, request.path, request.get_data(), request.content_type, request.remote_addr)
    return Response(answer.text, answer.status, dict(answer.headers))


if __name__ == "__main__":
    server = waitress.create_server(app, host="127.0.0.1", port=int(sys.argv[1]))
    print(f"ready: http://127.0.0.1:{server.effective_port}/push/", flush=True)
    server.run()
