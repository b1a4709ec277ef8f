"""The receiver as a WSGI application."""

from __future__ import annotations

import re
from collections.abc import Iterable
from http import HTTPStatus
from typing import TYPE_CHECKING, Any

from winnerlook.receiver import _answers as answers
from winnerlook.receiver._answers import Answer
from winnerlook.receiver._intake import Intake, Run

if TYPE_CHECKING:
    from wsgiref.types import StartResponse, WSGIEnvironment

_PIECE = 64 * 1024
_LENGTH = re.compile(r"[0-9]{1,18}", re.ASCII)


class WsgiApplication:
    """Mountable anywhere: the secret is the last part of SCRIPT_NAME and PATH_INFO together."""

    def __init__(self, intake: Intake, run: Run) -> None:
        self._intake, self._run = intake, run

    def __call__(self, environ: WSGIEnvironment, start_response: StartResponse) -> Iterable[bytes]:
        answer = self._answer(environ)
        body = answer.body
        status = f"{answer.status} {HTTPStatus(answer.status).phrase}"
        start_response(status, [*answer.headers, ("Content-Length", str(len(body)))])
        return [b"" if environ.get("REQUEST_METHOD") == "HEAD" else body]

    def _answer(self, environ: WSGIEnvironment) -> Answer:
        peer = environ.get("REMOTE_ADDR")
        path = environ.get("SCRIPT_NAME", "") + environ.get("PATH_INFO", "")
        refusal = self._intake.refusal(environ["REQUEST_METHOD"], path, peer)
        if refusal is None:
            body = self._read(environ)
            if isinstance(body, bytes):
                return self._intake.take(body, environ.get("CONTENT_TYPE"), peer, self._run)
            refusal = self._intake.refused(body, peer)
        return refusal

    def _read(self, environ: WSGIEnvironment) -> bytes | Answer:
        """The whole body, never past its end: a server may leave the next request behind it, or wait for bytes that do not come."""
        limit, declared = self._intake.max_bytes, environ.get("CONTENT_LENGTH") or ""
        if declared and not _LENGTH.fullmatch(declared):
            return answers.BAD_LENGTH
        if not declared and not environ.get("wsgi.input_terminated"):
            return b""  # nothing says where the body ends, so there is none
        wanted = int(declared) if declared else limit + 1
        if declared and wanted > limit:
            return answers.too_large(limit)
        body = _exactly(environ["wsgi.input"], wanted)
        if body is None or (declared and len(body) < wanted):
            return answers.CUT_SHORT
        return body


def _exactly(stream: Any, wanted: int) -> bytes | None:
    """At most this many bytes, fewer where the stream ends; None where reading fails, which servers tell by errors of their own."""
    pieces: list[bytes] = []
    try:
        while wanted > 0 and (piece := stream.read(min(wanted, _PIECE))):
            pieces.append(piece)
            wanted -= len(piece)
    except Exception:  # noqa: BLE001
        return None
    return b"".join(pieces)
