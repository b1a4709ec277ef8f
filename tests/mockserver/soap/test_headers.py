"""SOAP header blocks: none is understood, so none may demand to be."""

from __future__ import annotations

import pytest

from tests.mockserver.soap.harness import VERSIONS, Recorder, post, send_msg
from winnerlook_mock.soap import SoapDoor
from winnerlook_mock.soap.version import SOAP11, SOAP12, SoapVersion

_NEXT_11 = "http://schemas.xmlsoap.org/soap/actor/next"
_ROLE_12 = "http://www.w3.org/2003/05/soap-envelope/role/"
_BLOCK = '<w:Security xmlns:w="urn:w" {}><w:Password>s3cret-Pa55</w:Password></w:Security>'



@pytest.mark.parametrize(
    ("version", "attributes"),
    [
        (SOAP11, 'soap:mustUnderstand="1"'),
        (SOAP11, 'soap:mustUnderstand=" 1 " soap:actor=""'),
        (SOAP11, f'soap:mustUnderstand="1" soap:actor="{_NEXT_11}"'),
        (SOAP12, 'soap12:mustUnderstand="1"'),
        (SOAP12, 'soap12:mustUnderstand="true" soap12:role=""'),
        (SOAP12, f'soap12:mustUnderstand="true" soap12:role="{_ROLE_12}next"'),
        (SOAP12, f'soap12:mustUnderstand="1" soap12:role="{_ROLE_12}ultimateReceiver"'),
    ],
)
def test_a_mandatory_block_is_refused(version: SoapVersion, attributes: str, door: SoapDoor, recorder: Recorder) -> None:
    """S2, S3: MustUnderstand with HTTP 500, naming the block; SOAP 1.2 repeats it in NotUnderstood. spyne ignores mustUnderstand."""
    reply = post(door, send_msg(version=version, header=_BLOCK.format(attributes)), version.content_type)
    code, text = reply.fault
    assert (code, reply.status) == ("MustUnderstand", 500)
    assert "{urn:w}Security" in text
    assert b"s3cret" not in reply.body
    assert reply.tree.find(".//detail") is None  # SOAP 1.1, 4.4: no detail for what a header did
    assert recorder.calls == []
    not_understood = reply.tree.findall(f"{version.tag('Header')}/{SOAP12.tag('NotUnderstood')}")
    names = [(block.nsmap[block.get("qname").partition(":")[0]], block.get("qname").partition(":")[2]) for block in not_understood]
    assert names == ([("urn:w", "Security")] if version is SOAP12 else [])


@pytest.mark.parametrize(
    ("version", "attributes"),
    [
        (SOAP11, ""),
        (SOAP11, 'soap:mustUnderstand="0"'),
        (SOAP11, 'soap:mustUnderstand="true"'),  # no value of SOAP 1.1
        (SOAP11, 'mustUnderstand="1"'),
        (SOAP11, 'soap:mustUnderstand="1" soap:actor="urn:someone-else"'),
        (SOAP11, 'xmlns:soap12="http://www.w3.org/2003/05/soap-envelope" soap12:mustUnderstand="1"'),
        (SOAP12, 'soap12:mustUnderstand="false"'),
        (SOAP12, 'soap12:mustUnderstand="0"'),
        (SOAP12, f'soap12:mustUnderstand="1" soap12:role="{_ROLE_12}none"'),
        (SOAP12, 'soap12:mustUnderstand="1" soap12:role="urn:someone-else"'),
        (SOAP12, 'soap12:mustUnderstand="1" soap12:role="next"'),
    ],
)
def test_a_block_for_others_or_without_demand_is_ignored(version: SoapVersion, attributes: str, door: SoapDoor, recorder: Recorder) -> None:
    """S2, S3: only a block that is meant for this service can oblige it."""
    reply = post(door, send_msg(version=version, header=_BLOCK.format(attributes)), version.content_type)
    assert reply.result == recorder.result


def test_all_blocks_are_named(door: SoapDoor) -> None:
    """S3: one NotUnderstood for each block; one without a namespace has a bare name."""
    header = _BLOCK.format('soap12:mustUnderstand="1"') + '<plain soap12:mustUnderstand="true"/><x/>'
    reply = post(door, send_msg(version=SOAP12, header=header), SOAP12.content_type)
    assert [block.get("qname").rpartition(":")[2] for block in reply.tree[0]] == ["Security", "plain"]
    assert reply.tree[0][1].get("qname") == "plain"


@pytest.mark.parametrize("version", VERSIONS, ids=lambda v: v.door)
def test_the_header_is_looked_at_before_the_body(version: SoapVersion, door: SoapDoor) -> None:
    """S2, S3: SOAP's processing order."""
    body = send_msg(version=version, header=_BLOCK.format(f'{version.prefix}:mustUnderstand="1"')).replace("SendMsg", "Nothing")
    assert post(door, body, version.content_type).fault[0] == "MustUnderstand"


@pytest.mark.parametrize("version", VERSIONS, ids=lambda v: v.door)
def test_a_flood_of_blocks_is_refused(version: SoapVersion, door: SoapDoor) -> None:
    """S5: more header blocks than any client writes."""
    reply = post(door, send_msg(version=version, header='<x xmlns="urn:x"/>' * 1001), version.content_type)
    assert reply.fault[0] in ("Client", "Sender")
