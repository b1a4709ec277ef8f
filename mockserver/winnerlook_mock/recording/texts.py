"""Stand-ins for texts: as long, with a signature, a code and the words around it where they were, and nothing of what was said."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from itertools import count

_TOKENS = re.compile(
    r"(?P<signature>【[^【】]*】)"
    r"|(?P<kept>(?:动态密码|验证码|校验码|动态码|激活码|确认码)[是为]?|verification code|\bcode\b|\bOTP\b|[：:，,。;；!！?？\s]+)"
    r"|(?P<code>(?<![0-9A-Za-z])(?=[A-Za-z]*[0-9])[0-9A-Za-z]{4,8}(?![0-9A-Za-z]))",
    re.IGNORECASE,
)
_CHINESE, _LATIN = "癸甲乙丙丁戊己庚辛壬", "abcdefghij"

Named = Callable[[str], str]


def candidates(text: str, signature: Named, code: Named) -> Callable[[int], Iterator[str]]:
    """Stand-ins for a text from a number on, each with another label. `signature` and `code` give the stand-ins of these."""
    pieces = list(_pieces(text, signature, code))
    free = next((at for at, (_, is_free) in enumerate(pieces) if is_free), None)
    shown_bare = int(free is None)  # nothing has to be filled, so the first needs no label
    if free is None:
        free = len(pieces)
        pieces.append(("", True))

    def labelled(number: int) -> str:
        return "".join(_filled(piece, number if at == free else 0) if is_free else piece for at, (piece, is_free) in enumerate(pieces))

    return lambda first: (labelled(number - shown_bare) for number in count(first))


def _pieces(text: str, signature: Named, code: Named) -> Iterator[tuple[str, bool]]:
    """The text in pieces, and which of them have to be filled with something else."""
    end = 0
    for token in _TOKENS.finditer(text):
        if token.start() > end:
            yield text[end : token.start()], True
        end = token.end()
        kept = token["kept"]
        if kept is not None:
            yield kept, False
        elif token["code"] is not None:
            yield code(token["code"]), False
        else:
            yield f"【{signature(token['signature'][1:-1])}】", False
    if end < len(text):
        yield text[end:], True


def _filled(piece: str, number: int) -> str:
    """Something as long as a piece, which carries a number where it is to."""
    is_latin = bool(piece) and piece.isascii()
    name = label(number, "t" if is_latin else "文", latin=is_latin) if number else ""
    return name + ("x" if is_latin else "字") * (len(piece) - len(name))


def label(number: int, prefix: str, *, latin: bool = False) -> str:
    """A number in letters: digits would be taken for a code."""
    return prefix + "".join((_LATIN if latin else _CHINESE)[int(digit)] for digit in str(number))


def signatures(original: str, first: int) -> Iterator[str]:
    """Stand-ins for what is within the brackets of a signature, from a number on."""
    for number in count(first):
        name = label(number, "签")
        yield name + "名" * (len(original) - len(name))


def codes(original: str, first: int) -> Iterator[str]:
    """Stand-ins for a verification code, from a number on: digits for digits, letters for letters. Where all of its length are used up,
    they are longer."""
    for number in count(first - 1):
        digits = str(10 ** (len(original) - 1) + number)
        shape = original + "0" * (len(digits) - len(original))
        yield "".join(_like(character, digit) for character, digit in zip(shape, digits, strict=True))


def _like(character: str, digit: str) -> str:
    if character.isdigit():
        return digit
    return chr(ord("A" if character.isupper() else "a") + int(digit))
