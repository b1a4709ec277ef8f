"""The 28 documented failure codes (C1-C28), and how a result that is one is told from a result that is not (F5)."""

from __future__ import annotations

import re
from dataclasses import dataclass
from enum import Enum


class Family(Enum):
    """Kinds of failure that a caller handles differently; each has one exception class in `winnerlook.errors`."""

    SERVICE = "service"
    CREDENTIALS = "credentials"
    CONTENT = "content"
    BALANCE = "balance"
    NUMBER = "number"
    ACCOUNT = "account"
    THROTTLED = "throttled"
    REQUEST = "request"


@dataclass(frozen=True, slots=True)
class FailureCode:
    """One row of the document's table.

    `meaning` is the document's own wording, `english` ours. `not_sent` says whether a send that got this code is certain not to have
    been sent. `waiting_helps` says whether the same call may succeed later with nothing changed by the caller but the time.
    """

    fact: str
    value: int
    meaning: str
    english: str
    family: Family
    not_sent: bool = True
    waiting_helps: bool = False


ALL: tuple[FailureCode, ...] = (
    # An application error may have struck after the message was taken on: the one code that proves nothing about a send.
    FailureCode("C1", -1, "应用程序错误", "application error", Family.SERVICE, not_sent=False, waiting_helps=True),
    FailureCode("C2", -3, "用户名或密码错误", "wrong user name or password", Family.CREDENTIALS),
    FailureCode("C3", -4, "短信内容和备案的模板不一样", "text differs from the registered template", Family.CONTENT),
    FailureCode("C4", -5, "签名不正确", "signature is not right", Family.CONTENT),
    FailureCode("C5", -7, "余额不足", "balance too low", Family.BALANCE),
    FailureCode("C6", -8, "无可用通道或不在通道时间范围", "no channel, or outside the channel's hours", Family.SERVICE, waiting_helps=True),
    FailureCode("C7", -9, "无效号码", "invalid number", Family.NUMBER),
    FailureCode("C8", -10, "签名内容不符合长度", "signature too short or too long", Family.CONTENT),
    FailureCode("C9", -11, "用户有效期过期", "account has expired", Family.ACCOUNT),
    FailureCode("C10", -12, "黑名单", "number is blacklisted", Family.NUMBER),
    FailureCode(
        "C11", -16, "接口请求过于频繁，余额接口 5s 秒一次，其他接口适当调整",
        "called too often: the balance once in 5 s, the rest within reason", Family.THROTTLED, waiting_helps=True,
    ),
    FailureCode("C12", -17, "非法 IP", "calling address is not bound to the account", Family.CREDENTIALS),
    FailureCode("C13", -18, "Msg 内容格式错误", "Msg is malformed", Family.REQUEST),
    FailureCode(
        "C14", -19, "短信数量错误,小于 1 /大于 500(个性化)/大于 1000 (群发)",
        "wrong count: fewer than 1, more than 500 (individual) or 1000 (batch)", Family.REQUEST,
    ),
    FailureCode("C15", -20, "号码错误或者黑名单", "a number is wrong or blacklisted", Family.NUMBER),
    FailureCode("C16", -23, "解密失败", "submitInfo cannot be decrypted", Family.REQUEST),
    FailureCode("C17", -24, "短信包含用户敏感信息", "text has a word the account forbids", Family.CONTENT),
    FailureCode("C18", -25, "用户被冻结", "account is frozen", Family.ACCOUNT),
    FailureCode("C19", -26, "无效数据", "invalid data", Family.REQUEST),
    FailureCode("C20", -27, "请求参数错误", "wrong request parameter", Family.REQUEST),
    FailureCode("C21", -28, "无效数据", "invalid data", Family.REQUEST),
    FailureCode("C22", -41, "指定短信模板类型错误或短信类型参数错误", "wrong template kind or smsType", Family.REQUEST),
    FailureCode("C23", -44, "自定义扩展号不符合规则 (1-16 位数字)", "ExeNo is not 1-16 digits", Family.REQUEST),
    FailureCode("C24", -46, "用户黑名单", "number is on the account's blacklist", Family.NUMBER),
    FailureCode("C25", -47, "系统黑名单", "number is on the system's blacklist", Family.NUMBER),
    FailureCode("C26", -48, "号码超频拦截", "number was written to too often", Family.NUMBER, waiting_helps=True),
    FailureCode("C27", -51, "超过设置的每月短信条数的限制", "monthly limit reached", Family.ACCOUNT, waiting_helps=True),
    FailureCode("C28", -54, "短信包含系统敏感信息", "text has a word the system forbids", Family.CONTENT),
)
"""The codes in the document's order."""

BY_VALUE: dict[int, FailureCode] = {code.value: code for code in ALL}
"""The codes by value."""

# 18 digits at most: nobody's code is longer, and int() refuses to read thousands.
_FAILURE = re.compile(r"\s*-0*([1-9][0-9]{0,17})\s*", re.ASCII)


def failure_value(result: str) -> int | None:
    """The failure code that a result string is, or None when it is a success (F5). The code need not be a documented one."""
    match = _FAILURE.fullmatch(result)
    return -int(match[1]) if match else None
