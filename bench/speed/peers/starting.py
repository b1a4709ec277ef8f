"""Peers that take more than a command to start."""

from __future__ import annotations

import json
import socket
import subprocess
import time
import urllib.error
import urllib.request
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path

from bench.speed.processes import Server
from winnerlook.operations import SOAP_PATH

_ANSWER = (
    '<s:Envelope xmlns:s="http://schemas.xmlsoap.org/soap/envelope/"><s:Body><SendMsgResponse xmlns="http://tempuri.org/">'
    "<SendMsgResult>2200001476358475197</SendMsgResult></SendMsgResponse></s:Body></s:Envelope>"
)
_XPATH = "//*[local-name()='SendMsg']/*[local-name()='DesNo']"


@contextmanager
def wiremock(jar: Path) -> Iterator[Server]:
    """WireMock with one stub that matches by XPath, without its journal."""
    port = _free_port()
    command = ["java", "-jar", str(jar), "--port", str(port), "--bind-address", "127.0.0.1", "--no-request-journal", "--disable-banner"]
    stub = {
        "request": {"method": "POST", "urlPath": SOAP_PATH, "bodyPatterns": [{"matchesXPath": _XPATH}]},
        "response": {"status": 200, "headers": {"Content-Type": "text/xml; charset=utf-8"}, "body": _ANSWER},
    }
    with _started(command, port, f"http://127.0.0.1:{port}/__admin/mappings", stub) as pid:
        yield Server(f"http://127.0.0.1:{port}", pid)


@contextmanager
def mountebank(node_modules: Path) -> Iterator[Server]:
    """mountebank with one imposter that matches by XPath."""
    control, port = _free_port(), _free_port()
    command = ["node", str(node_modules / "mountebank/bin/mb"), "start", "--port", str(control), "--host", "127.0.0.1", "--nologfile"]
    stub = {
        "predicates": [{"exists": {"body": True}, "xpath": {"selector": _XPATH}}],
        "responses": [{"is": {"headers": {"Content-Type": "text/xml; charset=utf-8", "Connection": "keep-alive"}, "body": _ANSWER}}],
    }
    imposter = {"protocol": "http", "port": port, "host": "127.0.0.1", "stubs": [stub]}
    with _started(command, control, f"http://127.0.0.1:{control}/imposters", imposter) as pid:
        yield Server(f"http://127.0.0.1:{port}", pid)


@contextmanager
def _started(command: Sequence[str], port: int, url: str, setting: object) -> Iterator[int]:
    with subprocess.Popen(command, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL, cwd="/tmp") as process:
        try:
            _wait(port)
            body = json.dumps(setting).encode()
            urllib.request.urlopen(urllib.request.Request(url, body, {"Content-Type": "application/json"}), timeout=30).close()
            yield process.pid
        finally:
            process.kill()


def _wait(port: int) -> None:
    for _ in range(300):
        try:
            socket.create_connection(("127.0.0.1", port), 1).close()
        except OSError:
            time.sleep(0.1)
        else:
            return
    raise RuntimeError(f"nothing listens on port {port}")


def _free_port() -> int:
    with socket.create_server(("127.0.0.1", 0)) as listener:
        return int(listener.getsockname()[1])
