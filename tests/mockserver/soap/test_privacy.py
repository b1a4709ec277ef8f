"""What a request holds stays out of logs and faults."""

from __future__ import annotations

import gc
import logging
from collections.abc import Iterator

import pytest
import spyne.const
from spyne import Application, MethodContext, ServiceBase, Unicode, rpc
from spyne.protocol.soap import Soap11
from spyne.server import ServerBase

from tests.mockserver.soap.harness import SECRET, TNS, VERSIONS, Recorder, envelope, post, send_msg
from winnerlook_mock.soap import SoapDoor
from winnerlook_mock.soap.version import SOAP11, SoapVersion

_INNER = "".join(f"<{name}>{value}</{name}>" for name, value in SECRET.items())
_REQUESTS = [
    send_msg(_INNER),
    send_msg(_INNER + "<Msg>again</Msg>"),
    send_msg(_INNER + f"<smsType>{SECRET['DesNo']}</smsType>"),
    send_msg(f"<Msg>{SECRET['Msg']}<b>{SECRET['userPass']}</b></Msg>"),
    send_msg(_INNER).replace("</soap:Body>", ""),
    send_msg(_INNER).replace(SECRET["userPass"], f"a&{SECRET['userPass']};"),
    send_msg(_INNER).replace(TNS, "urn:x"),
    send_msg(_INNER).replace("SendMsg", "SentMsg"),
    send_msg(_INNER).replace("<SendMsg ", '<SendMsg xsi:type="a:b" '),
    envelope(_INNER),
    send_msg(_INNER, header=f'<w xmlns="urn:w" soap:mustUnderstand="1">{SECRET["userPass"]}</w>'),
    send_msg(_INNER).replace("?>", "?><!DOCTYPE x>"),
    send_msg(_INNER) + "\0",
]


@pytest.fixture
def every_logger_at_debug() -> Iterator[None]:
    """The root and each logger that exists, by its own level: spyne's XML protocol looks at its own."""
    loggers = [logging.root, *(one for one in logging.root.manager.loggerDict.values() if isinstance(one, logging.Logger))]
    before = [(one, one.level, one.propagate) for one in loggers]
    for one in loggers:
        one.setLevel(logging.DEBUG)
        one.propagate = True
    yield
    for one, level, propagate in before:
        one.setLevel(level)
        one.propagate = propagate


@pytest.mark.usefixtures("every_logger_at_debug")
@pytest.mark.parametrize("request_text", _REQUESTS, ids=range(len(_REQUESTS)))
@pytest.mark.parametrize("version", VERSIONS, ids=lambda v: v.door)
def test_nothing_of_a_request_is_logged_or_echoed(
    request_text: str, version: SoapVersion, door: SoapDoor, recorder: Recorder, caplog: pytest.LogCaptureFixture,
) -> None:
    """L2: no record of any logger at DEBUG, and no fault, holds the password, a number or a text. spyne logs whole envelopes."""
    recorder.result = SECRET["Msg"] if request_text == _REQUESTS[0] else "1"
    body = request_text.replace("soap:", f"{version.prefix}:").replace("xmlns:soap=", f"xmlns:{version.prefix}=")
    reply = post(door, body.replace(SOAP11.namespace, version.namespace), version.content_type)
    records = "".join(f"{r.getMessage()} {r.args} {r.exc_text} {r.exc_info}" for r in caplog.records) + caplog.text
    for value in SECRET.values():
        assert value not in records
        assert reply.status == 200 or value not in reply.body.decode()
        assert all(value not in reason for _, _, reason in recorder.refusals)
    assert bool(recorder.refusals) == (reply.status != 200)


@pytest.mark.usefixtures("every_logger_at_debug")
def test_others_keep_spynes_log(caplog: pytest.LogCaptureFixture) -> None:
    """L2: only this door's calls are silenced; another spyne service in the process logs as ever."""

    class Echo(ServiceBase):  # type: ignore[misc]
        @rpc(Unicode, _returns=Unicode)
        def Say(ctx, what):  # noqa: N805
            return what

    server = ServerBase(Application([Echo], "urn:echo", in_protocol=Soap11(), out_protocol=Soap11()))
    ctx = MethodContext(server, MethodContext.SERVER)
    ctx.in_string = [envelope('<Say xmlns="urn:echo"><what>heard</what></Say>').encode()]
    (ctx,) = server.generate_contexts(ctx)
    assert "heard" in caplog.text


def test_no_collection_by_the_clock(door: SoapDoor, monkeypatch: pytest.MonkeyPatch) -> None:
    """Latency: spyne would stop all calls for a full collection once a second."""
    assert float("inf") == spyne.const.MIN_GC_INTERVAL

    def refuse() -> None:
        raise AssertionError("gc.collect() during a call")

    monkeypatch.setattr(gc, "collect", refuse)
    assert post(door, send_msg()).result
