"""A mock in another process, in the hand of a test: what `MockServer` and `MockAccount` do most, done over the control API."""

from __future__ import annotations

import time
from collections.abc import Callable, Mapping, Sequence
from datetime import datetime
from decimal import Decimal
from types import TracebackType
from typing import Any, Self

from winnerlook.records import Reply, Report
from winnerlook_mock.assertions import Assertions, Found, Held
from winnerlook_mock.gateway import Clock, Message, Settings, money
from winnerlook_mock.gateway.happening import Happening, Kind
from winnerlook_mock.gateway.purse import Statement
from winnerlook_mock.gateway.settings import plain
from winnerlook_mock.journal import Entry
from winnerlook_mock.pytest_plugin.calling import Api
from winnerlook_mock.state import records
from winnerlook_mock.state.part import Part

_PAGE = 1000
_A_DAY = 86_400.0


class RemoteServer:
    """The mock at `url`. `defaults` are settings that every account starts with."""

    def __init__(self, url: str, *, token: str = "", defaults: Mapping[str, Any] | None = None) -> None:
        self._api = Api(url, token)
        self._defaults = dict(defaults or {})
        Settings(**self._defaults)  # a wrong default is found here, not with the first account

    @property
    def url(self) -> str:
        """Scheme, host and port: the `endpoint` for a client."""
        return self._api.url

    def account(
        self, user_code: str | None = None, user_pass: str | None = None, *, balance: Decimal | int | str = 10_000,
        clock: Clock | None = None, **settings: Any,
    ) -> RemoteAccount:
        """As `MockServer.account`; a `clock` is the account's own, and begins where this one stands."""
        wanted: dict[str, Any] = {"balance": str(money.amount("the balance", balance)), "settings": _plain({**self._defaults, **settings})}
        wanted |= {name: value for name, value in (("user_code", user_code), ("user_pass", user_pass)) if value is not None}
        if clock is not None:
            wanted["clock"] = {"start": clock.now().isoformat(), "frozen": clock.frozen}
        return RemoteAccount(self._api, self._api.call("POST", "accounts", body=wanted))

    def remove(self, user_code: str) -> None:
        """As `MockServer.remove`. Raises LookupError where there is none any more."""
        self._api.call("DELETE", "accounts", user_code)

    def export(self, user_code: str) -> dict[str, Any]:
        """The state of the server with this account only (see `winnerlook_mock.state`)."""
        state: dict[str, Any] = self._api.call("GET", "state")
        state["accounts"] = [one for one in state["accounts"] if one["user_code"] == user_code]
        state["journal"] = [entry for entry in state["journal"] if entry["account"] == user_code]
        state["faults"] = [one for one in state["faults"] if one["fault"].get("account") in (None, user_code)]
        return state

    def __repr__(self) -> str:
        return f"RemoteServer({self.url!r})"


class RemoteAccount(Assertions):
    """An account of it, with the assertions that `MockAccount` has."""

    def __init__(self, api: Api, view: dict[str, Any]) -> None:
        self._api = api
        self._user_code: str = view["user_code"]
        self._user_pass: str = view["user_pass"]
        self.clock: RemoteClock = RemoteClock(api, self._user_code)

    @property
    def user_code(self) -> str:
        """The account's userCode."""
        return self._user_code

    @property
    def user_pass(self) -> str:
        """The account's userPass."""
        return self._user_pass

    @property
    def balance(self) -> Decimal:
        """What is left; may be set, ValueError where it is negative or no number."""
        return Decimal(self._view()["balance"])

    @balance.setter
    def balance(self, value: Decimal | int | str) -> None:
        self._change(balance=str(money.amount("the balance", value)))

    @property
    def statement(self) -> Statement:
        """What was charged, and what was given back."""
        return Statement(**{name: Decimal(value) for name, value in self._view()["statement"].items()})

    @property
    def messages(self) -> tuple[Message, ...]:
        """The SMS that were accepted, oldest first, as many as are remembered."""
        return tuple(records.message(Part(view)) for view in self._pages("messages", "messages"))

    @property
    def journal(self) -> list[Entry]:
        """Every call under this account's name, refused ones included, oldest first."""
        return [records.entry(Part(view)) for view in self._pages("journal", "entries")]

    def held(self) -> Held:
        """All that is known of the account: what its assertions look at."""
        return Held(self.messages, self.journal, self._view()["messages_dropped"], self._api.call("GET", "server")["journal_dropped"])

    def configure(self, **settings: Any) -> None:
        """As `MockAccount.configure`."""
        self._change(settings=_plain(settings))

    def reply(self, phone: str, text: str) -> Reply:
        """As `MockAccount.reply`."""
        view = self._api.call("POST", "replies", body={"account": self.user_code, "phone": phone, "text": text})
        return records.reply(Part(view))

    def report(self, message: Message, status: str) -> Report:
        """As `MockAccount.report`."""
        return records.report(Part(self._api.call("POST", "messages", message.number, "report", body={"status": status})))

    def fault(self, kind: str, **spec: Any) -> RemoteFault:
        """As `MockAccount.fault`."""
        plain_spec = {name: _plain_value(value) for name, value in spec.items()}
        view = self._api.call("POST", "faults", body={"kind": kind, "account": self.user_code, **plain_spec})
        return RemoteFault(self._api, self, view["number"])

    def fail_next(self, operation: str | None, code: int) -> None:
        """As `MockAccount.fail_next`."""
        self.fault("code", operation=operation, code=code, times=1, lasts=_A_DAY)

    def answer_next(self, operation: str | None, result: str) -> None:
        """As `MockAccount.answer_next`."""
        self.fault("result", operation=operation, result=result, times=1, lasts=_A_DAY)

    def clear_faults(self) -> None:
        """As `MockAccount.clear_faults`."""
        self._api.call("DELETE", "faults", account=self.user_code)

    def _await(self, look: Callable[[Sequence[Message]], Found | None], timeout: float) -> Found | None:
        deadline = time.monotonic() + timeout
        last = self._api.call("GET", "server")["last_event"]
        found = look(self.messages)
        if found is not None or timeout <= 0:
            return found
        for kind in self._api.events(deadline, since=last, account=self.user_code):
            if kind in ("message", "gap") and (found := look(self.messages)) is not None:
                return found
        return None

    def _view(self) -> dict[str, Any]:
        view: dict[str, Any] = self._api.call("GET", "accounts", self.user_code)
        return view

    def _change(self, **change: Any) -> None:
        self._api.call("PATCH", "accounts", self.user_code, body=change)

    def _pages(self, path: str, name: str) -> list[dict[str, Any]]:
        """All of a listing, oldest first."""
        views: list[dict[str, Any]] = []
        before: int | None = None
        while True:
            page = self._api.call("GET", path, account=self.user_code, limit=_PAGE, before=before)
            views += page[name]
            before = page["next"]
            if before is None:
                return views[::-1]

    def __repr__(self) -> str:
        return f"RemoteAccount({self.user_code!r})"


class RemoteClock:
    """The clock that an account lives by."""

    def __init__(self, api: Api, user_code: str) -> None:
        self._api, self._user_code = api, user_code

    def now(self) -> datetime:
        """The moment, in China time."""
        return Part(self._api.call("GET", "clock", account=self._user_code)).moment("now")

    def advance(self, **amount: float) -> tuple[Happening, ...]:
        """As `Clock.advance`; the subject of what happened to a push is the push as JSON has it."""
        return self._moved("advance", amount)

    def settle(self) -> tuple[Happening, ...]:
        """As `Clock.settle`."""
        return self._moved("settle", None)

    def freeze(self) -> None:
        """As `Clock.freeze`."""
        self._api.call("POST", "clock", "freeze", account=self._user_code)

    def resume(self) -> None:
        """As `Clock.resume`."""
        self._api.call("POST", "clock", "resume", account=self._user_code)

    def _moved(self, how: str, amount: Any) -> tuple[Happening, ...]:
        moved = Part(self._api.call("POST", "clock", how, account=self._user_code, body=amount))
        return tuple(_happening(one) for one in moved.parts("happened"))


class RemoteFault:
    """A fault in force; as a context manager it ends with its block."""

    def __init__(self, api: Api, account: RemoteAccount, number: int) -> None:
        self._api, self._account = api, account
        self.number: int = number

    @property
    def struck(self) -> int:
        """How many calls it has struck, as far as the journal goes back."""
        return sum(entry.fault.startswith(f"fault {self.number}:") for entry in self._account.journal)

    def disarm(self) -> bool:
        """Take it out of force. False where it was over."""
        try:
            self._api.call("DELETE", "faults", self.number)
        except LookupError:
            return False
        return True

    def __enter__(self) -> Self:
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None) -> None:
        self.disarm()


def _plain(settings: dict[str, Any]) -> dict[str, Any]:
    """Settings as JSON has them. Raises TypeError and ValueError, as `Settings` does."""
    whole = plain.plain(Settings(**settings))
    return {name: whole[name] for name in settings}


def _plain_value(value: Any) -> Any:
    if isinstance(value, datetime):
        return value.isoformat()
    return value if value is None or isinstance(value, str | int | float | bool) else str(value)


def _happening(part: Part) -> Happening:
    kind, subject = part.read("kind", "a kind of happening", Kind), part.values("subject")
    if kind in (Kind.REPORT, Kind.EXPIRED):
        about: Any = records.report(part.part("subject")) if "status" in subject else records.reply(part.part("subject"))
    else:
        about = subject
    return Happening(part.moment("at"), kind, part.text("account"), about)
