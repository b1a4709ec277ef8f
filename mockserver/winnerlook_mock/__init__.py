"""Test double of the Winnerlook (云信) SMS gateway's trigger interface.

    with MockServer() as mock:
        account = mock.account(balance=100)
        ...  # let the program under test talk to mock.url with account.user_code and account.user_pass
        message = account.wait_for(to="13900000000", contains="验证码")

Names are loaded when first used, so that importing the package costs nothing.
"""

from __future__ import annotations

from importlib import import_module
from typing import TYPE_CHECKING, Any

from winnerlook_mock.extra import needed

if TYPE_CHECKING:
    from winnerlook_mock.account import MockAccount
    from winnerlook_mock.delays import Fixed, Lognormal, Uniform
    from winnerlook_mock.gateway.clock import Clock
    from winnerlook_mock.gateway.happening import Happening, Kind
    from winnerlook_mock.gateway.message import Message
    from winnerlook_mock.gateway.purse import Statement
    from winnerlook_mock.gateway.settings import NO_REPORT, PushChaos, Settings
    from winnerlook_mock.journal import Entry, Journal
    from winnerlook_mock.listener import AddressError
    from winnerlook_mock.otp import otp_in
    from winnerlook_mock.push.courier import ForbiddenTargetError
    from winnerlook_mock.push.ledger import PushAttempt, PushEntry, PushState
    from winnerlook_mock.scenario import Scenario, ScenarioError
    from winnerlook_mock.server import MockServer
    from winnerlook_mock.state import StateError, export_state, import_state

__all__ = [
    "NO_REPORT",
    "AddressError",
    "Clock",
    "Entry",
    "Fixed",
    "ForbiddenTargetError",
    "Happening",
    "Journal",
    "Kind",
    "Lognormal",
    "Message",
    "MockAccount",
    "MockServer",
    "PushAttempt",
    "PushChaos",
    "PushEntry",
    "PushState",
    "Scenario",
    "ScenarioError",
    "Settings",
    "StateError",
    "Statement",
    "Uniform",
    "export_state",
    "import_state",
    "otp_in",
]

_HOMES = {
    **dict.fromkeys(("NO_REPORT", "PushChaos", "Settings"), "gateway.settings"),
    **dict.fromkeys(("Fixed", "Lognormal", "Uniform"), "delays"),
    **dict.fromkeys(("Happening", "Kind"), "gateway.happening"),
    "Clock": "gateway.clock",
    "Message": "gateway.message",
    **dict.fromkeys(("Entry", "Journal"), "journal"),
    **dict.fromkeys(("PushAttempt", "PushEntry", "PushState"), "push.ledger"),
    "AddressError": "listener",
    "ForbiddenTargetError": "push.courier",
    "MockAccount": "account",
    "MockServer": "server",
    **dict.fromkeys(("Scenario", "ScenarioError"), "scenario"),
    "Statement": "gateway.purse",
    **dict.fromkeys(("StateError", "export_state", "import_state"), "state"),
    "otp_in": "otp",
}


def __getattr__(name: str) -> Any:
    home = _HOMES.get(name)
    if home is None:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    with needed():
        return getattr(import_module(f"{__name__}.{home}"), name)
