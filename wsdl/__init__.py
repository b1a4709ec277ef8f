"""The WSDL as data: ``winnerlook.wsdl.read()`` gives the bytes of ``trigger.wsdl``."""

from __future__ import annotations

from functools import cache
from importlib.resources import files

__all__ = ["read"]


@cache
def read() -> bytes:
    """The packaged WSDL. Its two ports name the vendor's live address (A3, A4)."""
    return (files(__name__) / "trigger.wsdl").read_bytes()
