"""What the gateway gives back, and what it must not be able to break."""

from __future__ import annotations

import logging
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import pytest

from tests.mockserver.soap.harness import SECRET, VERSIONS, Recorder, post, send_msg
from winnerlook_mock.gateway.origin import Origin
from winnerlook_mock.soap import SoapDoor
from winnerlook_mock.soap.version import SOAP12, SoapVersion

_AS_PARAMETERS = "".join(f"<{name}>{value}</{name}>" for name, value in SECRET.items())


def _server(version: SoapVersion) -> str:
    return "Receiver" if version is SOAP12 else "Server"


@pytest.mark.parametrize("result", ["", "a&b<c>]]>\"'", " a ", "a\r\nb\tc", "𠮷😀", "\ufffd", pytest.param("x" * 1_000_000, id="long")])
@pytest.mark.parametrize("version", VERSIONS, ids=lambda v: v.door)
def test_a_result_arrives_exactly(result: str, version: SoapVersion, door: SoapDoor, recorder: Recorder) -> None:
    """S4, R11: the result string, an empty one included."""
    recorder.result = result
    assert post(door, send_msg(version=version), version.content_type).result == result


@pytest.mark.parametrize("version", VERSIONS, ids=lambda v: v.door)
def test_no_result_writes_an_empty_element(version: SoapVersion, door: SoapDoor, recorder: Recorder) -> None:
    """S4: the result element is always there. spyne leaves it out."""
    recorder.result = None
    reply = post(door, send_msg(version=version), version.content_type)
    assert reply.result == ""
    assert reply.tree[0][0][0].tag == "{http://tempuri.org/}SendMsgResult"


@pytest.mark.parametrize("result", ["a\0b", "\x1b", "\ufffe", "\uffff", "\ud800", "a\udfffb"])
@pytest.mark.parametrize("version", VERSIONS, ids=lambda v: v.door)
def test_a_result_that_xml_cannot_carry(result: str, version: SoapVersion, door: SoapDoor, recorder: Recorder) -> None:
    """S4, S5: a Server fault. spyne answers 200 with an empty Envelope."""
    recorder.result = result
    reply = post(door, send_msg(version=version), version.content_type)
    code, text = reply.fault
    assert code == _server(version)
    assert "XML cannot carry" in text
    assert len(recorder.calls) == 1
    assert recorder.refusals[0][1:] == (500, text)


@pytest.mark.parametrize("result", [5, 1.5, b"1", ["1"], object(), ValueError(SECRET["Msg"]), KeyError(SECRET["DesNo"]), RecursionError()])
@pytest.mark.parametrize("version", VERSIONS, ids=lambda v: v.door)
def test_a_gateway_that_fails(
    result: Any, version: SoapVersion, door: SoapDoor, recorder: Recorder, caplog: pytest.LogCaptureFixture,
) -> None:
    """S5, L2: an exception, or a result that is no string, is a Server fault and a line in the log that quotes nothing."""
    recorder.result = result
    with caplog.at_level(logging.DEBUG):
        reply = post(door, send_msg(_AS_PARAMETERS, version), version.content_type)
    assert reply.fault[0] == _server(version)
    (record,) = [r for r in caplog.records if r.levelno == logging.ERROR]
    assert record.name.startswith("winnerlook_mock.soap")
    assert "SendMsg" in record.getMessage()
    for value in SECRET.values():
        assert value not in caplog.text
        assert value not in reply.body.decode()


def test_a_journal_that_fails(recorder: Recorder, caplog: pytest.LogCaptureFixture) -> None:
    """S5: a refusal that cannot be noted is answered all the same."""

    class Broken(Recorder):
        def refused(self, origin: Origin, status: int, reason: str) -> None:
            raise RuntimeError(SECRET["Msg"])

    assert post(SoapDoor(Broken()), "<a/>").fault[0] == "Client"
    assert "RuntimeError" in caplog.text
    assert SECRET["Msg"] not in caplog.text


def test_doors_in_several_threads_share_one_engine() -> None:
    """S4: several mocks in one process, each on its own event loop, never mix up their calls."""

    def run(number: int) -> bool:
        recorder = Recorder(f"answer {number}")
        door = SoapDoor(recorder)
        version = VERSIONS[number % 2]
        answers = {post(door, send_msg(f"<Msg>{number}</Msg>", version), version.content_type).result for _ in range(50)}
        return answers == {f"answer {number}"} and all(parameters == {"Msg": str(number)} for _, parameters, _ in recorder.calls)

    with ThreadPoolExecutor(8) as pool:
        assert all(pool.map(run, range(16)))


def test_the_end_of_the_process_is_not_caught(door: SoapDoor, recorder: Recorder) -> None:
    """S5: KeyboardInterrupt and its like go on, and the next request is answered."""
    recorder.result = KeyboardInterrupt()
    with pytest.raises(KeyboardInterrupt):
        post(door, send_msg())
    recorder.result = "1"
    assert post(door, send_msg()).result == "1"
