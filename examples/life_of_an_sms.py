"""The life of two SMS: sent, one receipt pushed to a receiver process and the other polled, a reply typed and received.

    python examples/life_of_an_sms.py

The gateway's clock stands still until it is told to move on, so that an hour takes no time.
"""

from __future__ import annotations

import json
import subprocess
import sys
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

from winnerlook import Client
from winnerlook_mock import Clock, Kind, MockServer

PHONE, TEXT = "13900000000", "您的验证码是:2345【测试】"
Step = Callable[[], str]


@contextmanager
def receiver_process(file: Path) -> Iterator[str]:
    """``winnerlook receive``, which appends what is pushed to a file; gives its address."""
    command = [sys.executable, "-m", "winnerlook", "receive", "--port", "0", "--jsonl", str(file), "--json"]
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True, encoding="utf-8") as process:
        try:
            assert process.stdout is not None
            yield json.loads(process.stdout.readline())["url"]
        finally:
            process.terminate()


class Life:
    """Two customers of one gateway: the shop is pushed its receipts and replies, the bank polls them."""

    def __init__(self, stack: ExitStack) -> None:
        self.file = Path(stack.enter_context(TemporaryDirectory())) / "pushed.jsonl"
        url = stack.enter_context(receiver_process(self.file))
        self.mock = stack.enter_context(MockServer(clock=Clock(frozen=True), defaults={"delivery_delay": "uniform:60,3000"}))
        self.shop = self.mock.account(report_url=url, reply_url=url)
        self.bank = self.mock.account()
        self.shop_sms, self.bank_sms = (
            stack.enter_context(Client(account.user_code, account.user_pass, endpoint=self.mock.url)) for account in (self.shop, self.bank)
        )

    def steps(self) -> dict[str, Step]:
        """What happens, in order; each step says what came of it."""
        return {
            "two accounts send": self.send,
            "the clock is advanced": self.advance,
            "a receipt is pushed to a receiver": self.pushed,
            "a receipt is polled by another account": self.polled,
            "a reply is typed and received": self.replied,
        }

    def send(self) -> str:
        self.batches = [sms.send(PHONE, TEXT, customer_uuid="order-42").batch_number for sms in (self.shop_sms, self.bank_sms)]
        assert not self.records()
        assert not list(self.bank_sms.reports())
        return f"batches {', '.join(self.batches)}"

    def advance(self) -> str:
        happened = [happening.kind for happening in self.mock.clock.advance(hours=1)]
        assert sorted(happened) == sorted([Kind.REPORT, Kind.PUSHED, Kind.REPORT])
        return f"an hour: {', '.join(happened)}"

    def pushed(self) -> str:
        (record,) = self.records()
        assert (record["kind"], record["batch_number"], record["customer_uuid"]) == ("report", self.batches[0], "order-42")
        assert not list(self.shop_sms.reports())  # what is pushed is not left for polling
        return f"{record['status']} for batch {record['batch_number']}"

    def polled(self) -> str:
        (report,) = self.bank_sms.reports()
        assert (report.batch_number, report.customer_uuid) == (self.batches[1], "order-42")
        return f"{report.status} for batch {report.batch_number}"

    def replied(self) -> str:
        for account in (self.shop, self.bank):
            account.reply(PHONE, "收到")
        self.mock.clock.settle()
        pushed, (polled,) = self.records()[-1], self.bank_sms.replies()
        assert pushed["text"] == polled.text == "收到"
        assert pushed["customer_uuid"] == polled.customer_uuid == "order-42"
        return f"{polled.text}, pushed and polled"

    def records(self) -> list[dict[str, Any]]:
        """What the receiver has written down."""
        return [json.loads(line) for line in self.file.read_text("utf-8").splitlines()] if self.file.exists() else []


if __name__ == "__main__":
    with ExitStack() as stack:
        for what, step in Life(stack).steps().items():
            print(f"{what}: {step()}")
