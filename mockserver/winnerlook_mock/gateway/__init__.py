"""The simulated gateway as plain objects: no sockets, no XML."""

from winnerlook_mock.gateway.account import Account
from winnerlook_mock.gateway.clock import Clock
from winnerlook_mock.gateway.gateway import Gateway
from winnerlook_mock.gateway.message import Message
from winnerlook_mock.gateway.origin import Origin
from winnerlook_mock.gateway.settings import Settings

__all__ = ["Account", "Clock", "Gateway", "Message", "Origin", "Settings"]
