"""reports and replies: every record the gateway hands out reaches the user, whatever happens."""

from __future__ import annotations

import json
import stat
from pathlib import Path

import pytest

from tests.client.cli.conftest import Run
from tests.client.raw_server import RawServer, answering, envelope, http
from winnerlook.cli.output import Output, OutputClosedError
from winnerlook_mock.account import MockAccount

GOOD = "2314357620085030624,13900000000,2014/06/10 15:34:11,DELIVRD,yj001|2314357620085030625,13900000001,2014/06/10 15:34:12,UNDELIV,|"
FIRST = {
    "batch_number": "2314357620085030624", "phone": "13900000000", "status": "DELIVRD", "delivered": True,
    "time": "2014-06-10T15:34:11+08:00", "customer_uuid": "yj001",
}


def saved(folder: Path) -> Path:
    [file] = folder.glob("winnerlook-*.txt")
    assert stat.S_IMODE(file.stat().st_mode) == 0o600
    return file


@pytest.mark.parametrize("option", [[], ["--encrypted"]])
def test_reports(run: Run, account: MockAccount, option: list[str]) -> None:
    """O6, O9, R1: every report once, polled until there are no more."""
    assert run("send-many", "文", *(str(13900000000 + n) for n in range(12)), "--json").code == 0
    account.clock.advance(minutes=10)
    lines = run("reports", "--json", *option).out.splitlines()
    assert sorted(json.loads(line)["phone"] for line in lines) == [str(13900000000 + n) for n in range(12)]
    assert run("reports", *option).out == "no new reports\n"
    assert run("reports", "--json", *option).out == ""


def test_reports_for_people(run: Run, configured) -> None:
    """R13, R14: a table that stays aligned, in China time."""
    with RawServer(answering(envelope("GetReport2Connect", GOOD[:-1]))) as server:
        configured(server.url)
        outcome = run("call", "GetReport2Connect")
    assert outcome.out.splitlines() == [
        "TIME (UTC+8)         STATUS    NUMBER        BATCH                CUSTOMER ID",
        "2014-06-10 15:34:11  DELIVRD   13900000000   2314357620085030624  yj001",
        "2014-06-10 15:34:12  UNDELIV   13900000001   2314357620085030625",
    ]


@pytest.mark.parametrize(("option", "sender"), [([], True), (["--encrypted"], False)])
def test_replies(run: Run, account: MockAccount, option: list[str], sender: bool) -> None:
    """O4, O10: encrypted ones lack the number that the SMS was sent from."""
    run("send", "13900000000", "文", "--uuid", "u1")
    account.reply("13900000000", "收到,|好\x1b[2J".replace("\x1b", ""))
    [line] = run("replies", "--json", *option).out.splitlines()
    value = json.loads(line)
    assert (value["phone"], value["text"], value["customer_uuid"]) == ("13900000000", "收到,|好[2J", "u1")
    assert (value["sent_from"] is not None) == sender
    assert run("replies", *option).out == "no new replies\n"


def test_what_a_person_typed_cannot_steer_the_terminal(run: Run, configured) -> None:
    """F3: control characters, line breaks and direction marks are shown, not obeyed; emoji stay whole."""
    typed = "第一\n行\u009b2J\u202e👨‍👩‍👧"
    with RawServer(answering(envelope("GetMo2Connect", f"13900000000|,|{typed}|,|2016/10/13 13:51:08|,|1069|,|id"))) as server:
        configured(server.url)
        lines = run("call", "GetMo2Connect").out.splitlines()
    assert lines[1] == "2016-10-13 13:51:08  13900000000   1069             id            第一\\n行\\x9b2J\\u202e👨‍👩‍👧"


@pytest.mark.parametrize("json_option", [[], ["--json"]])
def test_the_unreadable_rest_of_a_poll_is_saved(run: Run, configured, tmp_path: Path, json_option: list[str]) -> None:
    """R1: records that could be read are printed, the rest goes to a file that only its owner may read."""
    with RawServer(answering(envelope("GetReport2Connect", GOOD + "1,13912345678,密文|"))) as server:
        configured(server.url)
        outcome = run("reports", *json_option)
    assert outcome.code == 5
    assert saved(tmp_path).read_text("utf-8") == "1,13912345678,密文|"
    assert saved(tmp_path).name in outcome.err
    assert "13912345678" not in outcome.err
    if json_option:
        first, second, error = map(json.loads, outcome.out.splitlines())
        assert (first, second["phone"]) == (FIRST, "13900000001")
        assert error["error"]["kind"] == "UnreadableResultError"
        assert error["error"]["saved_in"] == str(saved(tmp_path))
    else:
        assert [line.split()[3] for line in outcome.out.splitlines()[1:]] == ["13900000000", "13900000001"]


def test_an_answer_that_is_no_soap_is_saved_whole(run: Run, configured, tmp_path: Path) -> None:
    """R1: a gateway or a proxy in between may have spoilt the envelope, the records may be in it all the same."""
    body = b"<broken>" + GOOD.encode()
    with RawServer(answering(http(body))) as server:
        configured(server.url)
        outcome = run("reports")
    assert outcome.code == 5
    assert saved(tmp_path).read_bytes() == body


def test_a_fault_is_not_saved(run: Run, configured, tmp_path: Path) -> None:
    with RawServer(answering(http(b"busy", status="503 Busy", content_type="text/plain"))) as server:
        configured(server.url)
        assert run("reports").code == 5
    assert not list(tmp_path.iterdir())


@pytest.mark.parametrize("failure", [(OutputClosedError, 141), (KeyboardInterrupt, 130), (UnicodeError, 5)])
def test_records_that_could_not_be_printed_are_saved(
    run: Run, configured, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, failure: tuple[type[BaseException], int],
) -> None:
    """R1: whoever reads the output may be gone (head, a full disk, Ctrl-C) when the gateway has forgotten already."""
    printed = []

    def line(self: Output, text: str = "") -> None:
        printed.append(text)
        if len(printed) == 2:
            raise failure[0]

    with RawServer(answering(envelope("GetReport2Connect", GOOD))) as server:
        configured(server.url)
        monkeypatch.setattr(Output, "line", line)
        outcome = run("reports", "--json")
    assert json.loads(printed[0]) == FIRST
    assert json.loads(saved(tmp_path).read_text("utf-8"))["phone"] == "13900000001"
    assert outcome.code == failure[1]


def test_where_nothing_can_be_saved_that_is_said(run: Run, configured, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("tempfile.mkstemp", lambda **_: (_ for _ in ()).throw(OSError("full")))
    with RawServer(answering(envelope("GetReport2Connect", "nonsense"))) as server:
        configured(server.url)
        outcome = run("reports", "--json")
    assert "no file could be written" in outcome.err
    assert "saved_in" not in json.loads(outcome.out)["error"]
