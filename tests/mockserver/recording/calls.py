"""Calls as clients write them, with values that can be found again, and raw gateways to pass requests on to."""

from __future__ import annotations

import http.client
import socket
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from urllib.parse import urlencode, urlsplit
from xml.sax.saxutils import escape

from winnerlook import encryption
from winnerlook.operations import BY_NAME, NAMESPACE, SOAP_PATH, Operation
from winnerlook_mock.soap.version import SOAP11, SOAP12

DOORS = ("soap11", "soap12", "get", "post")
PASSWORD = "pw-Canary7Pass"
PHONES = ("13977788812", "13977788813")
TEXT = "金丝雀正文您的验证码是:582941请勿泄露【鸟语店】"
UUID = "canary-uuid-9"
USER = "canary-user"


def parameters(operation: Operation, *, password: str = PASSWORD, text: str = TEXT) -> dict[str, str]:
    """Parameters of a call, each of them private."""
    many = operation.max_recipients > 1
    values = {
        "userCode": USER, "userPass": password, "DesNo": ",".join(PHONES) if many else PHONES[0], "Msg": text, "customerUuid": UUID,
        "smsType": "101", "ExeNo": "77881",
    }
    if operation.name == "SendIndividualMsg":
        values["Msg"] = "|-|".join(f"{phone}|~|{text}" for phone in PHONES)
    if operation.submit_info:
        fields = (field.name for field in operation.submit_info)
        plaintext = "&".join(f"{name}={values.get(name, '0')}" for name in fields)
        return {"userCode": USER, "submitInfo": encryption.encrypt(plaintext, password)}
    return {parameter.name: values[parameter.name] for parameter in operation.parameters if parameter.name in values}


def send(url: str, door: str, name: str, given: dict[str, str], headers: dict[str, str] | None = None) -> tuple[int, dict[str, str], bytes]:
    """One call; status, headers and body of what came back."""
    method, path, body, own = request(door, name, given)
    address = urlsplit(url)
    connection = http.client.HTTPConnection(address.hostname or "", address.port, timeout=20)
    try:
        connection.request(method, path, body, {**own, **(headers or {})})
        answer = connection.getresponse()
        return answer.status, {key.lower(): value for key, value in answer.getheaders()}, answer.read()
    finally:
        connection.close()


def request(door: str, name: str, given: dict[str, str]) -> tuple[str, str, bytes | None, dict[str, str]]:
    """Method, path, body and headers of a call."""
    path = BY_NAME[name].plain_path
    if door == "get":
        return "GET", f"{path}?{urlencode(given)}", None, {}
    if door == "post":
        return "POST", path, urlencode(given).encode(), {"Content-Type": "application/x-www-form-urlencoded"}
    version = SOAP12 if door == "soap12" else SOAP11
    inner = "".join(f"<{key}>{escape(value)}</{key}>" for key, value in given.items())
    body = (
        f'<s:Envelope xmlns:s="{version.namespace}"><s:Body><{name} xmlns="{NAMESPACE}">{inner}</{name}></s:Body></s:Envelope>'
    )
    return "POST", SOAP_PATH, body.encode(), {"Content-Type": version.content_type, "SOAPAction": NAMESPACE + name}


@contextmanager
def raw_gateway(*answers: bytes) -> Iterator[tuple[str, list[bytes]]]:
    """A gateway that answers with these bytes, a connection each, then closes; its address, and what it was sent."""
    listener = socket.create_server(("127.0.0.1", 0))
    came: list[bytes] = []

    def serve() -> None:
        for answer in answers:
            try:
                sock, _ = listener.accept()
            except OSError:
                return
            with sock:
                came.append(_whole(sock))
                sock.sendall(answer)

    thread = threading.Thread(target=serve, daemon=True)
    thread.start()
    try:
        yield f"http://127.0.0.1:{listener.getsockname()[1]}", came
    finally:
        listener.close()
        thread.join(5)


def _whole(sock: socket.socket) -> bytes:
    data = b""
    while b"\r\n\r\n" not in data:
        data += sock.recv(65536)
    head, _, body = data.partition(b"\r\n\r\n")
    length = next((int(line.split(b":")[1]) for line in head.split(b"\r\n") if line.lower().startswith(b"content-length:")), 0)
    while len(body) < length:
        body += sock.recv(65536)
    return head + b"\r\n\r\n" + body
