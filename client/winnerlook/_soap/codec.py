"""SOAP 1.1 and 1.2 by way of zeep.

zeep compiles the packaged WSDL, builds and checks envelopes, and decodes results. The bytes travel elsewhere: zeep's own transport logs
passwords at DEBUG, has no operation timeout, and parses only after the gateway has forgotten what it handed out.
"""

from __future__ import annotations

import io
from dataclasses import dataclass
from functools import cache
from typing import Any

import zeep
import zeep.exceptions
from lxml import etree

from winnerlook import errors
from winnerlook._soap import flat
from winnerlook._wire import HTTP_OK, Parameters, WireAnswer, WireRequest, facts_of
from winnerlook._xml import parse_answer
from winnerlook.operations import NAMESPACE, SOAP_PATH, Operation
from winnerlook.wsdl import read as read_wsdl  # pyright: ignore[reportMissingImports]  # it is in wsdl/

SOAP11 = "http://schemas.xmlsoap.org/soap/envelope/"
SOAP12 = "http://www.w3.org/2003/05/soap-envelope"

_NAMESPACES = {"soap11": SOAP11, "soap12": SOAP12}
_PORTS = {"soap11": "triggerSoap", "soap12": "triggerSoap12"}


class _NoNetwork:
    """zeep asks its transport for whatever a WSDL refers to; the packaged one refers to nothing."""

    def load(self, url: str) -> bytes:
        raise errors.ConfigurationError(f"the packaged WSDL refers to {url!r}, which is never fetched")


@cache
def _compiled() -> Any:
    """The packaged WSDL, compiled once a process; only read afterwards, so that threads may share it."""
    secure: Any = zeep.Settings  # attrs makes its parameters, which type checkers do not see
    settings = secure(strict=True, forbid_dtd=True, forbid_entities=True, forbid_external=True)
    client = zeep.Client(  # type: ignore[no-untyped-call]  # zeep is untyped
        io.BytesIO(read_wsdl()), transport=_NoNetwork(), settings=settings,
    )
    client.service  # noqa: B018  # zeep makes it when first asked for, without a lock
    return client


@dataclass(frozen=True, slots=True)
class _Form:
    """What one operation's messages have in common. `template` is None where zeep's envelope has another shape than expected."""

    headers: dict[str, str]
    template: flat.Template | None
    reply: flat.Reply


class SoapCodec:
    """One SOAP version. Safe for many threads."""

    def __init__(self, version: str) -> None:
        """`version` is ``soap11`` or ``soap12``."""
        self._namespace = _NAMESPACES[version]
        self._binding = _compiled().wsdl.services["trigger"].ports[_PORTS[version]].binding
        self._service = _compiled().bind("trigger", _PORTS[version])
        self._forms: dict[str, _Form] = {}

    def encode(self, operation: Operation, parameters: Parameters) -> WireRequest:
        """An envelope as zeep builds it from the WSDL (S1-S3, S6)."""
        form = self._form(operation)
        body = form.template.fill(parameters) if form.template else None
        if body is None:
            body = self._built(operation, parameters)
        return WireRequest(operation, SOAP_PATH, form.headers, body)

    def _built(self, operation: Operation, parameters: Parameters) -> bytes:
        envelope = _compiled().create_message(self._service, operation.name, **parameters)
        body: bytes = etree.tostring(envelope, encoding="utf-8", xml_declaration=True)
        return body

    def _form(self, operation: Operation) -> _Form:
        """Made by the operation's first call; threads that make it at once make the same."""
        form = self._forms.get(operation.name)
        if form is None:
            tag, soap = f"{{{NAMESPACE}}}{operation.name}", self._namespace
            form = self._forms[operation.name] = _Form(
                headers=self._headers(operation),
                template=flat.Template.cut(operation, lambda values: self._built(operation, values)),
                reply=flat.Reply(f"{{{soap}}}Envelope", f"{{{soap}}}Body", f"{tag}Response", f"{tag}Result"),
            )
        return form

    def decode(self, operation: Operation, answer: WireAnswer) -> str:
        """The result string in an envelope (S4). Raises AnswerError."""
        envelope = parse_answer(operation, answer)
        result = self._form(operation).reply.read(envelope) if answer.status == HTTP_OK else None
        return self._decoded(envelope, operation, answer) if result is None else result

    def _decoded(self, envelope: Any, operation: Operation, answer: WireAnswer) -> str:
        body = envelope.find(f"{{{self._namespace}}}Body") if envelope.tag == f"{{{self._namespace}}}Envelope" else None
        if body is not None:
            self._raise_fault(body, operation, answer)
        if answer.status != HTTP_OK:
            raise errors.HttpStatusError("the server refused the request", **facts_of(operation, answer))
        if body is None:
            raise errors.NotSoapError(f"the answer is no envelope of {self._namespace} with a Body", **facts_of(operation, answer))
        if [element.tag for element in body.iterchildren("*")] != [f"{{{NAMESPACE}}}{operation.name}Response"]:
            raise errors.WrongOperationError(f"the answer holds no {operation.name}Response", **facts_of(operation, answer))
        return self._result(envelope, operation, answer)

    def _headers(self, operation: Operation) -> dict[str, str]:
        action = self._binding.get(operation.name).soapaction
        if self._namespace == SOAP11:
            return {"Content-Type": "text/xml; charset=utf-8", "SOAPAction": f'"{action}"'}
        return {"Content-Type": f'application/soap+xml; charset=utf-8; action="{action}"'}

    def _result(self, envelope: Any, operation: Operation, answer: WireAnswer) -> str:
        try:
            result = self._binding.get(operation.name).process_reply(envelope)
        except (zeep.exceptions.Error, TypeError, ValueError):
            # zeep's words quote the answer, and a chained exception is printed with its words (L2).
            raise errors.NotSoapError("the answer does not fit the WSDL", **facts_of(operation, answer)) from None
        if result is not None and not isinstance(result, str):
            raise errors.NotSoapError("the answer's result is no string", **facts_of(operation, answer))
        return result or ""

    def _raise_fault(self, body: Any, operation: Operation, answer: WireAnswer) -> None:
        fault = body.find(f"{{{self._namespace}}}Fault")
        if fault is None:
            return
        if self._namespace == SOAP11:
            code, reason = fault.findtext("faultcode"), fault.findtext("faultstring")
        else:
            code = fault.findtext(f"{{{SOAP12}}}Code/{{{SOAP12}}}Value")
            reason = fault.findtext(f"{{{SOAP12}}}Reason/{{{SOAP12}}}Text")
        raise errors.SoapFaultError.of((code or "").strip(), (reason or "").strip(), **facts_of(operation, answer))
