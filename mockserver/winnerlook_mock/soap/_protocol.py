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

from winnerlook.operations import BY_NAME, NAMESPACE, Operation
from winnerlook_mock.soap import arguments, envelope, flat, operation, quiet
from winnerlook_mock.soap._service import TriggerService
from winnerlook_mock.soap.call import Call, log_failure
from winnerlook_mock.soap.faults import SoapFault, client_fault, encode, server_fault
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
        _note_action(call, operation.of(envelope.only_child(call.envelope.tree, self.version)))
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


def _note_action(call: Call, wanted: Operation) -> None:
    note = operation.note_on_action(wanted, call.action)
    if note is not None:
        call.notes.append(note)


class _CallContext(MethodContext):  # type: ignore[misc]  # spyne has no types
    """A context that knows what running a method takes, and nothing of documents: spyne's own is made of sixty attributes, each checked."""

    __setattr__ = object.__setattr__
    in_error = out_error = outprot_ctx = None
    out_object: Any = None

    def __init__(self, app: Any, call: Call, descriptor: Any, values: list[str | int | None]) -> None:
        self.app, self.udc, self.descriptor, self.in_object = app, call, descriptor, values

    def fire_event(self, event: str, *arguments: Any, **options: Any) -> None:
        """Tell those who listen, of whom there are mostly none."""
        if self.app.event_manager.handlers or any(manager.handlers for manager in self.descriptor.event_managers):
            super().fire_event(event, *arguments, **options)


class SoapEngine(ServerBase):  # type: ignore[misc]  # spyne has no types
    """spyne for one SOAP version, called inline: a call in, the reply's bytes out."""

    transport = "winnerlook-mock"

    def __init__(self, version: SoapVersion) -> None:
        protocol: Any = TriggerSoap12 if version is SOAP12 else TriggerSoap11
        super().__init__(Application(
            [TriggerService], NAMESPACE, name="trigger",
            in_protocol=protocol(parse_xsi_type=False), out_protocol=protocol(polymorphic=False),
        ))
        self._version = version
        self._descriptors = {method.name: method for method in self.app.interface.method_id_map.values()}
        self._templates: dict[str, flat.Template] = {}

    def answer(self, call: Call) -> bytes:
        """Run one call through spyne. Raises SoapFault and nothing else, short of the end of the process."""
        silence = quiet.begin()
        try:
            request = flat.read(call.envelope.tree, self._version)
            return self._run(call) if request is None else self._run_flat(call, request)
        except SoapFault:
            raise
        except Exception as error:  # noqa: BLE001  # whatever spyne lets escape, the sender gets a fault
            log_failure("spyne failed on a call", error)
            raise server_fault(_FAILED) from None
        finally:
            quiet.end(silence)

    def _run_flat(self, call: Call, request: flat.Request) -> bytes:
        _note_action(call, request.operation)
        call.present = request.present
        name = request.operation.name
        ctx = _CallContext(self.app, call, self._descriptors[name], request.values)
        self.app.process_request(ctx)
        _raise_fault(ctx)
        answer = self._template(name).filled(ctx.out_object[0])
        return self._written(name, ctx.out_object[0]) if answer is None else answer

    def _template(self, name: str) -> flat.Template:
        found = self._templates.get(name)
        if found is None:
            before, _, after = self._written(name, flat.MARK).partition(f">{flat.MARK}<".encode())
            found = self._templates[name] = flat.Template(before + b">", b"<" + after, self._written(name, ""))
        return found

    def _written(self, name: str, result: str) -> bytes:
        """The answer of an operation as spyne writes it. Raises SoapFault."""
        ctx = MethodContext(self, MethodContext.SERVER)
        try:
            ctx.descriptor, ctx.out_object = self._descriptors[name], [result]
            return self._out_string(ctx)
        finally:
            ctx.close()

    def _run(self, call: Call) -> bytes:
        ctx = MethodContext(self, MethodContext.SERVER)
        try:
            ctx.udc = call
            ctx.in_string = [call.came.raw]
            ctx = self.generate_contexts(ctx)[0]
            _raise_fault(ctx)
            self.get_in_object(ctx)
            _raise_fault(ctx)
            self.get_out_object(ctx)
            _raise_fault(ctx)
            return self._out_string(ctx)
        finally:
            ctx.close()

    def _out_string(self, ctx: Any) -> bytes:
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
