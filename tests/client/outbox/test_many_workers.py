"""Several processes on one queue."""

from __future__ import annotations

from collections import Counter

from tests.client.outbox import process
from tests.client.outbox.conftest import TEXT
from winnerlook.outbox import State


def test_four_processes_send_each_message_once(url, make, account, mock):
    outbox = make(url)
    count = 60
    outbox.put_many((str(13_900_000_000 + number), TEXT) for number in range(count))
    orders = {
        "url": url, "account": account.user_code, "password": account.user_pass, "endpoint": mock.url, "action": "drain",
        "options": {"batch": 4},
    }
    workers = [process.start(**orders) for _ in range(4)]
    ended = [worker.communicate(timeout=60) for worker in workers]
    assert [worker.returncode for worker in workers] == [0] * 4, [errors for _, errors in ended]
    assert sum(int(output) for output, _ in ended) == count
    assert set(Counter(message.phone for message in account.messages).values()) == {1}
    assert outbox.status().states == {State.ACCEPTED: count}
    outbox.verify()


def test_four_processes_make_the_tables_at_once(url, make):
    workers = [process.start(url=url, action="init") for _ in range(4)]
    ended = [worker.communicate(timeout=60) for worker in workers]
    assert [worker.returncode for worker in workers] == [0] * 4, [errors for _, errors in ended]
    assert make(url).put("13900000000", TEXT)
