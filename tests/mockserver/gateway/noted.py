"""What the journal noted of a call that went wrong."""

from __future__ import annotations

from collections.abc import Iterable

from winnerlook_mock import MockAccount, MockServer


def assert_names(mock: MockServer, account: MockAccount, *words: str, secrets: Iterable[str]) -> None:
    """Exactly one note, which names the mistake, gives a remedy, and holds nothing that was sent (L2)."""
    entry = account.journal[-1] if account.journal else [*mock.journal][-1]
    assert len(entry.notes) == 1, entry.notes
    (note,) = entry.notes
    assert all(word in note for word in words), note
    assert ":" in note
    for secret in (*secrets, account.user_code):
        assert secret not in note
