"""The plain HTTP door: every operation at an address of its own, by GET and by POST of a form (A5, H1, H2)."""

from __future__ import annotations

from winnerlook_mock.plain.door import PlainDoor

__all__ = ["PlainDoor"]
