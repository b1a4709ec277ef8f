"""The four things that can be known of a call."""

from __future__ import annotations

import json

from winnerlook.certainty import Certainty


def test_the_words_are_stable() -> None:
    """C1: they are written to logs and JSON, so they are part of the contract."""
    assert json.dumps(list(Certainty)) == '["accepted", "rejected", "not sent", "unknown"]'
    assert Certainty("not sent") is Certainty.NOT_SENT
