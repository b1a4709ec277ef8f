"""A recording answers as the gateway did."""

from __future__ import annotations

import pytest

from tests.mockserver.recording.calls import DOORS, PASSWORD, USER, parameters, raw_gateway, send
from winnerlook import AccountStateError, Client, GatewayError
from winnerlook.operations import ALL
from winnerlook_mock import MockServer
from winnerlook_mock.recording.files import Answer, Exchange, RecordingError, read, read_all, written
from winnerlook_mock.recording.server import RecordingServer

_PHONE, _TEXT = "13900000042", "您的验证码是:2345【测试】"


def _session(client: Client, before=lambda step: None) -> list[object]:
    """What a program does, and what it gets: batch numbers, statuses, codes; no values that have stand-ins."""
    got: list[object] = [client.balance()]
    got += [client.send(_PHONE, text).batch_number for text in ("一", "二二", _TEXT)]
    got.append(client.send(_PHONE, _TEXT, encrypted=True).batch_number)
    got += [sent.batch_number for sent in client.send_each([(_PHONE, "甲【测试】"), ("13900000043", "乙【测试】")])]
    before("polls")
    for _ in range(2):
        got.append([(one.batch_number, one.status, one.time) for one in client.reports()])
        got.append([(len(one.phone), len(one.text), one.time, len(one.sent_from or "")) for one in client.replies()])
    before("freeze")
    for _ in range(2):
        try:
            got.append(client.send(_PHONE, _TEXT))
        except GatewayError as error:
            got.append((type(error), error.code))
    return got


@pytest.mark.parametrize("binding", ["soap11", "soap12", "http"])
def test_the_same_calls_get_the_same_results(binding, tmp_path):
    """O1-O12 through the SDK: sends, polls that empty the queue, and failures."""
    with MockServer(defaults={"balance_interval": 0}) as upstream:
        account = upstream.account(USER, PASSWORD)

        def before(step: str) -> None:
            if step == "polls":
                account.reply(_PHONE, "收到了谢谢")
            else:
                account.configure(frozen=True)

        with RecordingServer(upstream.url, tmp_path, passwords={USER: PASSWORD}) as recorder:
            with Client(USER, PASSWORD, endpoint=recorder.url, binding=binding) as client:
                expected = _session(client, before)
    assert (AccountStateError, -25) in expected
    with MockServer() as mock:
        mock.play(tmp_path)
        with Client(USER, PASSWORD, endpoint=mock.url, binding=binding) as client:
            assert _session(client) == expected


@pytest.mark.parametrize("door", DOORS)
def test_every_operation_at_every_door(door, tmp_path):
    """A4, A5, O1-O12: the answer is byte for byte what the gateway's was."""
    with MockServer(replay=True) as upstream, RecordingServer(upstream.url, tmp_path) as recorder:
        polled = {operation.name for operation in ALL if operation.polls}
        answers = {operation.name: send(recorder.url, door, operation.name, parameters(operation)) for operation in ALL}
    with MockServer() as mock:
        mock.play(tmp_path)
        for operation in ALL:
            status, headers, body = send(mock.url, door, operation.name, parameters(operation))
            assert (status, headers["content-type"]) == (200, answers[operation.name][1]["content-type"])
            assert operation.name in polled or body == answers[operation.name][2]


def _write(directory, *results: str, **parameters: str) -> None:
    at = len(list(directory.iterdir())) + 1
    for number, result in enumerate(results, at):
        text = written(Exchange("post", "SendMsg", Answer(result), parameters))
        (directory / f"{number:04}-any name-post.toml").write_text(text)


def _result(mock: MockServer, door: str = "post", **given: str) -> str:
    return send(mock.url, door, "SendMsg", given)[2].decode().partition('org/">')[2].partition("<")[0]


def test_the_best_fit_then_in_order_then_the_last_again(tmp_path):
    _write(tmp_path, "a1", "a2", DesNo="1", Msg="x")
    _write(tmp_path, "b1", DesNo="2", Msg="x")
    with MockServer() as mock:
        mock.play(tmp_path)
        assert [_result(mock, DesNo="1", Msg="x") for _ in range(3)] == ["a1", "a2", "a2"]
        assert [_result(mock, DesNo="2", Msg="x") for _ in range(2)] == ["b1", "b1"]
        assert _result(mock, DesNo="2", Msg="another") == "b1"


@pytest.mark.parametrize("door", DOORS)
def test_what_was_not_recorded_is_said(door, tmp_path):
    """A clear answer, and an entry of the journal that says what there is."""
    other = "get" if door == "post" else "post"
    (tmp_path / "0001-x.toml").write_text(written(Exchange(other, "SendMsg", Answer("1"))))
    with MockServer() as mock:
        mock.play(tmp_path)
        status, _, body = send(mock.url, door, "SendMsg", {"userCode": "u"})
        entry = [*mock.journal][-1]
    assert (status, entry.status, entry.answer, entry.fault, entry.operation) == (500, 500, None, "no recording", "SendMsg")
    assert f"No recording answers SendMsg at the door {door}" in body.decode()
    assert any(f"there is one for {other}" in note for note in entry.notes)


def test_a_failure_of_the_gateway_is_played_as_it_was(tmp_path):
    """An HTTP error and a 502, with status, type and body."""
    page = b"HTTP/1.1 503 Busy\r\nContent-Type: text/html\r\nContent-Length: 11\r\n\r\n<b>busy</b>"
    with raw_gateway(page, b"") as (url, _), RecordingServer(url, tmp_path) as recorder:
        recorded = [send(recorder.url, door, "SendMsg", {"userCode": "u"}) for door in ("post", "soap11")]
    with MockServer() as mock:
        mock.play(tmp_path)
        for door, (status, headers, body) in zip(("post", "soap11"), recorded, strict=True):
            played = send(mock.url, door, "SendMsg", {"userCode": "u"})
            assert (played[0], played[1]["content-type"], played[2]) == (status, headers["content-type"], body)
        assert [entry.status for entry in mock.journal] == [503, 502]


_GOOD = 'format = 1\ndoor = "post"\noperation = "SendMsg"\n\n[answer]\nresult = "1"\n'


@pytest.mark.parametrize(("text", "line", "words"), [
    (_GOOD.replace('"post"', '"side"'), 2, "door is one of"), (_GOOD.replace('"SendMsg"', '"sendmsg"'), 3, "operation is one of"),
    (_GOOD.replace("= 1\n", "= 2\n", 1), 1, "format is 1"), (_GOOD.replace("result", "resutl"), 6, "did you mean result"),
    (_GOOD.replace('result = "1"', "result = 1"), 6, "result is a string"), (_GOOD.replace('result = "1"', "status = 99"), 6, "status is"),
    (_GOOD + "status = 200\n", 5, "either a result"), (_GOOD.replace('"post"', '"post'), 2, "not TOML"),
    (_GOOD + "[parameters]\nMsg = 1.5\n", 8, "Msg"),
    (_GOOD + "parameters = 3\n", 7, "an answer has no"), ("", 1, "format is 1"), (_GOOD.partition("[")[0], 1, "there is no [answer]"),
    (_GOOD.replace('"post"', '"p\x01"'), 2, "not TOML"), (_GOOD.replace("format", "notes = 3\nformat"), 1, "notes is"),
])
def test_broken_files_are_told_with_name_and_line(tmp_path, text, line, words):
    """Before anything listens, all of them at once."""
    (tmp_path / "0001-good.toml").write_text(_GOOD)
    for name in ("0002-bad.toml", "0003-bad.toml"):
        (tmp_path / name).write_text(text)
    with pytest.raises(RecordingError) as caught:
        MockServer().play(tmp_path)
    first, second = str(caught.value).splitlines()
    assert f"0002-bad.toml:{line}: " in first
    assert words in first
    assert "0003-bad.toml" in second


def test_bytes_that_are_no_text_and_directories_that_hold_nothing(tmp_path):
    with pytest.raises(RecordingError, match="holds no recording"):
        read_all(tmp_path)
    with pytest.raises(RecordingError, match="no directory"):
        read_all(tmp_path / "none")
    (tmp_path / "1.toml").write_bytes(b"a = 1\n\xff")
    with pytest.raises(RecordingError, match=r"1\.toml:2: is not UTF-8"):
        read_all(tmp_path)


def test_a_file_written_is_the_file_read(tmp_path):
    exchange = Exchange(
        "soap12", "sendMsgByEncrypt", Answer(None, 500, "text/plain; charset=utf-8", 'a"\\\n\r\x7f\x01字'),
        {"userCode": "u", "odd name#2": "x\ty", "smsType": 101}, {"Msg": "字"}, ("a note",), "2026-11-22T12:00:00+08:00",
    )
    file = tmp_path / "1.toml"
    file.write_text(written(exchange))
    assert read(file) == Exchange(**{**{name: getattr(exchange, name) for name in exchange.__slots__}, "file": "1.toml"})
