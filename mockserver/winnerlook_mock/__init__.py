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
    from winnerlook_mock.gateway import Clock, Message, Settings
    from winnerlook_mock.journal import Entry, Journal
    from winnerlook_mock.listener import AddressError
    from winnerlook_mock.server import MockServer

__all__ = ["AddressError", "Clock", "Entry", "Journal", "Message", "MockAccount", "MockServer", "Settings"]

_HOMES = {
    "AddressError": "listener", "Clock": "gateway", "Entry": "journal", "Journal": "journal", "Message": "gateway",
    "MockAccount": "account", "MockServer": "server", "Settings": "gateway",
}


def __getattr__(name: str) -> Any:
    home = _HOMES.get(name)
    if home is None:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    with needed():
        return getattr(import_module(f"{__name__}.{home}"), name)
