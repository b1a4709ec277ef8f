"""``winnerlook-mock serve``: the gateway as a program."""

from __future__ import annotations

import argparse
import re
import signal
import sys
import threading
from collections.abc import Callable
from decimal import Decimal
from typing import TYPE_CHECKING, Any

from winnerlook.operations import BALANCE_INTERVAL_SECONDS, SOAP_PATH
from winnerlook_mock import garbage
from winnerlook_mock.cli.options import add_option, add_several, add_switch, several, switch
from winnerlook_mock.cli.usage import CommandError
from winnerlook_mock.extra import needed
from winnerlook_mock.gateway.settings import Settings, checks
from winnerlook_mock.pages import HOME

if TYPE_CHECKING:
    from winnerlook_mock.server import MockServer

DEFAULT_ACCOUNT = "demo:demo-pass:10000"

_BALANCE = "10000"
_NUMBER = re.compile(r"-?[0-9]+(\.[0-9]+)?")
_Opening = tuple[str, str, Decimal]


def add_options(serve: argparse.ArgumentParser) -> None:
    """The options of the command, and `run`, which does it."""
    add_option(serve, "--host", str, "127.0.0.1", "address to listen on; anything but loopback lets others reach the mock")
    add_option(serve, "--port", int, 8118, "port to listen on, 0 for a free one")
    add_option(serve, "--https-port", int, None, "port to answer HTTPS on as well, 0 for a free one", shown="no HTTPS")
    for name, meaning, shown in (
        ("--ca-file", "where to write the certificate of the CA that HTTPS clients have to trust", "a temporary file"),
        ("--cert", "certificate to answer HTTPS with, in PEM", "one is made"),
        ("--key", "key of that certificate, in PEM", "it is in the certificate's file"),
    ):
        add_option(serve, name, str, None, meaning, shown=shown, metavar="PATH")
    add_several(
        serve, "--account", account,
        "an account; what follows the last colon is the balance if it is a number, else part of the password", shown=DEFAULT_ACCOUNT,
        metavar="CODE:PASS[:BALANCE]",
    )
    add_option(
        serve, "--token", str, None, "what whoever uses the control API has to show", shown="none on loopback, else one is made up",
        metavar="TOKEN",
    )
    add_switch(serve, "--replay", "answer every call of every caller with the document's own sample")
    add_option(
        serve, "--scenario", str, None, "what the mock holds and what happens in it, in TOML; flags go before it", shown="nothing happens",
        metavar="FILE",
    )
    add_option(
        serve, "--from", str, None, "directory that winnerlook-mock record has written, to answer every call from",
        shown="calls are simulated", metavar="DIR", dest="recording",
    )
    _add_settings(serve.add_argument_group("settings of every account"))
    serve.set_defaults(run=_serve)


def _add_settings(group: Any) -> None:
    add_option(
        group, "--balance-interval", float, None, "seconds between two questions for the balance, 0 for no such rule",
        shown=f"{BALANCE_INTERVAL_SECONDS:g}", metavar="SECONDS",
    )
    add_switch(group, "--strict-limits", "answer -19 above 50 recipients already, not only at the code table's bounds")
    add_option(
        group, "--delivery-delay", _setting("delivery_delay"), None,
        "seconds from a send until its report is there, or what they are drawn from: uniform:LOW,HIGH or lognormal:MEDIAN,SIGMA",
        shown="0", metavar="DELAY",
    )
    add_option(
        group, "--seed", int, None, "what chance begins with: the same calls in the same order have the same outcome", shown="0",
        metavar="NUMBER",
    )
    for name, what in (("--report-url", "reports"), ("--reply-url", "replies")):
        setting = _setting(name.strip("-").replace("-", "_"))
        add_option(group, name, setting, None, f"where {what} are pushed to", shown="they are polled only", metavar="URL")
    add_several(
        group, "--push-network", _network, "network that pushes may go to besides this machine", shown="none", metavar="NETWORK",
    )


def _setting(name: str) -> Callable[[str], Any]:
    def read(text: str) -> Any:
        given: dict[str, Any] = {name: text}
        try:
            return getattr(Settings(**given), name)
        except ValueError as error:
            raise argparse.ArgumentTypeError(str(error)) from None

    return read


def _network(text: str) -> str:
    if not checks.is_network(text):
        raise argparse.ArgumentTypeError("a network is an address or one with a prefix, 192.0.2.7 or 10.0.0.0/8")
    return text


def account(text: str) -> _Opening:
    """CODE:PASS or CODE:PASS:BALANCE. A password may hold colons; one that ends in a colon and a number needs a balance behind it."""
    user_code, _, rest = text.partition(":")
    user_pass, _, balance = rest.rpartition(":")
    if not _NUMBER.fullmatch(balance) or not user_pass:
        user_pass, balance = rest, _BALANCE
    if not user_code or not user_pass:
        raise argparse.ArgumentTypeError("an account is CODE:PASS or CODE:PASS:BALANCE")
    return user_code, user_pass, Decimal(balance)


def _serve(arguments: argparse.Namespace) -> int:
    given = several("account", arguments.account, account)
    networks = several("push-network", arguments.push_network, _network)
    replay, strict = switch("replay", given=arguments.replay), switch("strict-limits", given=arguments.strict_limits)
    with needed():
        from winnerlook_mock.listener import AddressError, is_loopback  # noqa: PLC0415  # --help and codes do without a server
        from winnerlook_mock.server import MockServer  # noqa: PLC0415
    names = ("balance_interval", "delivery_delay", "seed", "report_url", "reply_url")
    settings = {name: getattr(arguments, name) for name in names if getattr(arguments, name) is not None}
    if strict or arguments.strict_limits is not None:
        settings["strict_limits"] = strict
    stopped = stop_signals()
    try:
        mock = MockServer(
            arguments.host, arguments.port, replay=replay, https_port=arguments.https_port, cert=arguments.cert,
            key=arguments.key, ca_file=arguments.ca_file, defaults=settings, push_networks=networks, scenario=arguments.scenario,
            token=arguments.token,
        )
        if arguments.recording:
            mock.play(arguments.recording)
        default = not given and not mock.accounts
        for user_code, user_pass, balance in [account(DEFAULT_ACCOUNT)] if default else given:
            mock.account(user_code, user_pass, balance=balance)
        with mock:
            garbage.look_rarely()
            if not is_loopback(arguments.host):
                print(f"winnerlook-mock: warning: others can reach this mock at {arguments.host}: it is for tests only", file=sys.stderr)
            made_up = bool(mock.token) and not arguments.token
            print(_banner(mock, default=default, replay=replay, recording=arguments.recording, token=made_up), flush=True)
            while not stopped.wait(1.0):  # a wait without end cannot be interrupted on Windows
                pass
    except (AddressError, ValueError) as error:
        raise CommandError(str(error)) from error
    return 0


def stop_signals() -> threading.Event:
    """Set when the program is asked to end: by Ctrl-C, SIGTERM, and on Windows by Ctrl-Break, which is what a parent can send there."""
    stopped = threading.Event()
    for name in ("SIGINT", "SIGTERM", "SIGBREAK"):
        if hasattr(signal, name):
            signal.signal(getattr(signal, name), lambda *_: stopped.set())
    return stopped


def _banner(mock: MockServer, *, default: bool, replay: bool, recording: str | None, token: bool) -> str:
    accounts = mock.accounts
    url = mock.url
    user_code, shown_pass = accounts[0].user_code, accounts[0].user_pass if default else "…"
    return "\n".join(
        [
            "winnerlook-mock is ready",
            f"  endpoint  {url}",
            *([f"  https     {mock.https_url}"] if mock.https_url else []),
            *([f"  CA file   {mock.ca_file}"] if mock.ca_file else []),
            f"  WSDL      {url}{SOAP_PATH}?wsdl",
            *(f"  account   {one.user_code}{' / ' + shown_pass if default else ''}, balance {one.balance}" for one in accounts),
            *(["  replay    every call is answered with the document's own sample"] if replay else []),
            *([f"  recording {recording}: every call is answered from it"] if recording else []),
            *([f"  token     {mock.token} (for {url}{HOME}, as 'Authorization: Bearer …')"] if token else []),
            "  try       winnerlook-mock codes",
            f"            export WINNERLOOK_ENDPOINT={url} WINNERLOOK_USER_CODE={user_code} WINNERLOOK_USER_PASS={shown_pass}",
            "            winnerlook send 13900000000 '您的验证码是:2345【测试】'",
            "  stop      Ctrl-C",
        ]
    )
