"""Number and text pairs in one Msg."""

from __future__ import annotations

import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.contract.strategies import SEPARATORS, phones, seen_phones, sms_texts, typed_texts
from winnerlook.individual import DEFAULT_SEPARATORS, SAME_SEPARATORS, Separators, format_pairs, parse_pairs, split_pairs

PAIRS = [("13900000000", "甲【测试】"), ("13900000001", "乙【测试】")]
CUSTOM = Separators("##", "@@")
every_separator = pytest.mark.parametrize("separators", [DEFAULT_SEPARATORS, SAME_SEPARATORS, CUSTOM], ids=["default", "same", "custom"])


def test_the_separators_that_the_project_settled_on() -> None:
    """F4, O12: as old public clients of this service family write them."""
    assert format_pairs(PAIRS) == "13900000000|~|甲【测试】|-|13900000001|~|乙【测试】"


def test_other_separators() -> None:
    """F4: they are a setting."""
    assert format_pairs(PAIRS, SAME_SEPARATORS) == "13900000000|~|甲【测试】|~|13900000001|~|乙【测试】"
    assert format_pairs(PAIRS, CUSTOM) == "13900000000##甲【测试】@@13900000001##乙【测试】"
    assert split_pairs("13900000000##甲@@13900000001##", CUSTOM) == [("13900000000", "甲"), ("13900000001", "")]


@pytest.mark.parametrize("separators", [DEFAULT_SEPARATORS, SAME_SEPARATORS], ids=["default", "same"])
@given(st.lists(st.tuples(seen_phones(), st.one_of(sms_texts(), typed_texts())), min_size=1, max_size=6))
def test_pairs_are_read_back_or_refused(separators: Separators, pairs: list[tuple[str, str]]) -> None:
    """F4: what is written is read back by the same rules that the mock reads by; what could not be is refused, and only that."""
    try:
        message = format_pairs(pairs, separators)
    except ValueError:
        # More separators than were put there: typed ones, or bars of a text that met those of a separator beside it.
        joined = separators.between.join(phone + separators.within + text for phone, text in pairs)
        either = "|".join(map(re.escape, {separators.within, separators.between}))
        assert len(re.findall(f"(?={either})", joined)) > 2 * len(pairs) - 1
        return
    assert parse_pairs(message) == pairs


@every_separator
@given(st.data())
def test_a_separator_in_a_text_is_refused(separators: Separators, data: st.DataObject) -> None:
    """F4, L2: before anything is sent, and without quoting number or text."""
    separator = data.draw(st.sampled_from([separators.within, separators.between]))
    phone = data.draw(phones())
    before, after = data.draw(st.sampled_from(["", "机密"])), data.draw(st.sampled_from(["", "机密"]))
    for pair in ((phone, before + separator + after), (phone + separator, "甲")):
        with pytest.raises(ValueError) as error:
            format_pairs([*PAIRS, pair], separators)
        assert phone not in str(error.value)
        assert "机密" not in str(error.value)


def test_a_text_that_completes_a_separator_is_refused() -> None:
    """F4: ``|-`` before ``|-|`` ends too early, ``-|`` behind ``|~|`` too; at the very end nothing follows that could complete it."""
    for first, second in (("甲|-", "乙"), ("-|甲", "乙"), ("甲", "-|乙")):
        with pytest.raises(ValueError):
            format_pairs([("13900000000", first), ("13900000001", second)])
    assert parse_pairs(format_pairs([("13900000001", "乙"), ("13900000000", "甲|-")]))[1][1] == "甲|-"


@pytest.mark.parametrize("piece", [piece for piece in SEPARATORS if piece not in {"|~|", "|-|"}])
def test_pieces_of_separators_are_text(piece: str) -> None:
    """F4"""
    pairs = [("13900000000", "甲" + piece + "乙"), ("13900000001", piece + "乙")]
    assert parse_pairs(format_pairs(pairs)) == pairs


def test_both_readings_of_the_document_are_read() -> None:
    """F4, O12"""
    assert parse_pairs("139|~|甲|-|138|~|乙") == [("139", "甲"), ("138", "乙")]
    assert parse_pairs("139|~|甲|~|138|~|乙") == [("139", "甲"), ("138", "乙")]
    assert parse_pairs("139|~|甲|-|乙|~|138|~|丙") == [("139", "甲|-|乙"), ("138", "丙")]
    assert parse_pairs("139|~|甲|-|乙") == [("139", "甲|-|乙")]
    assert parse_pairs(" 139 |~| 甲 |-|+86138|~|") == [("139", " 甲 "), ("+86138", "")]


@pytest.mark.parametrize("message", ["", "x", "139", "|~|甲", "139|-|甲", "abc|~|甲", "139|~|甲|~|138", "139|~|甲|-|x|~|乙", "１３９|~|甲"])
def test_what_is_not_made_of_pairs(message: str) -> None:
    """F4, R14"""
    with pytest.raises(ValueError):
        parse_pairs(message)


def test_no_pairs_at_all() -> None:
    """F4, R6: an empty Msg holds no message, so there is nothing to write."""
    with pytest.raises(ValueError, match="no number and text pair"):
        format_pairs([])


@pytest.mark.parametrize(("within", "between"), [("", "|-|"), ("|~|", ""), ("", "")])
def test_a_separator_is_not_empty(within: str, between: str) -> None:
    """F4"""
    with pytest.raises(ValueError, match="must not be empty"):
        Separators(within, between)
