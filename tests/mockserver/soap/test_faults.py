"""Fault envelopes as they are written."""

from __future__ import annotations

import pytest

from tests.mockserver.soap.harness import VERSIONS, Reply
from winnerlook_mock.soap import faults
from winnerlook_mock.soap.faults import FaultCode, SoapFault
from winnerlook_mock.soap.version import SOAP12, SoapVersion


@pytest.mark.parametrize("version", VERSIONS, ids=lambda v: v.door)
@pytest.mark.parametrize("code", FaultCode)
def test_each_code_in_each_version(code: FaultCode, version: SoapVersion) -> None:
    """S5: code, status and shape of each fault, in both versions."""
    fault = SoapFault(code, "why & what to do")
    status = faults.status_of(fault, version)
    reply = Reply(status, {"content-type": version.content_type}, faults.write(fault, version))
    assert reply.fault == (code.value[version is SOAP12], "why & what to do")
    assert status == (400 if version is SOAP12 and code is FaultCode.CLIENT else 500)
    assert reply.body.startswith(b'<?xml version="1.0" encoding="utf-8"?><soap')


@pytest.mark.parametrize("version", VERSIONS, ids=lambda v: v.door)
def test_any_reason_can_be_written(version: SoapVersion) -> None:
    """S5: what XML cannot carry, and what is too long, does not stop a fault."""
    fault = SoapFault(FaultCode.SERVER, "a\0b\x1b\ufffe\ud800c" + "x" * 10_000)
    reply = Reply(500, {"content-type": version.content_type}, faults.write(fault, version))
    assert reply.fault[1].startswith("a?b???c")
    assert len(reply.fault[1]) == 2000
