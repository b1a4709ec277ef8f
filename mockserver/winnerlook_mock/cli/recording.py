"""``winnerlook-mock record``: between a program and a gateway, writing down what passes."""

from __future__ import annotations

import argparse
import os
import sys
from pathlib import Path
from typing import TYPE_CHECKING

from winnerlook_mock.cli.options import add_option, variable
from winnerlook_mock.cli.usage import CommandError, UsageError
from winnerlook_mock.extra import needed

if TYPE_CHECKING:
    from winnerlook_mock.recording.server import RecordingServer
    from winnerlook_mock.tls import Https

_USER_PASS = variable("user-pass")


def add_options(record: argparse.ArgumentParser) -> None:
    """The options of the command, and `run`, which does it."""
    for name, meaning, metavar in (
        ("--upstream", "scheme, host and port of the gateway that requests are passed on to", "URL"),
        ("--to", "directory that the exchanges are kept in; a further run adds to them", "DIR"),
    ):
        add_option(record, name, str, None, meaning, shown="none, it has to be given", metavar=metavar)
    add_option(record, "--host", str, "127.0.0.1", "address to listen on; anything but loopback lets others use the recorder")
    add_option(record, "--port", int, 8118, "port to listen on, 0 for a free one")
    add_option(record, "--https-port", int, None, "port to answer HTTPS on as well, 0 for a free one", shown="no HTTPS")
    for name, meaning, shown in (
        ("--ca-file", "where to write the certificate of the CA that HTTPS clients have to trust", "a temporary file"),
        ("--cert", "certificate to answer HTTPS with, in PEM", "one is made"),
        ("--key", "key of that certificate, in PEM", "it is in the certificate's file"),
        ("--upstream-ca-file", "CA that the gateway's certificate has to be signed by, in PEM", "those of the system"),
        ("--user-pass-file", f"file of CODE:PASS lines, to look into encrypted calls with; {_USER_PASS} may hold one", "none"),
    ):
        add_option(record, name, str, None, meaning, shown=shown, metavar="PATH")
    add_option(record, "--timeout", float, 60.0, "seconds the gateway may take to connect or to go on answering", metavar="SECONDS")
    record.set_defaults(run=_record)


def _record(arguments: argparse.Namespace) -> int:
    for name in ("upstream", "to"):
        if not getattr(arguments, name):
            raise UsageError(f"record needs --{name}; see winnerlook-mock record --help")
    if not 0 < arguments.timeout < float("inf"):
        raise UsageError("--timeout is a number of seconds above 0")
    from winnerlook_mock.cli.serving import stop_signals  # noqa: PLC0415  # --help does without

    stopped = stop_signals()
    passwords = _passwords(arguments.user_pass_file)
    with needed():
        from winnerlook_mock.listener import AddressError, is_loopback  # noqa: PLC0415  # --help does without a server
        from winnerlook_mock.recording.server import RecordingServer  # noqa: PLC0415
    try:
        server = RecordingServer(
            arguments.upstream, arguments.to, arguments.host, arguments.port, passwords=passwords, https=_https(arguments),
            upstream_ca_file=arguments.upstream_ca_file, seconds=arguments.timeout,
        )
        with server:
            if not is_loopback(arguments.host):
                print(f"winnerlook-mock: warning: others can reach the gateway through {arguments.host}", file=sys.stderr)
            print(_banner(server, arguments), flush=True)
            while not stopped.wait(1.0):  # a wait without end cannot be interrupted on Windows
                pass
    except (AddressError, ValueError) as error:
        raise CommandError(str(error)) from error
    return 0


def _https(arguments: argparse.Namespace) -> Https | None:
    from winnerlook_mock.tls import Https  # noqa: PLC0415  # it needs the extra

    if arguments.https_port is not None:
        return Https(arguments.https_port, arguments.cert, arguments.key, arguments.ca_file)
    if arguments.cert or arguments.key or arguments.ca_file:
        raise UsageError("a certificate, key or CA file is for HTTPS: give --https-port too, 0 for a free port")
    return None


def _passwords(path: str | None) -> dict[str, str]:
    """Passwords by user names, from the file and the environment."""
    lines = [(_USER_PASS, os.environ.get(_USER_PASS, ""))]
    if path:
        try:
            lines += [(f"{path}:{number}", line) for number, line in enumerate(Path(path).read_text("utf-8").splitlines(), 1)]
        except (OSError, UnicodeDecodeError) as error:
            raise CommandError(f"the file {path} cannot be read: {getattr(error, 'strerror', None) or 'it is not UTF-8'}") from error
    passwords = {}
    for where, line in lines:
        user_code, _, user_pass = line.partition(":")
        if line and not line.startswith("#"):
            if not user_code or not user_pass:
                raise CommandError(f"{where}: a line is CODE:PASS")
            passwords[user_code] = user_pass
    return passwords


def _banner(server: RecordingServer, arguments: argparse.Namespace) -> str:
    return "\n".join(
        [
            "winnerlook-mock is recording",
            f"  endpoint  {server.url}",
            *([f"  https     {server.https_url}"] if server.https_url else []),
            *([f"  CA file   {server.ca_file}"] if server.ca_file else []),
            f"  upstream  {arguments.upstream}",
            f"  kept in   {arguments.to}",
            f"  replay    winnerlook-mock serve --from {arguments.to}",
            "  stop      Ctrl-C",
        ]
    )
