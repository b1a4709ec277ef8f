"""What tests of the mock share."""

from __future__ import annotations

import pytest

PATIENT, PROMPT = 60.0, 20.0
"""Seconds: what a server gives to calls under way, where a test wants to see that it does not wait for them; and what is at once then,
on a busy machine too."""


@pytest.fixture
def patient_server(monkeypatch: pytest.MonkeyPatch) -> None:
    """A server that waits for something when it stops, waits long enough to tell."""
    monkeypatch.setattr("winnerlook_mock.listener._GRACE_SECONDS", PATIENT)
