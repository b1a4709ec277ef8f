"""What the server says in English is there in Chinese: each note that it may write, what falls due, how reserved numbers end."""

from __future__ import annotations

import ast
import re
from pathlib import Path

import pytest

import winnerlook_mock
from tests.mockserver.console.browser import expect
from tests.mockserver.console.desk import PHONE, Desk
from winnerlook_mock.gateway import reserved

PACKAGE = Path(winnerlook_mock.__file__).parent
_SEVERAL = re.compile(r"[a-z]+ [a-z]+")
"""Words in a row: what is no sentence needs no translation."""
_FILLS = (
    "7", "is in the wrong case", "an empty signature 【】", "with a country code", "leave +86 out", " in submitInfo", "in the envelope",
    "write the ciphertext in upper-case hex (E1)", "has no namespace",
    "There is no command Send", "the plaintext is userPass=…&DesNo=…&Msg=…, a poll's userPass=…, values as they are (E2)",
    "the plaintext in submitInfo has no padding", " Let an XML library write it.",
    "use DES in CBC mode; key and IV are the first 8 characters of the password's SHA-1 in upper-case hex (E1)",
)
"""What may stand in a hole: any value, or words that are known too."""

MODULES = (
    "gateway/notes.py", "gateway/diagnosis.py", "plain/form.py", "plain/door.py", "plain/command.py", "plain/request_line.py",
    "soap/envelope.py", "soap/operation.py", "soap/arguments.py", "soap/charset.py",
)


def _sentences(name: str) -> set[str]:
    """What a module says in the form of a note, its holes written as {}."""
    tree = ast.parse((PACKAGE / name).read_text(encoding="utf-8"))
    documentation = {id(node.value) for node in ast.walk(tree) if isinstance(node, ast.Expr)}
    parts = {id(part) for node in ast.walk(tree) if isinstance(node, ast.JoinedStr) for part in node.values}
    texts = set()
    for node in ast.walk(tree):
        if isinstance(node, ast.JoinedStr):
            texts.add("".join(str(part.value) if isinstance(part, ast.Constant) else "{}" for part in node.values))
        elif isinstance(node, ast.Constant) and isinstance(node.value, str) and id(node) not in documentation | parts:
            texts.add(node.value)
    return {text for text in texts if ": " in text and _SEVERAL.search(text) and "%s" not in text}


def _untranslated(desk: Desk, texts: list[str]) -> list[str]:
    """Those that have no Chinese, whatever stands in their holes."""
    found: list[str] = desk.page.evaluate("""async ([texts, fills]) => {
        const { chinese } = await import('/_mock/js/prose.js');
        const isKnown = (text) => text.includes('{}')
            ? fills.some((fill) => isKnown(text.replace('{}', () => fill)))
            : chinese(text) !== null;
        return texts.filter((text) => !isKnown(text));
    }""", [texts, _FILLS])
    return found


@pytest.mark.parametrize("name", MODULES)
def test_notes(desk: Desk, name: str) -> None:
    texts = sorted(_sentences(name))
    assert texts
    desk.open("codes")
    assert _untranslated(desk, texts) == []


def test_ends_of_reserved_numbers(desk: Desk) -> None:
    desk.open("codes")
    assert _untranslated(desk, [end.meaning for end in reserved.DELIVERIES.values()]) == []


def test_a_warning_in_both_languages(desk: Desk) -> None:
    """C4: the server's own words stay at hand, for who looks for them elsewhere."""
    desk.send(text="没有签名")
    page = desk.open(f"messages/{desk.account.messages[0].number}")
    what = "1 of 1 texts have no signature 【…】 at its beginning or end"
    said = f"{what}: put the registered signature there, or operators drop the SMS (C4)"
    expect(page.locator(".warning li")).to_have_attribute("title", said)
    page.get_by_role("button", name="中文").click()
    expect(page.locator(".warning li span")).to_have_text("1 条内容中 1 条首尾没有签名 【…】")
    expect(page.locator(".warning li strong")).to_have_text("→ 加上已报备的签名，否则运营商会丢弃短信 (C4)")
    expect(page.locator(".warning li")).to_have_attribute("title", said)


def test_what_falls_due_in_chinese(desk: Desk) -> None:
    desk.account.configure(delivery_delay=500)
    desk.send()
    page = desk.open("clock")
    page.get_by_role("button", name="中文").click()
    expect(page.get_by_role("cell", name=f"{desk.user}：{PHONE[:3]}****{PHONE[-4:]} 的回执 DELIVRD")).to_be_visible()
