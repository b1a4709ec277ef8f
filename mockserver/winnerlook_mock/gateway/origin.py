"""Where a call came from."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from winnerlook_mock.wire import Wire


@dataclass(frozen=True, slots=True)
class Origin:
    """How a call reached the gateway.

    `door` is soap11, soap12, get or post; `peer` the caller's IP address; `raw` the request body as it came, content-decoded; `notes`
    say in English what the caller likely did wrong though the door let it pass, and how to mend it. `wire` takes the answer back.
    """

    door: str
    peer: str
    raw: bytes = field(default=b"", repr=False)
    notes: tuple[str, ...] = ()
    wire: Wire | None = field(default=None, repr=False, compare=False)
