"""One load on a server, by wrk: requests a second, latencies, and CPU of both sides."""

from __future__ import annotations

import json
import os
import re
import resource
import subprocess
import tempfile
import urllib.request
from dataclasses import dataclass
from pathlib import Path

from bench.speed.peers import mock
from bench.speed.processes import Server
from winnerlook._codecs import codec_for
from winnerlook._wire import WireRequest
from winnerlook.operations import BY_NAME

_LUA = Path(__file__).with_name("peers") / "post.lua"
_ACCEPTED = re.compile(rb">\s*[0-9]{5,}\s*<")


@dataclass(frozen=True)
class Measured:
    """A second's requests, milliseconds of latency, microseconds of CPU a request of the server and of wrk."""

    per_second: float
    p50: float
    p99: float
    server_cpu: float
    load_cpu: float


def request_for(binding: str, text: str = "您的验证码是:2345【测试】") -> WireRequest:
    """A SendMsg of the measured account."""
    parameters = {"userCode": mock.USER, "userPass": mock.PASSWORD, "DesNo": "13900000000", "Msg": text}
    return codec_for(binding).encode(BY_NAME["SendMsg"], parameters)


def load(wrk: str, server: Server, request: WireRequest, *, connections: int, seconds: float) -> Measured:
    """Send a request again and again. Raises RuntimeError where it is not answered with a batch number, or not every time."""
    _probe(server, request)
    with tempfile.NamedTemporaryFile() as body:
        body.write(request.body or b"")
        body.flush()
        headers = {"CONTENT_TYPE": request.headers["Content-Type"], "BODY_FILE": body.name}
        if "SOAPAction" in request.headers:
            headers["SOAP_ACTION"] = request.headers["SOAPAction"]
        before, own = server.cpu, _children()
        options = ["-t1", f"-c{connections}", f"-d{max(1, round(seconds))}s", "--timeout", "10s", "-s", str(_LUA)]
        done = subprocess.run(
            [wrk, *options, server.url + request.target], env={**os.environ, **headers}, capture_output=True, text=True, check=True,
        )
        after, own_after = server.cpu, _children()
    figures = json.loads(next(line[5:] for line in done.stdout.splitlines() if line.startswith("JSON ")))
    if figures["failed"]:
        raise RuntimeError(f"{figures['failed']} of {figures['requests']} requests failed")
    count = figures["requests"]
    return Measured(
        count / figures["seconds"], figures["p50"], figures["p99"], (after - before) / count * 1e6, (own_after - own) / count * 1e6,
    )


def _probe(server: Server, request: WireRequest) -> None:
    call = urllib.request.Request(server.url + request.target, request.body, dict(request.headers))
    with urllib.request.urlopen(call, timeout=30) as answer:
        if not _ACCEPTED.search(answer.read()):
            raise RuntimeError("the server does not answer with a batch number")


def _children() -> float:
    used = resource.getrusage(resource.RUSAGE_CHILDREN)
    return used.ru_utime + used.ru_stime
