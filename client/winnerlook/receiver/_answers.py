"""What the gateway is answered. The texts hold nothing of what it sent but the place of an error (L2)."""

from __future__ import annotations

from dataclasses import dataclass

Headers = tuple[tuple[str, str], ...]
PLAIN: Headers = (("Content-Type", "text/plain; charset=utf-8"),)


@dataclass(frozen=True, slots=True)
class Answer:
    """An HTTP answer: its status, its text, and its headers without Content-Length."""

    status: int
    text: str
    headers: Headers = PLAIN

    @property
    def body(self) -> bytes:
        """The text in UTF-8."""
        return self.text.encode("utf-8")


class NotTakenOnError(Exception):
    """Raised by a handler that hands pushes on: whatever takes them did not. Answered with 502, so that the gateway tries again.
    Its text is logged: a status or a kind of failure, no address."""


class UnfinishedError(TypeError):
    """A handler returned what is still to be done: a 200 now would lose the push."""

    def __init__(self, kind: str) -> None:
        super().__init__(f"the handler returned a {kind}, whose work is still to be done: let it return only when the push is committed")


SUCCESS = Answer(200, "success")
"""P4: the document names no wording; anything but 2xx makes the gateway try again."""
BAD_LENGTH = Answer(400, "the Content-Length is no number: send the body's length in bytes")
CUT_SHORT = Answer(400, "the body ended before its Content-Length: push it again")
STRANGER = Answer(403, "pushes from this address are not taken: ask the receiver's operator to allow it")
OTHER_ACCOUNT = Answer(403, "pushes of this account are not taken: ask the receiver's operator to add it")
NOWHERE = Answer(404, "nothing is here: POST to the whole URL that the receiver's operator gave out, its last part included")
NOT_POST = Answer(405, "pushes come by POST: use that method", (*PLAIN, ("Allow", "POST")))
FAILED = Answer(500, "the push was not kept: push it again")
NOT_TAKEN_ON = Answer(502, "the push could not be handed on: push it again")
BUSY = Answer(503, "another request is at work on these records: push them again in a moment", (*PLAIN, ("Retry-After", "1")))


def too_large(max_bytes: int) -> Answer:
    """413."""
    return Answer(413, f"the body is larger than {max_bytes} bytes: push fewer records at once")


def no_push(problem: str) -> Answer:
    """400 for a body that is none."""
    return Answer(400, f"{problem}; chapters 5 and 6 of the interface document show the JSON of a push")
