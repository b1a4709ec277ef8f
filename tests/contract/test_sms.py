"""Parts and signatures of an SMS."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from winnerlook.sms import segment_count, signature


@pytest.mark.parametrize(
    ("units", "parts"), [(0, 1), (1, 1), (69, 1), (70, 1), (71, 2), (133, 2), (134, 2), (135, 3), (200, 3), (201, 3), (202, 4), (1000, 15)]
)
def test_parts(units: int, parts: int) -> None:
    """C5: what the balance is charged: 70 units in one SMS, 67 in each part of a longer text, whatever the alphabet."""
    assert segment_count("字" * units) == segment_count("a" * units) == parts


@pytest.mark.parametrize(("text", "parts"), [("😀" * 35, 1), ("😀" * 35 + "a", 2), ("😀" * 67, 2), ("😀" * 67 + "a", 3)])
def test_an_emoji_takes_two_units(text: str, parts: int) -> None:
    """C5: UTF-16 is what goes over the air."""
    assert segment_count(text) == parts


@given(st.text(st.characters(), max_size=300), st.text(st.characters(), max_size=80))
def test_a_longer_text_never_costs_less(text: str, more: str) -> None:
    """C5: nor does any text raise, lone surrogates included."""
    assert 1 <= segment_count(text) <= segment_count(text + more)


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("您的验证码是:2345【测试】", "测试"), ("【测试】您的验证码是:2345", "测试"), ("【测试】", "测试"), ("【甲】内容【乙】", "甲"),
        (" 【测试】x", "测试"), ("x【测试】\n", "测试"), ("【】x", ""), ("内【中】容", None), ("没有签名", None), ("", None),
        ("【未完", None), ("[测试]x", None), ("x【甲【乙】", "乙"), ("【甲】乙】x", "甲"),
    ],
)
def test_a_signature_opens_or_closes_the_text(text: str, expected: str | None) -> None:
    """C4, C8"""
    assert signature(text) == expected
