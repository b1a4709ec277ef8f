"""What a send did against the document, though the gateway lets it pass."""

from __future__ import annotations

import time

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.mockserver.gateway.caller import TEXT, Caller, numbers, pairs
from winnerlook.codes import failure_value
from winnerlook.operations import ALL, BY_NAME
from winnerlook_mock.gateway import notes
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


_EACH = ("【", "】", "【】", "【 】", "好", " ", "\n", "????", "%E6%B5%8B", "&amp;", "\ufffd", "|~|")
_PIECES = st.sampled_from(_EACH)
_ODD_VALUES = {
    "userCode": st.none(), "userPass": st.none(), "DesNo": st.text("1390，,;+ \n", max_size=6) | st.just("8613900000000"),
    "Msg": st.builds("{}【测试】{}".format, _PIECES, _PIECES) | st.lists(_PIECES, max_size=4).map("".join),
    "autograph": st.sampled_from(["", "7"]), "ExeNo": st.sampled_from(["", "12", "x"]),
    "customerUuid": st.sampled_from(["", "u" * 60, "u" * 61]), "smsType": st.sampled_from([None, "", "101", "x", 7]),
}
_DOCUMENTED = {"userCode": "u", "userPass": "p", "DesNo": "13900000000", "Msg": "您的验证码是:2345【测试】", "smsType": 101}


@settings(max_examples=120)
@given(data=st.data(), operation=st.sampled_from([one for one in ALL if one.sends]), door=st.sampled_from(["soap11", "post"]))
def test_a_send_as_documented_needs_no_look(data, operation, door) -> None:
    """Where it is taken for one, a look finds nothing; with one or two values that may be odd."""
    odd = data.draw(st.sets(st.sampled_from(sorted(_ODD_VALUES)), max_size=2))
    values = {**_DOCUMENTED, **{name: data.draw(_ODD_VALUES[name]) for name in sorted(odd)}}
    if notes._is_as_documented(operation, values):
        assert list(notes._notes_on_parameters(operation, values, door)) == []


def test_what_most_send_is_as_documented() -> None:
    assert notes._is_as_documented(BY_NAME["SendMsg"], _DOCUMENTED)
    assert notes._is_as_documented(BY_NAME["SendBatchMsg"], {**_DOCUMENTED, "DesNo": "13900000000,13900000001"})


@pytest.mark.parametrize("piece", _EACH)
@pytest.mark.parametrize("door", ["soap11", "post"])
def test_each_odd_piece_of_a_text_is_looked_at(piece: str, door: str) -> None:
    for text in (f"{piece}【测试】", f"【测试】{piece}", f"Hello【{piece}】", f"Hello{piece}【T】"):
        values = {**_DOCUMENTED, "Msg": text}
        found = list(notes._notes_on_parameters(BY_NAME["SendMsg"], values, door))
        assert list(notes_on_parameters(BY_NAME["SendMsg"], values, door)) == found
