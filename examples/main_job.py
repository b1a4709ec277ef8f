"""The main job: starts the mock as a process of its own and calls every operation of it through every door.

    python examples/main_job.py

A door is a binding (SOAP 1.1, SOAP 1.2, plain HTTP by POST and by GET) over http and over https, from a blocking and from an async
client. Then two SMS live their lives: see life_of_an_sms.py. Prints a table and, as its last line, ``N passed, N failed``; the exit code
is 1 if anything failed.
"""

from __future__ import annotations

import asyncio
import re
import signal
import subprocess
import sys
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from decimal import Decimal

from life_of_an_sms import Life

from winnerlook import AsyncClient, Certainty, Client, GatewayError, Reply, Report, Sent, codes, encryption
from winnerlook.operations import ALL, Operation

USER, PASSWORD = "main-job", "main-job-pass"
PHONE, OTHER_PHONE = "13900000000", "13900000001"
TEXT = "您的验证码是:2345【测试】"
BINDINGS = ("soap11", "soap12", "http", "http-get")

Result = Decimal | Sent | tuple[Report, ...] | tuple[Reply, ...]
Call = Callable[..., Result]
PARAMETERS: dict[str, dict[str, object]] = {
    "SendMsg": {"DesNo": PHONE, "Msg": TEXT, "customerUuid": "order-42"},
    "SendBatchMsg": {"DesNo": f"{PHONE},{OTHER_PHONE}", "Msg": TEXT},
    "sendMsgByEncrypt": {"DesNo": PHONE, "Msg": TEXT},
    "sendMsgExt": {"DesNo": PHONE, "Msg": TEXT, "ExeNo": "42"},
    "SendIndividualMsg": {"Msg": f"{PHONE}|~|甲【测试】|-|{OTHER_PHONE}|~|乙【测试】"},
}

E3 = (
    "9ECD998D9F60F7963E137DBC61734970FEE419418FBD2E1622286696AD70D909BF58BB270916073B0464030D4FC52D4AF06BF97B34D7CCB4D06AD49E87576B30"
    "CF629652BD44258CDA49DB959914CE4F951879939D6586AE"
)


@dataclass(frozen=True)
class Row:
    """One line of the table."""

    door: str
    what: str
    passed: bool
    result: str


@dataclass(frozen=True)
class Mock:
    """Where the mock answers."""

    endpoint: str
    https: str
    ca_file: str


def main() -> int:
    with mock_process() as mock:
        rows = [row("-", "encryption as in the document (E3)", e3)]
        for binding in BINDINGS:
            with doors(mock, binding) as calls:
                rows += [row(binding, operation.name, lambda op=operation, calls=calls: through(calls, op, check)) for operation in ALL]
        rows += [row("all", f"code {code.value}", lambda code=code: provoked(mock, code)) for code in codes.ALL]
    with mock_process("--replay") as mock, ExitStack() as stack:
        everywhere = {door: call for binding in BINDINGS for door, call in stack.enter_context(doors(mock, binding)).items()}
        for operation in ALL:
            rows.append(row("all", f"{operation.name}, the document's sample", lambda op=operation: through(everywhere, op, sample)))
    with ExitStack() as stack:
        rows += [row("life", what, step) for what, step in Life(stack).steps().items()]
    show(rows)
    failed = sum(not row.passed for row in rows)
    print(f"\n{len(rows) - failed} passed, {failed} failed")
    return 1 if failed else 0


@contextmanager
def mock_process(*options: str) -> Iterator[Mock]:
    """The mock on free ports."""
    command = [sys.executable, "-m", "winnerlook_mock", "serve", "--port", "0", "--https-port", "0", "--balance-interval", "0"]
    command += ["--account", f"{USER}:{PASSWORD}:1000", *options]
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True, encoding="utf-8") as process:
        try:
            assert process.stdout is not None
            banner: dict[str, str] = {}
            for line in process.stdout:
                name, _, value = line.strip().partition("  ")
                banner[name] = value.strip()
                if name == "stop":
                    break
            if "https" not in banner:
                raise SystemExit("the mock did not start")
            yield Mock(banner["endpoint"], banner["https"], banner["CA file"])
        finally:
            process.send_signal(signal.SIGINT if sys.platform != "win32" else signal.SIGTERM)


@contextmanager
def doors(mock: Mock, binding: str) -> Iterator[dict[str, Call]]:
    """Four ways to call through a binding: http and https, blocking and awaited."""
    with ExitStack() as stack:
        loop = stack.enter_context(asyncio.Runner())
        calls: dict[str, Call] = {}
        for scheme, endpoint in (("http", mock.endpoint), ("https", mock.https)):
            settings = {"endpoint": endpoint, "binding": binding, "ca_file": mock.ca_file, "balance_interval": 0.0}
            calls[scheme] = stack.enter_context(Client(USER, PASSWORD, **settings)).call
            awaited = AsyncClient(USER, PASSWORD, **settings)
            stack.callback(lambda sms=awaited: loop.run(sms.aclose()))
            calls[f"async {scheme}"] = lambda name, sms=awaited, **parameters: loop.run(sms.call(name, **parameters))
        yield {f"{binding} {way}": call for way, call in calls.items()}


def through(calls: dict[str, Call], operation: Operation, judge: Callable[[Result], str]) -> str:
    """One operation through several doors; a poll finds what was sent just before."""
    said = ""
    for door, call in calls.items():
        if operation.polls:
            call("SendMsg", DesNo=PHONE, Msg=TEXT)
        try:
            said = judge(call(operation.name, **PARAMETERS.get(operation.name, {})))
        except Exception as error:
            raise RuntimeError(f"through {door}: {type(error).__name__}: {error}") from error
    return f"{said} ({len(calls)} doors)"


def check(result: Result) -> str:
    """What a result says; fails where it is not what the operation gives."""
    if isinstance(result, Decimal):
        assert result > 0
        return f"balance {result}"
    if isinstance(result, Sent):
        assert re.fullmatch(r"[0-9]{19}", result.batch_number)
        assert result.certainty is Certainty.ACCEPTED
        return f"batch {result.batch_number}"
    reports = [record for record in result if isinstance(record, Report)]
    assert all(report.status == "DELIVRD" for report in reports)
    return f"reports: {len(reports)}" if reports else f"replies: {len(result)}"


def sample(result: Result) -> str:
    """A replayed result; fails where it is not the document's."""
    if isinstance(result, Decimal):
        assert result == 100
        return "balance 100"
    if isinstance(result, Sent):
        assert result.batch_number in {"2200001476358475197", "2200001476358475198"}
        return f"batch {result.batch_number}"
    assert [record.customer_uuid for record in result] == ["yj001"]
    return f"{type(result[0]).__name__.lower()} of customer yj001"


def provoked(mock: Mock, code: codes.FailureCode) -> str:
    """A code by the recipient's number and by the user's name, over every binding; always the same error with the right certainty."""
    for binding in BINDINGS:
        with Client(USER, PASSWORD, endpoint=mock.endpoint, binding=binding, retries=0) as sms:
            said = refused(lambda sms=sms: sms.send(f"199000000{-code.value:02}", TEXT), code)
        with Client(f"code{code.value}", "any", endpoint=mock.endpoint, binding=binding, retries=0) as other:
            refused(other.balance, code)
    return said


def refused(call: Callable[[], object], code: codes.FailureCode) -> str:
    """The call fails with this code."""
    try:
        call()
    except GatewayError as error:
        assert error.code == code.value, error.code
        assert error.certainty is (Certainty.REJECTED if code.not_sent else Certainty.UNKNOWN)
        return f"{type(error).__name__}: {error.meaning}"
    raise AssertionError("the call did not fail")


def e3() -> str:
    plaintext = f"userPass=123&DesNo=18616300000&Msg={'你的验证码是:2345【饿了么】'}&smsType=101&Channel=0"
    assert encryption.encrypt(plaintext, "123") == E3
    assert encryption.decrypt(E3, "123").decode("gbk") == plaintext
    return "byte for byte"


def row(door: str, what: str, run: Callable[[], str]) -> Row:
    """Run one check."""
    try:
        return Row(door, what, passed=True, result=run())
    except Exception as error:  # noqa: BLE001  # whatever went wrong belongs into the table
        return Row(door, what, passed=False, result=f"{type(error).__name__}: {error}")


def show(rows: list[Row]) -> None:
    width = max(len(row.what) for row in rows)
    for line in rows:
        print(f"{'ok  ' if line.passed else 'FAIL'}  {line.door:<8}  {line.what:<{width}}  {line.result}")


if __name__ == "__main__":
    sys.exit(main())
