"""What the gateway pushes, and handlers to push it to."""

from __future__ import annotations

import json
import threading
from collections.abc import Callable
from contextlib import AbstractContextManager, contextmanager
from typing import Any

from winnerlook.receiver import Push

PHONE = "15021750000"
SECRET = "s3cret-9f8e7d"
PATH = f"/push/{SECRET}"


def report(batch: int = 1, **fields: Any) -> dict[str, Any]:
    return {
        "phone": PHONE, "receive_status": "DELIVRD", "receive_time": 1529466210680, "sub_no": str(2400350000122303480 + batch),
        "customer_uuid": f"order-{batch}", **fields,
    }


def reply(text: str = "机密", **fields: Any) -> dict[str, Any]:
    return {
        "dest_phone": PHONE, "resp_content": text, "receive_time": 1529466210680, "show_num": "10690835400387", "customer_uuid": "",
        **fields,
    }


def push(*records: dict[str, Any], account: str = "zhangsan", **fields: Any) -> bytes:
    """A push of these records, of one report if there are none; `type` as they are."""
    each = list(records or (report(),))
    return json.dumps({"list": each, "account": account, "type": 3 if "dest_phone" in each[0] else 1, **fields}).encode()


class Kept:
    """A handler that keeps what it is given, and fails when it is told to."""

    def __init__(self) -> None:
        self.pushes: list[Push] = []
        self.failure: BaseException | None = None

    def __call__(self, push: Push) -> None:
        if self.failure is not None:
            raise self.failure
        self.pushes.append(push)

    @property
    def batches(self) -> list[str]:
        return [report.batch_number[-2:] for push in self.pushes for report in push.reports]


class Held:
    """A handler that waits in the middle of its work."""

    def __init__(self, outcome: Callable[[], None] = lambda: None) -> None:
        self._outcome = outcome
        self.entered, self.go_on = threading.Event(), threading.Event()
        self.calls = 0

    def __call__(self, push: Push) -> None:
        self.calls += 1
        self.entered.set()
        assert self.go_on.wait(20)
        self._outcome()


def in_thread(action: Callable[[], Any]) -> AbstractContextManager[list[Any]]:
    """Run in a thread; leaving the block waits for its result."""

    @contextmanager
    def running() -> Any:
        results: list[Any] = []
        thread = threading.Thread(target=lambda: results.append(action()))
        thread.start()
        try:
            yield results
        finally:
            thread.join(20)

    return running()
