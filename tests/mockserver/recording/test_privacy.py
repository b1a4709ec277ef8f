"""Nothing private is in a recording, whatever it came by (L2)."""

from __future__ import annotations

import re
import stat
from pathlib import Path
from urllib.parse import quote

import pytest

from tests.mockserver.recording.calls import DOORS, PASSWORD, PHONES, TEXT, USER, UUID, parameters, raw_gateway, send
from winnerlook import encryption
from winnerlook.operations import ALL, BY_NAME
from winnerlook_mock import MockServer
from winnerlook_mock.push.courier import Outcome
from winnerlook_mock.recording.files import Answer, read_all
from winnerlook_mock.recording.hearing import Heard
from winnerlook_mock.recording.server import RecordingServer
from winnerlook_mock.recording.upstream import Passed

_PIECES = [
    "Canary7", PHONES[0][3:], PHONES[1][3:], "金丝雀", "正文", "582941", "勿泄露", "鸟语店", "canary-uuid", "canary-user", "77881", "回鸣",
]


@pytest.fixture(scope="module")
def upstream():
    with MockServer(defaults={"balance_interval": 0}) as server:
        server.account(USER, PASSWORD, balance=100_000)
        yield server


def _assert_clean(directory: Path, *more: str) -> None:
    """No original is in any file, in any of the usual spellings."""
    for file in directory.iterdir():
        raw = file.read_bytes()
        for piece in (*_PIECES, *more):
            spellings = [piece.encode(), piece.encode("gbk"), quote(piece).encode(), piece.encode().hex().encode()]
            spellings.append(piece.encode("unicode_escape"))
            assert not any(spelling.lower() in raw.lower() for spelling in spellings), (file.name, piece)
        assert stat.S_IMODE(file.stat().st_mode) == 0o600, file.name


@pytest.mark.parametrize("known", [True, False], ids=["password-known", "password-unknown"])
def test_no_original_is_kept_of_any_operation_at_any_door(upstream, tmp_path, known):
    """L2, O1-O12, E1: sends, polls with what was sent in them, and refused calls."""
    account = next(one for one in upstream.accounts if one.user_code == USER)
    ciphertexts = []
    with RecordingServer(upstream.url, tmp_path, passwords={USER: PASSWORD} if known else {}) as recorder:
        for door in DOORS:
            for operation in sorted(ALL, key=lambda one: one.polls):
                given = parameters(operation)
                ciphertexts.append(given.get("submitInfo", "")[:32])
                if operation.polls:
                    account.reply(PHONES[0], "回鸣582941")
                assert send(recorder.url, door, operation.name, given)[0] == 200
            send(recorder.url, door, "SendMsg", {**parameters(BY_NAME["SendMsg"]), "userPass": PASSWORD + "x"})
    _assert_clean(tmp_path, *filter(None, ciphertexts))
    exchanges = read_all(tmp_path)
    assert len(exchanges) == 52
    encrypted = [one for one in exchanges if "submitInfo" in one.parameters]
    assert len(encrypted) == 12
    assert all(bool(one.encrypted) is known and bool(one.notes) is not known for one in encrypted)
    assert all("--user-pass-file" in note for one in encrypted for note in one.notes)


def test_the_same_value_has_the_same_stand_in_everywhere(upstream, tmp_path):
    """One number in requests, answers and submitInfo; batch numbers stay and link sends and reports."""
    with RecordingServer(upstream.url, tmp_path, passwords={USER: PASSWORD}) as recorder:
        send(recorder.url, "post", "GetReport2Connect", parameters(BY_NAME["GetReport2Connect"]))
        for name in ("SendMsg", "sendMsgByEncrypt", "GetReport2Connect"):
            send(recorder.url, "post", name, parameters(BY_NAME[name]))
        send(recorder.url, "soap12", "SendMsg", {**parameters(BY_NAME["SendMsg"]), "DesNo": "+86 139-7778-8812"})
    _, plain, hidden, reports, spelt = read_all(tmp_path)
    number = plain.parameters["DesNo"]
    assert hidden.encrypted["DesNo"] == number
    assert (hidden.encrypted["userPass"], hidden.encrypted["Msg"]) == (plain.parameters["userPass"], plain.parameters["Msg"])
    assert f"{plain.answer.result},{number}," in (reports.answer.result or "")
    assert plain.parameters["customerUuid"] in (reports.answer.result or "")
    assert re.sub(r"\D", "", str(spelt.parameters["DesNo"])) == f"86{number}"
    assert len(number) == 11
    assert re.fullmatch(r"\S+验证码是:[0-9]{6}\S+【\S+】", str(plain.parameters["Msg"]))
    assert len(str(plain.parameters["Msg"])) == len(TEXT)


def test_a_further_run_adds_files_and_goes_on_with_the_same_stand_ins(upstream, tmp_path):
    for _ in range(2):
        with RecordingServer(upstream.url, tmp_path) as recorder:
            send(recorder.url, "post", "SendMsg", parameters(BY_NAME["SendMsg"]))
    first, second = read_all(tmp_path)
    assert first.parameters == second.parameters
    assert [first.file, second.file] == ["0001-SendMsg-post.toml", "0002-SendMsg-post.toml"]
    (tmp_path / ".stand-ins.json").unlink()
    with pytest.raises(ValueError, match="stand-ins"):
        RecordingServer(upstream.url, tmp_path).start()


@pytest.mark.parametrize("quoted", [
    f"no such user {USER} {PHONES[0]}", quote(TEXT), TEXT[2:9], f"&lt;{TEXT}&gt;", PASSWORD[:9], UUID,
    "".join(f"\\u{ord(c):04x}" for c in TEXT),
])
def test_an_error_page_that_quotes_the_request_gives_nothing_away(tmp_path, quoted):
    """Known values are replaced; a page that quotes pieces of them is left out."""
    page = quoted.encode()
    answer = b"HTTP/1.1 500 Oops\r\nContent-Type: text/plain; charset=utf-8\r\nContent-Length: %d\r\n\r\n%s" % (len(page), page)
    with raw_gateway(answer) as (url, _), RecordingServer(url, tmp_path) as recorder:
        status, _, body = send(recorder.url, "get", "SendMsg", parameters(BY_NAME["SendMsg"]))
    assert (status, body) == (500, page)
    _assert_clean(tmp_path)


@pytest.mark.parametrize("known", [True, False], ids=["password-known", "password-unknown"])
def test_an_error_page_that_quotes_a_decrypted_text_gives_nothing_away(tmp_path, known):
    """E1, L2: the gateway can read what is in a submitInfo, so its page may quote it."""
    page = f"refused: {TEXT[2:9]}".encode()
    answer = b"HTTP/1.1 500 Oops\r\nContent-Type: text/plain; charset=utf-8\r\nContent-Length: %d\r\n\r\n%s" % (len(page), page)
    with raw_gateway(answer) as (url, _), RecordingServer(url, tmp_path, passwords={USER: PASSWORD} if known else {}) as recorder:
        assert send(recorder.url, "post", "sendMsgByEncrypt", parameters(BY_NAME["sendMsgByEncrypt"]))[2] == page
    _assert_clean(tmp_path, TEXT[2:9])
    (exchange,) = read_all(tmp_path)
    assert exchange.answer.status == 500
    assert "left out" in exchange.notes[-1]


def test_nothing_private_is_in_a_repr():
    """L2: of what passes, and of an answer before it has its stand-ins."""
    heard = Heard("post", BY_NAME["SendMsg"], parameters(BY_NAME["SendMsg"]))
    passed = Passed(500, (("x-echo", PASSWORD),), TEXT.encode())
    shown = f"{heard!r} {passed!r} {Answer(body=TEXT)!r} {Answer(TEXT)!r} {Outcome(0.0, 500, PASSWORD.encode())!r}"
    assert not any(piece in shown for piece in _PIECES)


def test_what_is_no_call_is_not_kept(upstream, tmp_path):
    """A form of strange names, a request that no door reads, and a ciphertext of somebody else."""
    strange = {f"{TEXT} {PHONES[0]}": PASSWORD, "mobile": PHONES[1], "userCode": USER, "DESNO": PHONES[0]}
    with RecordingServer(upstream.url, tmp_path, passwords={USER: "another"}) as recorder:
        send(recorder.url, "post", "SendMsg", strange)
        send(recorder.url, "post", "SendMsg", strange, {"Content-Type": "application/json"})
        send(recorder.url, "soap11", "SendMsg", {"userCode": USER, "smsType": TEXT})
        secret = encryption.encrypt(encryption.poll_plaintext(PASSWORD), PASSWORD)
        send(recorder.url, "get", "GetMo2ByEncrypt", {"userCode": USER, "submitInfo": secret})
    _assert_clean(tmp_path, secret[:32])
    assert [one.operation for one in read_all(tmp_path)] == ["SendMsg", "", "", "GetMo2ByEncrypt"]
