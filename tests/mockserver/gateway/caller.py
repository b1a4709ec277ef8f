"""A customer of a gateway whose clock stands still: the shortest way from a test to an answer."""

from __future__ import annotations

from datetime import datetime
from decimal import Decimal
from typing import Any

from winnerlook import encryption, records
from winnerlook.china_time import CHINA
from winnerlook.codes import failure_value
from winnerlook.operations import BY_NAME
from winnerlook.records import Reply, Report
from winnerlook_mock.faults.fault import Fault, FaultKind
from winnerlook_mock.gateway import Account, Clock, Gateway, Origin, Settings

START = datetime(2026, 11, 20, 12, 0, tzinfo=CHINA)
PHONE = "13900000000"
TEXT = "您的验证码是:2345【测试】"
REPORT_DOORS = ("GetReportConnect", "GetReport2Connect", "GetReport2ByEncrypt")
REPLY_DOORS = ("GetMoConnect", "GetMo2Connect", "GetMo2ByEncrypt")


def still_clock(start: datetime = START) -> Clock:
    """A clock that only `advance` moves."""
    return Clock(start, monotonic=lambda: 0.0)


class Ticks:
    """A monotonic clock in a test's hand."""

    def __init__(self) -> None:
        self.at = 1000.0

    def __call__(self) -> float:
        return self.at


class Caller:
    """One account and its credentials. Settings are those of `Settings`."""

    def __init__(self, gateway: Gateway | None = None, *, user_code: str = "acct", balance: object = 100, **settings: Any) -> None:
        self.gateway = gateway or Gateway(still_clock())
        self.account = Account(user_code, "pass&1", Decimal(str(balance)), Settings(**settings))
        self.gateway.add(self.account)
        self.peer = "127.0.0.1"

    @property
    def clock(self) -> Clock:
        return self.gateway.clock

    def configure(self, **settings: Any) -> None:
        self.account.settings = Settings(**settings)

    def call(self, name: str, **parameters: Any) -> str:
        """Call an operation with the account's credentials, encrypted where the operation is; `parameters` go before them, and None
        leaves one out."""
        operation = BY_NAME[name]
        given: dict[str, Any] = {"userCode": self.account.user_code}
        if operation.submit_info:
            fields = {parameter.name: parameters.pop(parameter.name, None) for parameter in operation.submit_info}
            fields["userPass"] = fields["userPass"] or self.account.user_pass
            plaintext = "&".join(f"{field}={value}" for field, value in fields.items() if value is not None)
            given["submitInfo"] = encryption.encrypt(plaintext, self.account.user_pass)
        else:
            given["userPass"] = self.account.user_pass
        present = {key: value for key, value in {**given, **parameters}.items() if value is not None}
        return self.gateway.execute(operation, present, Origin("soap11", self.peer))

    def send(self, phone: str = PHONE, text: str = TEXT, **optional: Any) -> str:
        return self.call("SendMsg", DesNo=phone, Msg=text, **optional)

    def accepted(self, answer: str) -> str:
        """The batch number in an answer that must be one (R12)."""
        assert failure_value(answer) is None, answer
        assert len(answer) == 19
        assert answer.isdigit()
        return answer

    def reports(self, name: str = "GetReport2Connect") -> tuple[Report, ...]:
        return records.parse_reports(self.call(name), timed=name != "GetReportConnect")

    def replies(self, name: str = "GetMo2Connect") -> tuple[Reply, ...]:
        return records.parse_replies(self.call(name), with_sender=name == "GetMo2Connect")

    def reply(self, phone: str = PHONE, text: str = "收到") -> Reply:
        return self.gateway.reply(self.account, phone, text)

    def say(self, result: str, **scope: Any) -> None:
        """Let the next call be answered with this."""
        self.gateway.arm(Fault(kind=FaultKind.RESULT, result=result, times=1, account=self.account.user_code, **scope))

    def state(self) -> tuple[object, ...]:
        """Everything that a refused call must leave as it was."""
        account = self.account
        frequency = {phone: tuple(times) for phone, times in account.sent_to.items()}
        return (
            account.balance, tuple(account.messages), len(account.reports), len(account.replies), account.month, account.sent_this_month,
            dict(account.latest_to), frequency,
        )


def pairs(count: int, *, within: str = "|~|", between: str = "|-|") -> str:
    """The Msg of SendIndividualMsg for so many numbers (F4)."""
    return between.join(f"{phone}{within}甲{at}" for at, phone in enumerate(numbers(count)))


def numbers(count: int) -> list[str]:
    return [str(13_900_000_000 + at) for at in range(count)]
