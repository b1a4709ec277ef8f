"""The ``winnerlook-mock`` command."""

from __future__ import annotations

import argparse
import json
import math
import os
import re
import signal
import sys
import threading
import unicodedata
from collections.abc import Callable, Sequence
from decimal import Decimal
from typing import TYPE_CHECKING, Any
from urllib.parse import urlsplit

from winnerlook import codes
from winnerlook.operations import BALANCE_INTERVAL_SECONDS, SOAP_PATH
from winnerlook_mock.extra import MissingExtraError, needed
from winnerlook_mock.gateway import reserved
from winnerlook_mock.usage import Parser, UsageError

if TYPE_CHECKING:
    from winnerlook_mock.server import MockServer

PREFIX = "WINNERLOOK_MOCK_"
DEFAULT_ACCOUNT = "demo:demo-pass:10000"

_BALANCE = "10000"
_NUMBER = re.compile(r"-?[0-9]+(\.[0-9]+)?")
_ON, _OFF = {"1", "true", "yes", "on"}, {"", "0", "false", "no", "off"}
_OUTPUT_CLOSED = 141
"""As the shell shows a program that a closed pipe ended."""
_Opening = tuple[str, str, Decimal]

_EXAMPLES = """examples:
  winnerlook-mock serve
  winnerlook-mock serve --port 0 --account shop:secret:500 --balance-interval 0
  winnerlook-mock serve --replay
  winnerlook-mock serve --https-port 8443 --ca-file ca.pem
  winnerlook-mock wait http://127.0.0.1:8118 && run-my-tests
  winnerlook-mock codes

exit codes: 0 all well, 1 the server could not start or never got ready, 2 wrong usage, 141 nobody reads the output
"""


def main(argv: Sequence[str] | None = None) -> int:
    """Run the command; the exit code is returned."""
    for stream in (sys.stdout, sys.stderr):
        stream.reconfigure(errors="replace")  # type: ignore[union-attr]  # a terminal may not hold Chinese
    try:
        try:
            arguments = _parser().parse_args(argv)
            return int(arguments.run(arguments))
        finally:
            sys.stdout.flush()
    except UsageError as error:
        return _fail(2, error)
    except MissingExtraError as error:
        return _fail(1, error)
    except BrokenPipeError:
        return _unread()


def _fail(code: int, error: Exception) -> int:
    print(f"winnerlook-mock: {error}", file=sys.stderr)
    return code


def _unread() -> int:
    """Nobody reads the output any more; Python would complain when it flushes once more at its end."""
    os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
    return _OUTPUT_CLOSED


def _parser() -> Parser:
    parser = Parser(
        prog="winnerlook-mock", description="A simulated Winnerlook SMS gateway, to test against.",
        epilog=_EXAMPLES, formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    commands = parser.add_subparsers(title="commands", metavar="COMMAND", required=True)
    _add_serve(commands.add_parser("serve", help="run the gateway until interrupted", description="Run the gateway until interrupted."))
    wait = commands.add_parser("wait", help="wait until a mock is ready", description="Wait until a mock is ready.")
    wait.add_argument("url", metavar="URL", type=_url, help="scheme, host and port of the mock")
    wait.add_argument("--timeout", type=_seconds, default=30.0, metavar="SECONDS", help="give up after this long (default 30)")
    wait.set_defaults(run=_wait)
    table = commands.add_parser(
        "codes", help="print the failure codes and reserved numbers", description="Print the failure codes and reserved numbers.",
    )
    table.add_argument("--json", action="store_true", help="print them as JSON")
    table.set_defaults(run=_codes)
    return parser


def _add_serve(serve: argparse.ArgumentParser) -> None:
    _option(serve, "--host", str, "127.0.0.1", "address to listen on; anything but loopback lets others reach the mock")
    _option(serve, "--port", int, 8118, "port to listen on, 0 for a free one")
    _option(serve, "--https-port", int, None, "port to answer HTTPS on as well, 0 for a free one", shown="no HTTPS")
    for name, meaning, shown in (
        ("--ca-file", "where to write the certificate of the CA that HTTPS clients have to trust", "a temporary file"),
        ("--cert", "certificate to answer HTTPS with, in PEM", "one is made"),
        ("--key", "key of that certificate, in PEM", "it is in the certificate's file"),
    ):
        _option(serve, name, str, None, meaning, shown=shown, metavar="PATH")
    _option(
        serve, "--balance-interval", float, float(BALANCE_INTERVAL_SECONDS),
        "seconds between two questions for the balance, 0 for no such rule", metavar="SECONDS",
    )
    serve.add_argument(
        "--account", type=_account, action="append", metavar="CODE:PASS[:BALANCE]",
        help="an account; may be repeated; what follows the last colon is the balance if it is a number, else part of the password "
        f"(default {DEFAULT_ACCOUNT}; environment: {PREFIX}ACCOUNT, separated by blanks)",
    )
    for name, meaning in (
        ("replay", "answer every call of every caller with the document's own sample"),
        ("strict-limits", "answer -19 above 50 recipients already, not only at the code table's bounds"),
    ):
        serve.add_argument(
            f"--{name}", action=argparse.BooleanOptionalAction, help=f"{meaning} (environment: {_variable(name)}, 1 or 0)",
        )
    serve.set_defaults(run=_serve)


def _option(
    parser: argparse.ArgumentParser, name: str, kind: Callable[[str], Any], default: Any, meaning: str, *, shown: str = "", **more: Any,
) -> None:
    variable = _variable(name)
    explained = f"{meaning} (default {shown or default}; environment: {variable})"
    parser.add_argument(name, type=kind, default=os.environ.get(variable) or default, help=explained, **more)


def _variable(name: str) -> str:
    return PREFIX + name.strip("-").upper().replace("-", "_")


def _switch(name: str, *, given: bool | None) -> bool:
    """A flag that is on or off, from the command line or else from its variable."""
    text = os.environ.get(_variable(name), "").strip().lower()
    if given is None and text not in _ON | _OFF:
        raise UsageError(f"{_variable(name)} is 1 or 0, true or false, yes or no, on or off")
    return text in _ON if given is None else given


def _accounts(given: Sequence[_Opening] | None) -> Sequence[_Opening]:
    """The accounts to open, from the command line or else from their variable; none for the default one."""
    try:
        return given or [_account(text) for text in os.environ.get(_variable("account"), "").split()]
    except argparse.ArgumentTypeError as error:
        raise UsageError(f"{_variable('account')}: {error}") from None


def _account(text: str) -> _Opening:
    """CODE:PASS or CODE:PASS:BALANCE. A password may hold colons; one that ends in a colon and a number needs a balance behind it."""
    user_code, _, rest = text.partition(":")
    user_pass, _, balance = rest.rpartition(":")
    if not _NUMBER.fullmatch(balance) or not user_pass:
        user_pass, balance = rest, _BALANCE
    if not user_code or not user_pass:
        raise argparse.ArgumentTypeError("an account is CODE:PASS or CODE:PASS:BALANCE")
    return user_code, user_pass, Decimal(balance)


def _seconds(text: str) -> float:
    try:
        seconds = float(text)
    except ValueError:
        seconds = -1
    if not 0 <= seconds < math.inf:
        raise argparse.ArgumentTypeError("seconds are a number from 0 on")
    return seconds


def _url(text: str) -> str:
    try:
        address = urlsplit(text)
        good = address.scheme in ("http", "https") and address.hostname and address.port != 0
    except ValueError:  # a port that is none
        good = False
    if not good:
        raise argparse.ArgumentTypeError("a mock is waited for at an address like http://127.0.0.1:8118")
    return text


def _serve(arguments: argparse.Namespace) -> int:
    given = _accounts(arguments.account)
    replay, strict = _switch("replay", given=arguments.replay), _switch("strict-limits", given=arguments.strict_limits)
    with needed():
        from winnerlook_mock.listener import AddressError, is_loopback  # noqa: PLC0415  # --help and codes do without a server
        from winnerlook_mock.server import MockServer  # noqa: PLC0415
    accounts = given or [_account(DEFAULT_ACCOUNT)]
    stopped = _stop_signals()
    try:
        mock = MockServer(
            arguments.host, arguments.port, replay=replay, https_port=arguments.https_port, cert=arguments.cert,
            key=arguments.key, ca_file=arguments.ca_file,
            defaults={"balance_interval": arguments.balance_interval, "strict_limits": strict},
        )
        for user_code, user_pass, balance in accounts:
            mock.account(user_code, user_pass, balance=balance)
        with mock:
            if not is_loopback(arguments.host):
                print(f"winnerlook-mock: warning: others can reach this mock at {arguments.host}: it is for tests only", file=sys.stderr)
            print(_banner(mock, accounts, default=not given, replay=replay), flush=True)
            while not stopped.wait(1.0):  # a wait without end cannot be interrupted on Windows
                pass
    except (AddressError, ValueError) as error:
        return _fail(1, error)
    return 0


def _stop_signals() -> threading.Event:
    stopped = threading.Event()
    for number in (signal.SIGINT, signal.SIGTERM):
        signal.signal(number, lambda *_: stopped.set())
    return stopped


def _banner(mock: MockServer, accounts: Sequence[_Opening], *, default: bool, replay: bool) -> str:
    user_code, user_pass, _ = accounts[0]
    url = mock.url
    shown_pass = user_pass if default else "…"
    return "\n".join(
        [
            "winnerlook-mock is ready",
            f"  endpoint  {url}",
            *([f"  https     {mock.https_url}"] if mock.https_url else []),
            *([f"  CA file   {mock.ca_file}"] if mock.ca_file else []),
            f"  WSDL      {url}{SOAP_PATH}?wsdl",
            *(f"  account   {code}{' / ' + shown_pass if default else ''}, balance {balance}" for code, _, balance in accounts),
            *(["  replay    every call is answered with the document's own sample"] if replay else []),
            "  try       winnerlook-mock codes",
            f"            export WINNERLOOK_ENDPOINT={url} WINNERLOOK_USER_CODE={user_code} WINNERLOOK_USER_PASS={shown_pass}",
            "            winnerlook send 13900000000 '您的验证码是:2345【测试】'",
            "  stop      Ctrl-C",
        ]
    )


def _wait(arguments: argparse.Namespace) -> int:
    from winnerlook_mock.readiness import NotReadyError, wait_until_ready  # noqa: PLC0415

    try:
        wait_until_ready(arguments.url, timeout=arguments.timeout)
    except NotReadyError as error:
        return _fail(1, error)
    return 0


def _codes(arguments: argparse.Namespace) -> int:
    rows = [
        {
            "code": code.value, "meaning": code.meaning, "english": code.english, "recipient": f"{reserved.FAILING_NUMBER}{-code.value:02}",
            "user": f"{reserved.FAILING_USER}{-code.value}",
        }
        for code in codes.ALL
    ]
    deliveries = [
        {"recipient": reserved.DELIVERY_NUMBER + digits, "status": delivery.status, "meaning": delivery.meaning, "delay": delivery.delay}
        for digits, delivery in reserved.DELIVERIES.items()
    ]
    if arguments.json:
        print(json.dumps({"codes": rows, "deliveries": deliveries}, ensure_ascii=False, indent=2))
        return 0
    print("A send to the recipient, or any operation by the user, fails with the code:\n")
    _table(["code", "recipient", "user", "meaning"], [[row["code"], row["recipient"], row["user"], row["meaning"]] for row in rows])
    print("\nA send to the recipient is accepted, and its report says:\n")
    _table(["recipient", "status", "meaning"], [[row["recipient"], row["status"] or "(none)", row["meaning"]] for row in deliveries])
    return 0


def _table(head: Sequence[str], rows: Sequence[Sequence[object]]) -> None:
    lines = [list(head), *([str(cell) for cell in row] for row in rows)]
    widths = [max(_width(line[column]) for line in lines) for column in range(len(head))]
    for line in lines:
        print("  ".join(cell + " " * (width - _width(cell)) for cell, width in zip(line, widths, strict=True)).rstrip())


def _width(text: str) -> int:
    """Columns on a terminal; a Chinese character takes two."""
    return sum(2 if unicodedata.east_asian_width(character) in "WF" else 1 for character in text)
