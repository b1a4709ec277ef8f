"""A service that sends what is put into an outbox, polls, and prints what people write back:

    WINNERLOOK_USER_CODE=... WINNERLOOK_USER_PASS=... WINNERLOOK_ENDPOINT=... python outbox_worker.py postgresql://user@host/shop

Any number may run. SIGTERM and Ctrl-C let the call under way finish. Needs winnerlook[outbox].
"""

import logging
import signal
import sys

from sqlalchemy import Connection

from winnerlook import Client
from winnerlook.outbox import Outbox, ReplyView, Worker


def on_reply(reply: ReplyView, connection: Connection) -> None:  # noqa: ARG001  # this one only prints
    """Here it is saved; through `connection` it is saved once."""
    print(f"{reply.reference or 'nothing of ours'}: {reply.text}", flush=True)


def main(database: str) -> None:
    logging.basicConfig(level=logging.WARNING, format="%(asctime)s %(name)s %(message)s")
    with Client() as sms, Outbox(database).init() as outbox:
        worker = Worker(outbox, sms, on_reply=on_reply)
        for number in (signal.SIGTERM, signal.SIGINT):
            signal.signal(number, lambda *_: worker.stop())
        print(f"works for {sms.user_code}", flush=True)
        worker.run()


if __name__ == "__main__":
    main(sys.argv[1])
