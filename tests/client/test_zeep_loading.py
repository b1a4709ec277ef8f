"""What else zeep asks of its transport: WSDLs, schemas, and the plain HTTP bindings that other services have."""

from __future__ import annotations

import io
import logging
import socket
from pathlib import Path
from typing import Any

import pytest
import zeep
from winnerlook.wsdl import read as read_wsdl

from tests.client.on_zeep import PERSONAL, TEXT, WSDL, words
from tests.client.raw_server import RawServer, answering, http, read_request
from winnerlook import Certainty, ConnectionLostError, HttpStatusError, zeep_transport
from winnerlook._transport import mapping
from winnerlook.operations import BY_NAME


@pytest.fixture
def transport():
    with zeep_transport(total_timeout=20) as made:
        yield made


class TestLoading:
    @pytest.mark.parametrize("status", ["301 Moved Permanently", "302 Found", "307 Temporary Redirect"])
    def test_a_redirect_is_refused(self, transport, status):
        with RawServer(answering(http(read_wsdl()))) as other:
            redirect = http(b"", status=status, extra=f"Location: {other.url}{WSDL}\r\n")
            with RawServer(answering(redirect)) as server, pytest.raises(HttpStatusError, match="not followed") as caught:
                zeep.Client(server.url + WSDL, transport=transport)
            assert other.connections == 0
        assert (caught.value.status, caught.value.certainty, caught.value.operation) == (int(status[:3]), Certainty.NOT_SENT, None)
        assert f"GET {server.url}{WSDL}" in str(caught.value)

    @pytest.mark.parametrize("status", ["404 Not Found", "204 No Content", "500 Internal Server Error"])
    def test_nothing_but_200_will_do(self, transport, status):
        with RawServer(answering(http(read_wsdl(), status=status))) as server, pytest.raises(HttpStatusError) as caught:
            zeep.Client(f"{server.url}/x?token=secret-tag", transport=transport)
        assert caught.value.status == int(status[:3])
        assert "secret-tag" not in str(caught.value)

    def test_an_endless_document_is_given_up(self, transport, monkeypatch):
        monkeypatch.setattr(mapping, "LONGEST_ANSWER", 1000)
        with RawServer(answering(http(read_wsdl()))) as server, pytest.raises(ConnectionLostError, match="longer than 1000 bytes"):
            zeep.Client(server.url + WSDL, transport=transport)

    def test_a_lost_connection_is_ours_and_sent_no_call(self, transport, caplog):
        with RawServer(lambda connection: read_request(connection) and None) as server, caplog.at_level(logging.DEBUG, logger="urllib3"):
            with pytest.raises(ConnectionLostError) as caught:
                transport.load(f"{server.url}/x?token=secret-tag")
        assert (caught.value.certainty, caught.value.evidence.request_complete) == (Certainty.NOT_SENT, True)
        assert str(caught.value).startswith(f"GET {server.url}/x?…: lost the connection")
        assert "secret-tag" not in caplog.text

    def test_schemas_come_the_same_way(self, transport):
        schema, wsdl = split_wsdl()
        requests = []

        def behaviour(connection: socket.socket) -> None:
            while request := read_request(connection):
                requests.append(request.split(b" ")[1])
                connection.sendall(http(schema if b".xsd" in request else wsdl))

        with RawServer(behaviour) as server:
            client = zeep.Client(f"{server.url}/trigger.wsdl", transport=transport)
            assert server.connections == 1
        assert requests == [b"/trigger.wsdl", b"/trigger.xsd"]
        assert set(client.wsdl.services["trigger"].ports["triggerSoap"].binding._operations) == set(BY_NAME)

    def test_files_are_read(self, transport, tmp_path: Path):
        path = tmp_path / "with space" / "trigger.wsdl"
        path.parent.mkdir()
        path.write_bytes(read_wsdl())
        for location in (str(path), path.as_uri()):
            assert transport.load(location) == read_wsdl()
            assert zeep.Client(location, transport=transport).service
        with pytest.raises(FileNotFoundError):
            transport.load(str(tmp_path / "none.wsdl"))
        with pytest.raises(ValueError, match="No url"):
            transport.load("")


def split_wsdl() -> tuple[bytes, bytes]:
    """The packaged WSDL with its schema in a file of its own."""
    wsdl = read_wsdl()
    begin, end = wsdl.index(b"<s:schema"), wsdl.index(b"</s:schema>") + len(b"</s:schema>")
    names = b'xmlns:s="http://www.w3.org/2001/XMLSchema" xmlns:tns="http://tempuri.org/"'
    schema = wsdl[begin:end].replace(b"<s:schema", b"<s:schema " + names, 1)
    reference = b'<s:schema><s:import namespace="http://tempuri.org/" schemaLocation="trigger.xsd"/></s:schema>'
    return schema, wsdl[:begin] + reference + wsdl[end:]


PLAIN_WSDL = """<?xml version="1.0"?>
<d:definitions xmlns:d="http://schemas.xmlsoap.org/wsdl/" xmlns:h="http://schemas.xmlsoap.org/wsdl/http/" xmlns:t="urn:t"
    xmlns:m="http://schemas.xmlsoap.org/wsdl/mime/" xmlns:s="http://www.w3.org/2001/XMLSchema" targetNamespace="urn:t">
  <d:types><s:schema targetNamespace="urn:t"><s:element name="string" type="s:string"/></s:schema></d:types>
  <d:message name="in"><d:part name="userPass" type="s:string"/><d:part name="Msg" type="s:string"/></d:message>
  <d:message name="out"><d:part name="body" element="t:string"/></d:message>
  <d:portType name="p"><d:operation name="{operation}"><d:input message="t:in"/><d:output message="t:out"/></d:operation></d:portType>
  <d:binding name="b" type="t:p"><h:binding verb="{verb}"/>
    <d:operation name="{operation}"><h:operation location="/{operation}"/>
      <d:input>{input}</d:input><d:output><m:mimeXml part="body"/></d:output>
    </d:operation>
  </d:binding>
  <d:service name="s"><d:port name="p" binding="t:b"><h:address location="{url}/base"/></d:port></d:service>
</d:definitions>"""
ENCODED = "<h:urlEncoded/>"
FORM = '<m:content type="application/x-www-form-urlencoded"/>'


class TestPlainBindings:
    def client(self, url: str, transport: Any, **form: str) -> Any:
        return zeep.Client(io.BytesIO(PLAIN_WSDL.format(url=url, **form).encode()), transport=transport).service

    def served(self, transport: Any, **form: str) -> tuple[str, bytes]:
        seen = []

        def behaviour(connection: socket.socket) -> None:
            seen.append(read_request(connection))
            connection.sendall(http(b'<string xmlns="urn:t">22</string>'))

        with RawServer(behaviour) as server:
            result = self.client(server.url, transport, **form)[form["operation"]](userPass="pass-tag", Msg=TEXT)
        return result, seen[0]

    def test_get_carries_its_query_and_logs_none(self, transport, caplog):
        with caplog.at_level(logging.DEBUG):
            result, request = self.served(transport, operation="Other", verb="GET", input=ENCODED)
        assert result == "22"
        assert request.startswith(b"GET /base/Other?userPass=pass-tag&Msg=text-tag+%26%3C%E3%80%90")
        assert not [secret for secret in PERSONAL if secret in caplog.text]

    def test_post_carries_its_form(self, transport, caplog):
        with caplog.at_level(logging.DEBUG):
            result, request = self.served(transport, operation="Other", verb="POST", input=FORM)
        assert result == "22"
        assert request.startswith(b"POST /base/Other HTTP/1.1")
        assert b"pass-tag" in request.partition(b"\r\n\r\n")[2]
        assert not [secret for secret in PERSONAL if secret in caplog.text]

    @pytest.mark.parametrize(("operation", "named"), [("Other", None), ("SendMsg", "SendMsg")])
    def test_errors_hold_no_query(self, transport, caplog, operation, named):
        with RawServer(lambda connection: read_request(connection) and None) as server, caplog.at_level(logging.DEBUG):
            with pytest.raises(ConnectionLostError) as caught:
                self.client(server.url, transport, operation=operation, verb="GET", input=ENCODED)[operation]("pass-tag", TEXT)
        assert caught.value.operation == named
        assert str(caught.value).startswith(f"{named or 'the GET'}: lost the connection to {server.url}")
        told = words(caught.value) + caplog.text
        assert not [secret for secret in PERSONAL if secret in told]
