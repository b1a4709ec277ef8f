"""What a successful send gives."""

from __future__ import annotations

import copy
import dataclasses
import pickle

import pytest

from winnerlook.certainty import Certainty
from winnerlook.results import Sent

SENT = Sent("2200001476358475197", "SendMsg", ("13912345678",), "yj001")


def test_a_receipt() -> None:
    """R12, O2: the batch number is kept as the string it came as; a receipt always means accepted."""
    assert SENT.batch_number == "2200001476358475197"
    assert SENT.certainty is Certainty.ACCEPTED
    assert "13912345678" not in repr(SENT)


def test_a_receipt_is_a_value() -> None:
    """R12: it can be compared, hashed, stored and copied, not changed."""
    assert pickle.loads(pickle.dumps(SENT)) == copy.deepcopy(SENT) == SENT
    assert len({SENT, copy.copy(SENT)}) == 1
    with pytest.raises(dataclasses.FrozenInstanceError):
        SENT.batch_number = "1"  # type: ignore[misc]  # frozen is the point
