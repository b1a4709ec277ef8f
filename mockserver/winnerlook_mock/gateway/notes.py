"""What a send did against the document, though the gateway may let it pass; for the journal."""

from __future__ import annotations

from collections.abc import Iterator

from winnerlook_mock.gateway.submission import Submission


def notes_on(submission: Submission) -> Iterator[str]:
    """Notes on one send, in English, each with its remedy."""
    operation, count = submission.operation, len(submission.pairs)
    if operation.max_recipients == 1 and "," in submission.pairs[0][0]:
        yield f"{operation.name} takes one number: use SendBatchMsg for several (R3)"
    if count > operation.max_recipients:
        yield f"{count} recipients in one call, the document allows {operation.max_recipients}: split the send (R4, R5)"
