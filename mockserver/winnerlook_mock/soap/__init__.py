"""The SOAP door: SOAP 1.1 and SOAP 1.2 on one address, over spyne (A3, A4, S1-S6)."""

from __future__ import annotations

from winnerlook_mock.soap import _compat

_compat.load()  # before any module of this package imports spyne

from winnerlook_mock.soap.door import SoapDoor  # noqa: E402  # needs spyne

__all__ = ["SoapDoor"]
