"""The failure codes against the document's table, retyped from it."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from winnerlook import codes

TABLE = [
    ("C1", -1, "应用程序错误"),
    ("C2", -3, "用户名或密码错误"),
    ("C3", -4, "短信内容和备案的模板不一样"),
    ("C4", -5, "签名不正确"),
    ("C5", -7, "余额不足"),
    ("C6", -8, "无可用通道或不在通道时间范围"),
    ("C7", -9, "无效号码"),
    ("C8", -10, "签名内容不符合长度"),
    ("C9", -11, "用户有效期过期"),
    ("C10", -12, "黑名单"),
    ("C11", -16, "接口请求过于频繁，余额接口 5s 秒一次，其他接口适当调整"),
    ("C12", -17, "非法 IP"),
    ("C13", -18, "Msg 内容格式错误"),
    ("C14", -19, "短信数量错误,小于 1 /大于 500(个性化)/大于 1000 (群发)"),
    ("C15", -20, "号码错误或者黑名单"),
    ("C16", -23, "解密失败"),
    ("C17", -24, "短信包含用户敏感信息"),
    ("C18", -25, "用户被冻结"),
    ("C19", -26, "无效数据"),
    ("C20", -27, "请求参数错误"),
    ("C21", -28, "无效数据"),
    ("C22", -41, "指定短信模板类型错误或短信类型参数错误"),
    ("C23", -44, "自定义扩展号不符合规则 (1-16 位数字)"),
    ("C24", -46, "用户黑名单"),
    ("C25", -47, "系统黑名单"),
    ("C26", -48, "号码超频拦截"),
    ("C27", -51, "超过设置的每月短信条数的限制"),
    ("C28", -54, "短信包含系统敏感信息"),
]


@pytest.mark.parametrize(("fact", "value", "meaning"), TABLE, ids=[row[0] for row in TABLE])
def test_a_code_is_the_documents(fact: str, value: int, meaning: str) -> None:
    """C1-C28: value and meaning as in the document's table, found by its value, and told from a success by its string."""
    code = codes.BY_VALUE[value]
    assert (code.fact, code.value, code.meaning) == (fact, value, meaning)
    assert codes.failure_value(str(value)) == value
    assert code.english
    assert code.english.isascii()


def test_the_table_is_whole_and_in_order() -> None:
    """C1-C28: nothing more, nothing less, in the document's order."""
    assert [code.value for code in codes.ALL] == [value for _, value, _ in TABLE]
    assert len(codes.BY_VALUE) == 28


def test_only_an_application_error_leaves_a_send_in_doubt() -> None:
    """C1: it may have struck after the message was taken on; C2-C28 name a reason for refusing."""
    assert [code.value for code in codes.ALL if not code.not_sent] == [-1]


def test_what_waiting_may_mend() -> None:
    """C1, C6, C11, C26, C27: the causes that pass by themselves; every other wants something changed first."""
    assert [code.value for code in codes.ALL if code.waiting_helps] == [-1, -8, -16, -48, -51]


@pytest.mark.parametrize(
    ("result", "value"),
    [
        ("-7", -7), (" -7 ", -7), ("\n-7\r\n", -7), ("-007", -7), ("-2", -2), ("-99", -99), ("-1000000", -1000000),
        ("-" + "0" * 5000 + "7", -7),
    ],
)
def test_a_lone_negative_integer_is_a_failure(result: str, value: int) -> None:
    """F5: whether or not the table has it, blanks and zeros notwithstanding."""
    assert codes.failure_value(result) == value


@pytest.mark.parametrize(
    "result",
    [
        "", " ", "0", "-0", "-000", "100", "7", "+7", "-", "- 7", "--7", "-7.5", "-7,", "-7|", "7-", "-7-3", "-7 -3", "-x", "-0x7", "-7e1",
        "-1_0", "-７", "－7", "−7", "２２", "2200001476358475197", "2314357620085030624,139000000000,DELIVRD,yj001|", "-" + "9" * 5000,
    ],
)
def test_anything_else_is_none(result: str) -> None:
    """F5, R11: nothing there, a balance, a batch number, a record and near misses are no failure codes."""
    assert codes.failure_value(result) is None


@given(st.integers(min_value=1, max_value=10**18 - 1), st.text(" \t\r\n", max_size=3), st.text(" \t\r\n", max_size=3))
def test_every_negative_integer_is_read(number: int, before: str, after: str) -> None:
    """F5"""
    assert codes.failure_value(f"{before}-{number}{after}") == -number
    assert codes.failure_value(f"{before}{number}{after}") is None


@given(st.text(max_size=40))
def test_no_text_raises(text: str) -> None:
    """F5: whatever comes back is judged, and a value is only ever negative."""
    value = codes.failure_value(text)
    assert value is None or value < 0
