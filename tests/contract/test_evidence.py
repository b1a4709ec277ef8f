"""What a connection saw, and what follows from it."""

from __future__ import annotations

import pickle

from winnerlook.evidence import Evidence


def test_nothing_left_until_a_byte_is_handed_over() -> None:
    """C1: a connection alone carries no request; one byte may be the whole of what the gateway needed."""
    assert Evidence().nothing_left
    assert Evidence(connected=True, reused=True).nothing_left
    assert not Evidence(connected=True, bytes_sent=1).nothing_left


def test_evidence_is_kept() -> None:
    """C1: it travels with the error that carries it."""
    seen = Evidence(connected=True, reused=True, bytes_sent=300, request_complete=True, bytes_received=17)
    assert pickle.loads(pickle.dumps(seen)) == seen != Evidence()
