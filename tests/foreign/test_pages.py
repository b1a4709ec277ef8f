"""The how-to pages say what the examples do, in both languages, and what the mock's journal really says."""

from __future__ import annotations

import base64
import hashlib
import os
import shutil
import socket
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
import urllib3
from Crypto.Cipher import DES
from Crypto.Util.Padding import pad

from tests.foreign.pages import HOW_TO, HOW_TO_ZH, LANGUAGES, page
from tests.foreign.runtimes import CSHARP, CURL, JAVA, PHP
from winnerlook.encryption import derive_key
from winnerlook_mock import MockAccount, MockServer

PHONE, TEXT = "13900000000", "您的验证码是:2345【测试】"
PASSWORD = "correct-horse"
"""Its DES key has letters: one of digits only is the same in either case."""


@pytest.mark.parametrize("name", LANGUAGES)
def test_each_excerpt_stands_in_the_example(name):
    sources = [file.read_text("utf-8") for file in page(name).folder.iterdir()]
    for excerpt in page(name).excerpts:
        assert any(excerpt in source for source in sources), excerpt


@pytest.mark.parametrize("name", [*LANGUAGES, "container"])
def test_both_languages_show_the_same_code(name):
    assert page(name, HOW_TO_ZH).blocks == page(name).blocks
    assert page(name, HOW_TO_ZH).notes == page(name).notes


@pytest.mark.parametrize(("name", "runtime"), [("java", JAVA), ("php", PHP), ("csharp", CSHARP), ("curl", CURL)])
def test_what_is_to_be_installed_is_what_the_tests_need(name, runtime):
    assert page(name).commands[0] == f"apt-get install {' '.join(runtime.packages)}\n"


@pytest.mark.skipif(shutil.which("bash") is None, reason="no bash")
def test_the_mock_is_started_as_the_pages_say():
    """On another port: nothing may be on the usual one, or something."""
    (start,) = {page(name).commands[1] for name in LANGUAGES}
    with socket.create_server(("127.0.0.1", 0)) as free:
        port = str(free.getsockname()[1])
    script = start.replace("serve &", f"serve --port {port} &").replace("8118", port) + "winnerlook balance; kill $!; wait"
    path = os.pathsep.join([str(Path(sys.executable).parent), os.environ["PATH"]])
    env = {**os.environ, "PATH": path}
    done = subprocess.run(["bash", "-euc", script], capture_output=True, encoding="utf-8", env=env, check=False, timeout=60)
    assert done.returncode == 0, done.stderr
    assert "10000" in done.stdout.splitlines()[-1]


def submitted(plaintext: str, user_pass: str, *, charset: str = "gbk", key: bytes = b"", mode: str = "cbc", zeros: bool = False) -> bytes:
    """Ciphertext, made in the documented way but for what is given."""
    key = key or derive_key(user_pass)
    padded = plaintext.encode(charset)
    padded = padded.ljust(-(-len(padded) // 8) * 8, b"\0") if zeros else pad(padded, 8)
    if mode == "ecb":
        return bytes(DES.new(key, DES.MODE_ECB).encrypt(padded))
    return bytes(DES.new(key, DES.MODE_CBC, iv=bytes(8) if mode == "iv of zeros" else key).encrypt(padded))


def sha1(user_pass: str, charset: str = "utf-8") -> Any:
    return hashlib.sha1(user_pass.encode(charset), usedforsecurity=False)


def spelt(ciphertext: bytes) -> str:
    return ciphertext.hex().upper()


ENCRYPTED: list[Callable[[str, str], str]] = [
    lambda plain, word: spelt(submitted(plain, word, charset="utf-8")),
    lambda plain, word: spelt(submitted(plain, word, key=sha1(word).digest()[:8])),
    lambda plain, word: spelt(submitted(plain, word, key=sha1(word).hexdigest()[:8].encode())),
    lambda plain, word: spelt(submitted(plain, word, key=sha1(word, "utf-16-le").hexdigest().upper()[:8].encode())),
    lambda plain, word: spelt(submitted(plain, word, key=sha1(word + "\n").hexdigest().upper()[:8].encode())),
    lambda plain, word: spelt(submitted(plain, word, key=hashlib.md5(word.encode(), usedforsecurity=False).hexdigest()[:8].encode())),
    lambda plain, word: spelt(submitted(plain, word, mode="ecb")),
    lambda plain, word: spelt(submitted(plain, word, mode="iv of zeros")),
    lambda plain, word: spelt(submitted(plain, word, zeros=True)),
    lambda plain, word: submitted(plain, word).hex(),
    lambda plain, word: base64.b64encode(submitted(plain, word)).decode(),
    lambda plain, word: f"{spelt(submitted(plain, word))[:60]}\n{spelt(submitted(plain, word))[60:]}",
]
"""submitInfo with one mistake each."""


@pytest.fixture(scope="module")
def said(mock: MockServer) -> set[str]:
    """What the journal says of the mistakes."""
    account = mock.account(user_pass=PASSWORD)
    with urllib3.PoolManager(retries=False) as pool:
        for number, (target, headers, body) in enumerate(mistakes(account)):
            answer = pool.request("POST", mock.url + target, body=body, headers=headers)
            assert answer.status in {200, 415}, (number, answer.status)
    return {note for entry in mock.journal for note in entry.notes}


def mistakes(account: MockAccount) -> list[tuple[str, dict[str, str], bytes]]:
    """Requests that hold one each."""
    user, word = account.user_code, account.user_pass
    login = f"<userCode>{user}</userCode><userPass>{word}</userPass>"
    plain = f"userPass={word}&DesNo={PHONE}&Msg={TEXT}&smsType=101&Channel=0"
    bodies = [f"<userCode>{user}</userCode><submitInfo>{made(plain, word)}</submitInfo>" for made in ENCRYPTED]
    enveloped = [envelope("sendMsgByEncrypt", body) for body in bodies]
    for phones, text in (
        (PHONE, "%E6%82%A8%E7%9A%84%E9%AA%8C%E8%AF%81%E7%A0%81【测试】"), (PHONE, "甲&amp;amp;乙【测试】"), (f"{PHONE},13900000001", TEXT),
        (PHONE, "no signature"),
    ):
        enveloped.append(envelope("SendMsg", f"{login}<DesNo>{phones}</DesNo><Msg>{text}</Msg>"))
    form = {"Content-Type": "application/x-www-form-urlencoded"}
    fields = f"userCode={user}&userPass={word}"
    twice = "%25E6%2582%25A8%25E7%259A%2584"
    return [
        *enveloped,
        ("/winnerrxd/api/trigger/SendMsg", form, f"{fields}&desno={PHONE}&Msg=x".encode()),
        ("/winnerrxd/api/trigger/SendMsg", form, f"{fields}&DesNo={PHONE}&Msg={TEXT}".encode("gbk")),
        ("/winnerrxd/api/trigger/SendMsg", form, f"{fields}&DesNo={PHONE}&Msg={twice}".encode()),
        ("/winnerrxd/api/trigger/SendMsg", {"Content-Type": "application/json"}, b'{"userCode": "demo"}'),
        ("/winnerrxd/api/trigger/SendMsg", form, b'{"userCode": "demo"}'),
    ]


def envelope(operation: str, body: str) -> tuple[str, dict[str, str], bytes]:
    text = (
        f'<s:Envelope xmlns:s="http://schemas.xmlsoap.org/soap/envelope/"><s:Body><{operation} xmlns="http://tempuri.org/">{body}'
        f"</{operation}></s:Body></s:Envelope>"
    )
    return "/winnerrxd/api/ws/trigger", {"Content-Type": "text/xml; charset=utf-8"}, text.encode()


@pytest.mark.parametrize("name", LANGUAGES)
def test_the_journal_says_what_the_page_says(said, name):
    """E1-E4, H2, R3, C4: each quoted note was given to a caller who made that mistake."""
    notes = page(name).notes
    assert len(notes) >= 8
    assert [quoted for quoted in notes if not any(quoted in note for note in said)] == []


@pytest.mark.parametrize("folder", [HOW_TO, HOW_TO_ZH], ids=["en", "zh"])
@pytest.mark.parametrize("name", [*LANGUAGES, "container"])
def test_a_page_has_one_title_and_links_that_lead_somewhere(folder, name):
    text = page(name, folder).path.read_text("utf-8")
    prose = "".join(text.split("```")[::2])
    assert [line for line in prose.splitlines() if line.startswith("# ")] == text.splitlines()[:1]
    links = [link.split(")")[0].split("#")[0] for link in prose.split("](")[1:]]
    assert [link for link in links if not link.startswith("http") and not (folder / link).exists()] == []
