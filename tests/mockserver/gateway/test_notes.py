"""What a send did against the document, though the gateway lets it pass."""

from __future__ import annotations

import time

import pytest

from tests.mockserver.gateway.caller import TEXT, Caller, numbers, pairs
from winnerlook.codes import failure_value
from winnerlook.operations import BY_NAME
from winnerlook_mock.gateway.notes import notes_on_parameters


def _answer_and_notes(caller: Caller, name: str, count: int) -> tuple[int | None, tuple[str, ...]]:
    caller.account.balance += 5000
    signed = pairs(count).replace("甲", "【测试】甲")
    parameters = {"DesNo": ",".join(numbers(count)), "Msg": TEXT} if name == "SendBatchMsg" else {"Msg": signed}
    answer = caller.call(name, **parameters)
    return failure_value(answer), [*caller.gateway.journal][-1].notes


@pytest.mark.parametrize(("name", "bound"), [("SendBatchMsg", 1000), ("SendIndividualMsg", 500)])
def test_more_than_fifty_are_accepted_up_to_the_tables_bound_and_noted(name: str, bound: int) -> None:
    """R4-R6, C14: 50 without a note, 51 and the bound with one, one more is -19."""
    caller = Caller()
    assert _answer_and_notes(caller, name, 50) == (None, ())
    for count in (51, bound):
        failure, notes = _answer_and_notes(caller, name, count)
        assert failure is None
        assert [str(count) in note and "50" in note and "R4" in note for note in notes] == [True]
    assert len(caller.account.messages) == 50 + 51 + bound
    failure, notes = _answer_and_notes(caller, name, bound + 1)
    assert failure == -19
    assert len(notes) == 1


@pytest.mark.parametrize("name", ["SendBatchMsg", "SendIndividualMsg"])
def test_strict_limits_refuse_the_fifty_first(name: str) -> None:
    """R6: strict_limits holds callers to R4 and R5."""
    caller = Caller(strict_limits=True)
    assert _answer_and_notes(caller, name, 50) == (None, ())
    assert _answer_and_notes(caller, name, 51)[0] == -19


@pytest.mark.parametrize("name", ["SendMsg", "sendMsgExt", "sendMsgByEncrypt"])
def test_several_numbers_where_one_is_meant_are_noted_with_the_remedy(name: str) -> None:
    """R3: the code alone, -9, does not tell what went wrong."""
    caller = Caller()
    assert caller.call(name, DesNo="13900000000,13900000001", Msg=TEXT) == "-9"
    (entry,) = caller.gateway.journal
    assert [name in note and "SendBatchMsg" in note for note in entry.notes] == [True]


@pytest.mark.parametrize("text", [
    "a." * 30_000, "a" * 60_000, "http://x" + "%E4%BDx" * 9_000, "%E4" * 20_000, "?" * 60_000, "????" + "【" * 60_000,
])
def test_a_hostile_text_costs_no_more_than_its_length(text: str) -> None:
    """A journal note must not hold up the other calls."""
    begun = time.process_time()
    list(notes_on_parameters(BY_NAME["SendMsg"], {"userCode": "u", "userPass": "p", "DesNo": "13900000000", "Msg": text}, "soap11"))
    assert time.process_time() - begun < 1
