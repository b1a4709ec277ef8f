"""The main job: starts the mock as a process of its own and calls every operation of it through every binding.

    python examples/main_job.py

Prints a table and, as its last line, ``N passed, N failed``; the exit code is 1 if anything failed.
"""

from __future__ import annotations

import re
import signal
import subprocess
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from decimal import Decimal

from winnerlook import Certainty, Client, GatewayError, Reply, Report, Sent, codes, encryption
from winnerlook.operations import ALL

USER, PASSWORD = "main-job", "main-job-pass"
PHONE, OTHER_PHONE = "13900000000", "13900000001"
TEXT = "您的验证码是:2345【测试】"
BINDINGS = ("soap11", "soap12")

Result = Decimal | Sent | tuple[Report, ...] | tuple[Reply, ...]
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


def main() -> int:
    with mock_process() as endpoint:
        rows = [row("-", "encryption as in the document (E3)", e3)]
        for binding in BINDINGS:
            with Client(USER, PASSWORD, endpoint=endpoint, binding=binding) as sms:
                rows += operations(binding, sms)
                rows += failures(binding, sms, endpoint)
    with mock_process("--replay") as endpoint:
        for binding in BINDINGS:
            with Client(USER, PASSWORD, endpoint=endpoint, binding=binding) as sms:
                rows += samples(binding, sms)
    show(rows)
    failed = sum(not row.passed for row in rows)
    print(f"\n{len(rows) - failed} passed, {failed} failed")
    return 1 if failed else 0


@contextmanager
def mock_process(*options: str) -> Iterator[str]:
    """The mock on a free port; gives its endpoint."""
    command = [sys.executable, "-m", "winnerlook_mock", "serve", "--port", "0", "--balance-interval", "0"]
    command += ["--account", f"{USER}:{PASSWORD}:1000", *options]
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True, encoding="utf-8") as process:
        try:
            assert process.stdout is not None
            endpoint = next((line.split()[1] for line in process.stdout if line.startswith("  endpoint")), None)
            if endpoint is None:
                raise SystemExit("the mock did not start")
            yield endpoint
        finally:
            process.send_signal(signal.SIGINT if sys.platform != "win32" else signal.SIGTERM)


def operations(binding: str, sms: Client) -> Iterator[Row]:
    """All twelve by their documented names; each poll finds what was sent just before."""
    for operation in ALL:
        if operation.polls:
            sms.send(PHONE, TEXT, customer_uuid=operation.name)
        yield row(binding, operation.name, lambda name=operation.name: check(sms.call(name, **PARAMETERS.get(name, {}))))


def samples(binding: str, sms: Client) -> Iterator[Row]:
    """The document's own sample answers, replayed."""
    for operation in ALL:
        what = f"{operation.name}, the document's sample"
        yield row(binding, what, lambda name=operation.name: sample(sms.call(name, **PARAMETERS.get(name, {}))))


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


def check(result: Result) -> str:
    """What a result says; fails where it is not what the operation gives."""
    if isinstance(result, Decimal):
        assert result > 0
        return f"balance {result}"
    if isinstance(result, Sent):
        assert re.fullmatch(r"[0-9]{19}", result.batch_number)
        assert result.certainty is Certainty.ACCEPTED
        return f"batch {result.batch_number}"
    assert all(record.phone for record in result)
    reports = [record for record in result if isinstance(record, Report)]
    assert all(report.status == "DELIVRD" for report in reports)
    return f"{len(reports)} reports" if reports else "no replies yet" if not result else f"{len(result)} replies"


def failures(binding: str, sms: Client, endpoint: str) -> Iterator[Row]:
    """All 28 codes, twice each: by the recipient's number and by the user's name."""
    for code in codes.ALL:
        number = f"199000000{-code.value:02}"

        def by_number(number: str = number, code: codes.FailureCode = code) -> str:
            return refused(lambda: sms.send(number, TEXT), code)

        def by_user(code: codes.FailureCode = code) -> str:
            with Client(f"code{code.value}", "any", endpoint=endpoint, binding=binding) as other:
                return refused(other.balance, code)

        yield row(binding, f"code {code.value} by number", by_number)
        yield row(binding, f"code {code.value} by user", by_user)


def refused(call: Callable[[], object], code: codes.FailureCode) -> str:
    """The call fails with this code, with the right certainty."""
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
    for row_ in rows:
        print(f"{'ok  ' if row_.passed else 'FAIL'}  {row_.door:<6}  {row_.what:<{width}}  {row_.result}")


if __name__ == "__main__":
    sys.exit(main())
