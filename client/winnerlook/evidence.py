"""What the connection itself saw of a call: the proof behind a certainty."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(slots=True)
class Evidence:
    """Kept by the connection while a call runs.

    `bytes_sent` counts request bytes handed to the operating system, head and body; the count rises before they are handed over, so
    that it never claims less than what may have left. `request_complete` is set once all were handed over, `bytes_received` counts
    what came back. `reused` says that the connection had carried an earlier call.
    """

    connected: bool = False
    reused: bool = False
    bytes_sent: int = 0
    request_complete: bool = False
    bytes_received: int = 0

    @property
    def nothing_left(self) -> bool:
        """Whether no byte of the request left this machine."""
        return self.bytes_sent == 0
