"""The ``winnerlook-mock`` command."""

from __future__ import annotations

import argparse
import math
import os
import sys
from collections.abc import Sequence
from urllib.parse import urlsplit

from winnerlook import __version__
from winnerlook_mock.cli import checking, recording, replaying, serving, tables
from winnerlook_mock.cli.usage import CommandError, Parser, UsageError
from winnerlook_mock.extra import MissingExtraError

_OUTPUT_CLOSED = 141
"""As the shell shows a program that a closed pipe ended."""

_EXAMPLES = """examples:
  winnerlook-mock serve
  winnerlook-mock serve --port 0 --account shop:secret:500 --balance-interval 0
  winnerlook-mock serve --replay
  winnerlook-mock serve --https-port 8443 --ca-file ca.pem
  winnerlook-mock serve --delivery-delay lognormal:3,0.5 --report-url http://127.0.0.1:8119/push
  winnerlook-mock record --upstream http://127.0.0.1:8119 --to recording && winnerlook-mock serve --from recording
  winnerlook-mock wait http://127.0.0.1:8118 && run-my-tests
  winnerlook-mock codes
  winnerlook-mock replay .winnerlook-capsules/test_order.json
  winnerlook-mock check scenario.toml && winnerlook-mock serve --scenario scenario.toml

exit codes: 0 all well, 1 the server could not start or never got ready, or a scenario is wrong, 2 wrong usage, 141 nobody reads the output
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
    except (CommandError, MissingExtraError) as error:
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
    parser.add_argument("--version", action="version", version=f"winnerlook-mock {__version__}")
    commands = parser.add_subparsers(title="commands", metavar="COMMAND", required=True)
    serving.add_options(
        commands.add_parser("serve", help="run the gateway until interrupted", description="Run the gateway until interrupted."),
    )
    recording.add_options(commands.add_parser(
        "record", help="write down what passes between a program and a gateway",
        description="Pass requests on to a gateway, and keep the exchanges with everything private replaced by stand-ins.",
    ))
    wait = commands.add_parser("wait", help="wait until a mock is ready", description="Wait until a mock is ready.")
    wait.add_argument("url", metavar="URL", type=_url, help="scheme, host and port of the mock")
    wait.add_argument("--timeout", type=_seconds, default=30.0, metavar="SECONDS", help="give up after this long (default 30)")
    wait.set_defaults(run=_wait)
    table = commands.add_parser(
        "codes", help="print the failure codes and reserved numbers", description="Print the failure codes and reserved numbers.",
    )
    table.add_argument("--json", action="store_true", help="print them as JSON")
    table.set_defaults(run=tables.show)
    replaying.add_options(commands.add_parser("replay", help="open what a failing test left", description="Open what a failing test left."))
    checking.add_options(commands.add_parser("check", help="look through scenarios", description="Say what is wrong with scenarios."))
    return parser


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


def _wait(arguments: argparse.Namespace) -> int:
    from winnerlook_mock.readiness import NotReadyError, wait_until_ready  # noqa: PLC0415

    try:
        wait_until_ready(arguments.url, timeout=arguments.timeout)
    except NotReadyError as error:
        raise CommandError(str(error)) from error
    return 0
