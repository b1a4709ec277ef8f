"""``winnerlook-mock replay``: what a failing test left, opened again."""

from __future__ import annotations

import argparse
import json
from pathlib import Path
from typing import TYPE_CHECKING, Any

from winnerlook_mock.cli.options import add_option
from winnerlook_mock.cli.serving import stop_signals
from winnerlook_mock.cli.usage import CommandError
from winnerlook_mock.extra import needed

if TYPE_CHECKING:
    from winnerlook_mock.server import MockServer

_MOST_BYTES = 256 * 1024 * 1024


def add_options(replay: argparse.ArgumentParser) -> None:
    """The options of the command, and `run`, which does it."""
    replay.add_argument("file", metavar="FILE", type=Path, help="a capsule, or any state that was exported")
    add_option(replay, "--port", int, 0, "port to listen on", shown="a free one")
    replay.set_defaults(run=_replay)


def _replay(arguments: argparse.Namespace) -> int:
    state = _read(arguments.file)
    with needed():
        from winnerlook_mock.listener import AddressError  # noqa: PLC0415  # --help does without a server
    stopped = stop_signals()
    try:
        with opened(state, arguments.port) as mock:
            print(_banner(mock, state), flush=True)
            while not stopped.wait(1.0):  # a wait without end cannot be interrupted on Windows
                pass
    except AddressError as error:
        raise CommandError(str(error)) from error
    return 0


def opened(state: Any, port: int = 0) -> MockServer:
    """A server that is still to be started, with this state, all its clocks frozen. Raises CommandError where it is no state."""
    with needed():
        from winnerlook_mock.server import MockServer  # noqa: PLC0415
    from winnerlook_mock.state import StateError, import_state  # noqa: PLC0415

    mock = MockServer(port=port)
    try:
        import_state(mock, state)
    except StateError as error:
        raise CommandError(f"the file holds no state that can be opened: {error}") from error
    for clock in (mock.clock, *(account.clock for account in mock.accounts)):
        clock.freeze()
    return mock


def _read(file: Path) -> Any:
    try:
        if file.stat().st_size > _MOST_BYTES:
            raise CommandError(f"{file} is larger than any capsule: {_MOST_BYTES} bytes are read at most")
        return json.loads(file.read_text("utf-8"))
    except OSError as error:
        raise CommandError(f"{file} cannot be read: {error.strerror}") from error
    except (ValueError, RecursionError) as error:
        raise CommandError(f"{file} is not JSON: take a file that a failing test left, or one of export_state") from error


def _banner(mock: MockServer, state: dict[str, Any]) -> str:
    test = state.get("test")
    accounts = (
        f"  account   {one.user_code} / {one.user_pass}, balance {one.balance}, {len(one.messages)} messages, clock at {one.clock.now()}"
        for one in mock.accounts
    )
    return "\n".join(
        [
            "winnerlook-mock replays",
            *([f"  test      {test.get('id')}"] if isinstance(test, dict) else []),
            f"  endpoint  {mock.url}",
            f"  API       {mock.url}/_mock/api/v1/",
            *accounts,
            "  stop      Ctrl-C",
        ]
    )
