"""The door, called without a socket."""

from __future__ import annotations

import logging
from urllib.parse import quote

import pytest

from tests.mockserver.plain.harness import FORM, notes_of, parameters_of, request, value
from tests.mockserver.soap.harness import SECRET, Recorder
from tests.mockserver.soap.harness import call as call_door
from winnerlook.operations import ALL, PLAIN_PATH
from winnerlook_mock.http_body import NOTES
from winnerlook_mock.plain import PlainDoor


@pytest.fixture
def recorder() -> Recorder:
    return Recorder()


@pytest.fixture
def door(recorder: Recorder) -> PlainDoor:
    return PlainDoor(recorder)  # type: ignore[arg-type]


@pytest.mark.parametrize("operation", ALL, ids=lambda operation: operation.name)
def test_every_operation_by_get_and_post(door, recorder, operation):
    """A5, H1, H2, O1-O12: all names that were given reach the gateway, with the door and the raw request."""
    names = {parameter.name: f"{parameter.name} 您&=+%" for parameter in operation.parameters}
    raw = "&".join(f"{name}={quote(text)}" for name, text in names.items()).encode()
    assert value(request(door, "GET", query=raw, command=operation.name)) == recorder.result
    assert value(request(door, "POST", body=raw, command=operation.name)) == recorder.result
    for (asked, parameters, origin), door_name in zip(recorder.calls, ("get", "post"), strict=True):
        assert (asked, parameters) == (operation, names)
        assert (origin.door, origin.peer, origin.raw, origin.notes) == (door_name, "127.0.0.9", raw, ())


@pytest.mark.parametrize("result", ["-27", "", "<&>", "a\rb\r\n", "2200001476358475197"])
def test_results_look_alike(door, recorder, result):
    """H1: failures too."""
    recorder.result = result
    assert value(request(door, "GET")) == result


@pytest.mark.parametrize("result", ["\0", "\ud800", RuntimeError("boom " + SECRET["Msg"])])
def test_a_gateway_that_fails_is_a_500_without_its_words(door, recorder, result, caplog):
    """L2: neither the answer nor the log quotes what was sent."""
    recorder.result = result
    with caplog.at_level(logging.ERROR):
        reply = request(door, "POST", body=f"Msg={quote(SECRET['Msg'])}".encode())
    assert (reply.status, reply.headers["content-type"]) == (500, "text/plain; charset=utf-8")
    assert reply.body.startswith(b"500 ")
    ((origin, status, reason),) = recorder.refusals
    assert (origin.door, status) == ("post", 500)
    assert reason.encode() in reply.body
    assert SECRET["Msg"] not in caplog.text + reply.body.decode() + reason


def test_a_journal_that_fails_costs_nobody_an_answer(door, recorder):
    def fail(*_: object) -> None:
        raise RuntimeError("full")

    recorder.refused = fail
    assert request(door, "GET", command="Nothing").status == 404


def test_a_post_reads_its_form_only(door, recorder):
    value(request(door, "POST", query=b"Msg=query&x=1", body=b"Msg=form"))
    assert recorder.last[1] == {"Msg": "form"}
    assert "address of this POST has parameters too" in notes_of(recorder)


def test_a_post_without_a_form_reads_its_query(door, recorder):
    """A5: curl -X POST 'http://…?…'."""
    value(request(door, "POST", query=b"Msg=query", content_type=None))
    assert (recorder.last[1], recorder.last[2].raw) == ({"Msg": "query"}, b"Msg=query")
    assert "send them in the body" in notes_of(recorder)


def test_a_get_reads_its_query_only(door, recorder):
    value(request(door, "GET", query=b"Msg=1", body=b"Msg=2"))
    assert recorder.last[1] == {"Msg": "1"}


@pytest.mark.parametrize("content_type", [None, "", FORM, FORM.upper(), f"{FORM}; charset=UTF-8", f'{FORM};charset="utf-8"; x=y'])
def test_content_types_of_a_form(door, recorder, content_type):
    """H2."""
    value(request(door, "POST", body=b"Msg=%E6%82%A8", content_type=content_type))
    assert recorder.last[1] == {"Msg": "您"}
    assert recorder.last[2].notes == ()


def test_a_declared_charset_is_honoured():
    assert parameters_of(b"Msg=%C4%FA", f"{FORM}; charset=GBK") == {"Msg": "您"}


@pytest.mark.parametrize("content_type", ["multipart/form-data; boundary=x", "application/json", "text/xml", "text/plain"])
def test_other_content_types_are_told_what_to_send(door, recorder, content_type):
    reply = request(door, "POST", body=b"{}", content_type=content_type)
    assert (reply.status, reply.headers["accept"]) == (415, FORM)
    assert FORM in reply.body.decode()
    assert recorder.calls == []
    assert [status for _, status, _ in recorder.refusals] == [415]


@pytest.mark.parametrize("method", ["GET", "POST", "HEAD", "OPTIONS", "DELETE"])
@pytest.mark.parametrize("path", [PLAIN_PATH + "sendmsg", PLAIN_PATH, PLAIN_PATH[:-1], PLAIN_PATH + "SendMsg/x"])
def test_an_unknown_command_is_404(door, recorder, method, path):
    """A5: and names near ones."""
    reply = request(door, method, path=path)
    assert (reply.status, reply.headers["content-type"]) == (404, "text/plain; charset=utf-8")
    assert (b"SendMsg" in reply.body) == (method != "HEAD")
    assert recorder.calls == []
    assert [status for _, status, _ in recorder.refusals] == [404]


@pytest.mark.parametrize("method", ["HEAD", "PUT", "DELETE", "PATCH", "TRACE"])
def test_other_methods_do_nothing(door, recorder, method):
    """A5: a HEAD must be safe, and a call is not."""
    reply = request(door, method, query=b"userCode=u")
    assert (reply.status, reply.headers["allow"]) == (405, "GET, POST, OPTIONS")
    assert (reply.body == b"") == (method == "HEAD")
    assert recorder.calls == []
    assert [status for _, status, _ in recorder.refusals] == [405]


def test_options_says_what_there_is(door, recorder):
    reply = request(door, "OPTIONS")
    assert (reply.status, reply.body, reply.headers) == (204, b"", {"allow": "GET, POST, OPTIONS"})
    assert recorder.calls == recorder.refusals == []


def test_notes_of_whoever_passed_the_request_on_come_first(door, recorder):
    value(request(door, "GET", query=b"Msg=%", **{NOTES: ("first",)}))
    assert recorder.last[2].notes[0] == "first"
    assert len(recorder.last[2].notes) == 2


def test_a_client_that_leaves_is_noted(door, recorder):
    """Nothing was answered, nothing was done."""
    with pytest.raises(ValueError, match="unpack"):  # the driver finds no answer
        call_door(door, "POST", [("content-type", FORM)], [], path=PLAIN_PATH + "SendMsg")
    assert [status for _, status, _ in recorder.refusals] == [499]
    assert recorder.calls == []
