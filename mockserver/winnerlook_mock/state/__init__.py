"""The whole state of a server as JSON has it, and back: for capsules, and for whoever goes on tomorrow where today ended.

A state is a dict of plain values with a format and a version: accounts with their money, settings, messages, waiting records and pushes;
faults; the journal; the clocks. It holds passwords, numbers and texts of the mock's accounts as they are. Calls and push attempts that are
under way are not in it: an attempt is made again. A push that the ledger has forgotten is not tried again. Nor is what the server was made
with: defaults of accounts opened later, the rest of a scenario's timeline, a recording that is played.
"""

from __future__ import annotations

from collections.abc import Collection
from typing import Any, Protocol

from winnerlook_mock.gateway import Gateway
from winnerlook_mock.state import reading, writing
from winnerlook_mock.state.part import StateError

__all__ = ["StateError", "export_state", "import_state"]


class _HasGateway(Protocol):
    @property
    def gateway(self) -> Gateway: ...


def export_state(server: _HasGateway, *, accounts: Collection[str] | None = None) -> dict[str, Any]:
    """What a `MockServer` holds, of all accounts or of those with these user names. Raises LookupError for one that there is not."""
    return writing.state(server.gateway, accounts)


def import_state(server: _HasGateway, state: dict[str, Any]) -> None:
    """Put what was exported in place of everything that the server holds. Raises StateError, a ValueError, which says what is wrong and
    where; then nothing was changed."""
    server.gateway.restore(reading.kept(state))
