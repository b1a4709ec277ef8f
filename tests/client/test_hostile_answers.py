"""What a server says stays out of texts, causes and logs (L2)."""

from __future__ import annotations

import logging
import traceback
from pathlib import Path

import pytest

from tests.client.raw_server import RawServer, answering, http
from winnerlook import Certainty, Client, WinnerlookError

PHONE = "13900000000"


@pytest.mark.parametrize(
    "answer",
    [
        b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n-5\r\nabcde\r\n0\r\n\r\n",
        b"13966612345 secret-tag\r\n\r\n",
        b"HTTP/1.1 200 OK\r\nContent-Length: 1, 13966612345\r\n\r\nx",
        b"HTTP/1.1 200 OK\r\nbroken header 13966612345 secret-tag\r\n\r\n",
        http(b"x", content_type="text/secret-tag-13966612345"),
        http(b"<x>&secret-tag;</x>"),
        http(b"<secret-tag-13966612345></x>"),
        http(b"x", extra="Content-Encoding: gzip\r\n"),
        b"HTTP/1.1 999999999999 x\r\n\r\n",
        b"\x00\xff" * 500 + b"\r\n\r\n",
    ],
    ids=["negative chunk", "no http", "two lengths", "broken head", "media type", "entity", "tag", "gzip", "status", "garbage"],
)
def test_what_a_server_says_stays_out_of_texts_causes_and_logs(answer, caplog):
    """L2: and nothing escapes the error tree, whatever comes."""
    with caplog.at_level(logging.DEBUG), RawServer(answering(answer)) as server:
        sms = Client("user", "pass", endpoint=server.url, read_timeout=1)
        with sms, pytest.raises(WinnerlookError) as caught:
            sms.send(PHONE, "text")
    assert caught.value.certainty is Certainty.UNKNOWN
    told = "".join(traceback.format_exception(caught.value)) + caplog.text
    assert "13966612345" not in told
    assert "secret-tag" not in told.replace(Path(__file__).read_text("utf-8"), "")
