"""The code in a verification SMS, Chinese or English.

A candidate is four to eight digits, or digits and capitals, that stand alone. What stands beside it tells what it is: an amount, a
duration, a date, an order or card number and a number to call are no codes. Of those that are left, the one nearest to a word for
"code" counts, what follows such a word before what precedes it. No word, no code: a text that only holds a number verifies nobody.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterator

_WORD = re.compile(
    r"(?:验证|校验|动态|激活|确认|认证|安全|登[录陆]|随机|身份|一次性)(?:验证)?(?:密码|口令|码)|短信(?:密码|口令|码)|动态密码|密码|口令"
    r"|(?<![a-z])(?:otp|passcode|password|pin|code|codes)(?![a-z])",
    re.IGNORECASE,
)
_OTHER_CODE = re.compile(
    r"(?:\b(?:promo|promotion|discount|coupon|voucher|gift|qr|zip|post|postal|error|country|area|product|bar|source|reference|booking|"
    r"dress|invite|referral)[ -]?)$",
    re.IGNORECASE,
)
_CANDIDATE = re.compile(
    r"(?<![A-Za-z0-9])(?<![0-9][.,:/-])(?<![0-9] )"
    r"(?:(?P<halves>[0-9]{3,4}[- ][0-9]{3,4})|(?:[A-Z]-)?(?P<whole>(?=[A-Z]*[0-9])[A-Z0-9]{4,8}))"
    r"(?![A-Za-z0-9])(?![.,:/-][0-9])(?! [0-9])"
)
_HALF = re.compile(r"[- ]")
_AFTER_NO_CODE = re.compile(
    r"\s*(?:[元块圆角折%％万亿年月日号号点时分秒次位人条名积]|个|小时|分钟|毫秒|天|倍|积分|rmb|cny|usd|eur|yuan|"
    r"(?:milli)?sec(?:ond)?s?\b|min(?:ute)?s?\b|hours?\b|hrs?\b|days?\b|weeks?\b|months?\b|years?\b|times?\b|points?\b|dollars?\b|"
    r"(?:jan|feb|mar|apr|may|jun|jul|aug|sep|oct|nov|dec)[a-z]*\b)",
    re.IGNORECASE,
)
_BEFORE_NO_CODE = re.compile(
    r"(?:[¥￥$€£#]|金额|余额|消费|支付|付款|合计|总价|价格|转账|单号|订单|编号|流水号?|尾号|卡号|账号|帐号|工号|运单|"
    r"快递|房号|门牌|电话|热线|客服|致电|拨打|咨询|回复|退订回|拒收回|手机号?|号码"
    r"|(?:取件|取货|提货|取餐|收餐|收货|签收|核销|兑换|优惠|折扣|邀请|推荐|券|会员|序列)码"
    r"|(?<![a-z])(?:rmb|cny|usd|order|ref(?:erence)?|invoice|ticket|case|booking|account|card|ending(?: in| with)?|amount|total|balance|"
    r"call|tel|phone|hotline|dial|text|reply|in|since|until|year|"
    r"(?:jan|feb|mar|apr|may|jun|jul|aug|sep|oct|nov|dec)[a-z]*\.?(?: [0-9]{1,2},?)?))"
    r"(?:\s*(?:number|num|no\.?|id|号码?|为|是|了|至|到|is|of|at))?[\s:：#]*$",
    re.IGNORECASE,
)
_SKIPPED = re.compile(r"【[^【】]*】|(?:https?://|www\.)[!-~]+|[a-z0-9_.+-]+@[a-z0-9-]+\.[a-z0-9.]+", re.IGNORECASE)
_BRACKETED = re.compile(r"【[A-Z0-9]{4,8}】")
_LINK = re.compile(r"\s*[\"'“”「」『』(（\[]*\s*(?:[:：=]|是|为|is\b|[-—–])?[\s:：\"'“”「」『』(（\[<*]*")
_SENTENCE_END = re.compile(r"[。！!?？；;\n]|\.(?:\s|$)")
_FARTHEST = 60
_BEHIND, _ANOTHER_SENTENCE = 12, 30
"""What it costs, in characters, to stand before the word instead of behind it, and to stand in another sentence."""
_WINDOW = 24
_READ = 2_000
"""Characters of a text that are looked at."""


def otp_in(text: str) -> str | None:
    """The code that a text asks its reader to type, in ASCII and without the gap of ``123 456``; None where there is none. Full-width
    digits and letters count as the common ones; the signature in ``【…】`` and addresses are not looked into."""
    plain = _SKIPPED.sub(_blank, _narrow(text[:_READ]))
    words = [word.span() for word in _WORD.finditer(plain) if not _OTHER_CODE.search(_before(plain, word))]
    found = [(_distance(plain, at, words), code) for at, code in _candidates(plain)]
    near = [(distance, code) for distance, code in found if distance <= _FARTHEST]
    return min(near, key=lambda pair: pair[0])[1] if near else None


def _blank(skipped: re.Match[str]) -> str:
    """What is not looked into, as so many characters that are nothing; but a code in ``【…】`` right behind its word is no signature."""
    if _BRACKETED.fullmatch(skipped[0]):
        before = _before(skipped.string, skipped)
        if any(_LINK.fullmatch(before, word.end()) for word in _WORD.finditer(before)):
            return f" {skipped[0][1:-1]} "
    return "\0" * len(skipped[0])


def _narrow(text: str) -> str:
    """Full-width letters, digits and blanks as ASCII, each in its place."""
    return "".join(unicodedata.normalize("NFKC", one) if "\uff10" <= one <= "\uff5a" and one.isalnum() else one for one in text).replace(
        "\u3000", " ",
    )


def _candidates(text: str) -> Iterator[tuple[tuple[int, int], str]]:
    for match in _CANDIDATE.finditer(text):
        if not _AFTER_NO_CODE.match(text, match.end()) and not _BEFORE_NO_CODE.search(_before(text, match)):
            yield match.span(), match["whole"] or _HALF.sub("", match["halves"])


def _before(text: str, match: re.Match[str]) -> str:
    return text[max(0, match.start() - _WINDOW) : match.start()]


def _distance(text: str, at: tuple[int, int], words: list[tuple[int, int]]) -> float:
    """Characters from the nearest word, infinite where there is none."""
    return min((_gap(text, at, word) for word in words), default=float("inf"))


def _gap(text: str, at: tuple[int, int], word: tuple[int, int]) -> float:
    behind = at[0] >= word[1]
    between = text[word[1] : at[0]] if behind else text[at[1] : word[0]]
    if behind and _LINK.fullmatch(between):
        return 0
    crossed = len(_SENTENCE_END.findall(between))
    return len(between) + crossed * _ANOTHER_SENTENCE + (0 if behind else _BEHIND)
