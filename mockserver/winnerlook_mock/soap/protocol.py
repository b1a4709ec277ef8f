"""spyne's two SOAP protocols with their lapses mended, and the engine that runs a request through them.

spyne dispatches, deserialises, calls and serialises. These protocols hand it a request that was read and checked beforehand, and write the
answer as the document's samples do (S4).
"""

from __future__ import annotations

from typing import Any

from lxml import etree
from spyne import Application, Fault, MethodContext
from spyne.protocol.soap import Soap11, Soap12
from spyne.server import ServerBase

from winnerlook.operations import BY_NAME, NAMESPACE
from winnerlook_mock.soap import arguments, envelope, operation, quiet
from winnerlook_mock.soap.call import Call, log_failure
from winnerlook_mock.soap.faults import SoapFault, client_fault, encode, server_fault
from winnerlook_mock.soap.service import TriggerService
from winnerlook_mock.soap.version import SOAP11, SOAP12, SoapVersion

_NSMAP = {"xsi": "http://www.w3.org/2001/XMLSchema-instance", "xsd": "http://www.w3.org/2001/XMLSchema"}
_FAILED = "The simulated gateway failed on this call; its log says where. Nothing is known of what the call did."
_UNWRITABLE = "The result of this call holds characters that XML cannot carry: mend what was set up for it. The call itself was executed."


class _CheckedEnvelope:
    """What both protocols do differently from spyne's: the mixin goes before Soap11 or Soap12."""

    version: SoapVersion

    def create_in_document(self, ctx: Any, charset: str | None = None) -> None:  # noqa: ARG002  # spyne's signature
        """The envelope was parsed when its version was found. spyne's own parsing lets bad charsets escape and logs what is malformed."""
        ctx.in_document = (ctx.udc.envelope.tree, {})

    def decompose_incoming_envelope(self, ctx: Any, message: Any) -> None:
        """Check what spyne ignores: header blocks that must be understood, the shape of the envelope, the operation's namespace."""
        call: Call = ctx.udc
        envelope.check_headers(call.envelope.tree, self.version)
        wanted = operation.of(envelope.only_child(call.envelope.tree, self.version))
        note = operation.note_on_action(wanted, call.action)
        if note is not None:
            call.notes.append(note)
        super().decompose_incoming_envelope(ctx, message)  # type: ignore[misc]  # Soap11's

    def deserialize(self, ctx: Any, message: Any) -> None:
        """Tidy the parameters, then let spyne read them."""
        call: Call = ctx.udc
        call.present, notes = arguments.tidy(ctx.in_body_doc, BY_NAME[ctx.descriptor.name])
        call.notes.extend(notes)
        super().deserialize(ctx, message)  # type: ignore[misc]  # Soap11's

    def serialize(self, ctx: Any, message: Any) -> None:
        """Let spyne build the answer, then dress it as in the samples."""
        super().serialize(ctx, message)  # type: ignore[misc]  # Soap11's
        ctx.out_document = _dressed(ctx.out_body_doc[0], self.version)

    def create_out_string(self, ctx: Any, charset: str | None = None) -> None:  # noqa: ARG002  # spyne's signature
        """Always UTF-8, with the declaration spelt as in the samples."""
        ctx.out_string = [encode(ctx.out_document)]


class TriggerSoap11(_CheckedEnvelope, Soap11):  # type: ignore[misc]  # spyne has no types
    """SOAP 1.1."""

    version = SOAP11


class TriggerSoap12(_CheckedEnvelope, Soap12):  # type: ignore[misc]  # spyne has no types
    """SOAP 1.2."""

    version = SOAP12


def _dressed(response: Any, version: SoapVersion) -> Any:
    """The response element in an envelope with the samples' prefixes: soap or soap12, xsi, xsd, and none for the response."""
    tree = etree.Element(version.tag("Envelope"), nsmap={**_NSMAP, version.prefix: version.namespace})
    body = etree.SubElement(tree, version.tag("Body"))
    etree.SubElement(body, response.tag, nsmap={None: NAMESPACE}).extend(response)
    return tree


class SoapEngine(ServerBase):  # type: ignore[misc]  # spyne has no types
    """spyne for one SOAP version, called inline: a call in, the reply's bytes out."""

    transport = "winnerlook-mock"

    def __init__(self, version: SoapVersion) -> None:
        protocol = TriggerSoap12 if version is SOAP12 else TriggerSoap11
        super().__init__(Application(
            [TriggerService], NAMESPACE, name="trigger",
            in_protocol=protocol(parse_xsi_type=False), out_protocol=protocol(polymorphic=False),
        ))

    def answer(self, call: Call) -> bytes:
        """Run one call through spyne. Raises SoapFault and nothing else, short of the end of the process."""
        with quiet.spyne_silenced():
            ctx = MethodContext(self, MethodContext.SERVER)
            try:
                return self._run(ctx, call)
            except SoapFault:
                raise
            except Exception as error:  # noqa: BLE001  # whatever spyne lets escape, the sender gets a fault
                log_failure("spyne failed on a call", error)
                raise server_fault(_FAILED) from None
            finally:
                ctx.close()

    def _run(self, ctx: Any, call: Call) -> bytes:
        ctx.udc = call
        ctx.in_string = [call.came.raw]
        ctx = self.generate_contexts(ctx)[0]
        _raise_fault(ctx)
        self.get_in_object(ctx)
        _raise_fault(ctx)
        self.get_out_object(ctx)
        _raise_fault(ctx)
        try:
            self.get_out_string(ctx)
        except ValueError:  # lxml's word for characters that XML cannot carry, lone surrogates included
            raise server_fault(_UNWRITABLE) from None
        return b"".join(ctx.out_string)


def _raise_fault(ctx: Any) -> None:
    """spyne's own faults may quote a value: only whose fault it is goes on."""
    error: Fault | None = ctx.out_error or ctx.in_error
    if error is None:
        return
    if error.faultcode.partition(".")[0] == "Client":
        raise client_fault("The request does not fit the WSDL: compare it with the document's sample.")
    raise server_fault(_FAILED)


quiet.silence_spyne()
quiet.stop_timed_collection()
ENGINES = {version: SoapEngine(version) for version in (SOAP11, SOAP12)}
"""The engine of each version. They keep nothing of a call, so that all doors of a process share them."""
