"""Sends the SMS of a CSV file with the columns id, phone and text, for a line in a crontab:

    * * * * *  WINNERLOOK_USER_CODE=... WINNERLOOK_USER_PASS=... WINNERLOOK_ENDPOINT=... python outbox_plain.py messages.csv outbox.sqlite

Each id is sent once, however often the program runs, is killed or runs twice at a time. What was under way when it was killed is in doubt
until the gateway reports on it. Prints how the outbox stands; the exit code is 1 where a person should look. Needs winnerlook[outbox].
"""

import csv
import signal
import sys
import threading
from collections.abc import Iterator
from pathlib import Path

from winnerlook import Client, InvalidRequestError
from winnerlook.outbox import Message, Outbox, State, Status

ATTENTION = {State.UNKNOWN, State.UNKNOWN_EXPIRED, State.REJECTED}


def messages(file: Path) -> Iterator[Message]:
    with file.open(encoding="utf-8-sig", newline="") as lines:
        for row in csv.DictReader(lines):
            yield Message(row["phone"], row["text"], reference=row["id"], dedup_key=row["id"])


def show(status: Status) -> int:
    """The program's exit code."""
    for state, count in status.states.items():
        print(f"{state.value:16}{count:8}")
    for breaker in status.breakers:
        print(f"{breaker.account} is held up: {breaker.kind}, the gateway answered {breaker.code}")
    return 1 if status.breakers or ATTENTION & status.states.keys() else 0


def main(file: Path, database: Path) -> int:
    stop = threading.Event()
    signal.signal(signal.SIGTERM, lambda *_: stop.set())
    with Client() as sms, Outbox(f"sqlite:///{database}").init() as outbox:
        try:
            put = outbox.put_many(messages(file))
        except InvalidRequestError as error:
            print(f"{file}: {error}; nothing of the file was taken in", file=sys.stderr)
            return 2
        drained = outbox.drain(sms, stopped=stop.is_set)
        outbox.poll(sms, stopped=stop.is_set)
        print(f"{put.put} new, {drained.accepted} accepted")
        return show(outbox.status())


if __name__ == "__main__":
    sys.exit(main(Path(sys.argv[1]), Path(sys.argv[2])))
