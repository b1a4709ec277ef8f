"""Everything that reads what others wrote: which test proves it, and for what no other test does, that it ends in its own errors only."""

from __future__ import annotations

import contextlib
import importlib
import io
from collections.abc import Callable
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from winnerlook import ConfigurationError, InvalidRequestError, config, wsdl, wsdl_shape
from winnerlook._transport.endpoint import Endpoint
from winnerlook._transport.tls import Tls
from winnerlook.cli import inputs
from winnerlook.cli.outbox import putting
from winnerlook.cli.usage import UsageError
from winnerlook.outbox import ArchiveError, _archive, _keys
from winnerlook.receiver import Receiver
from winnerlook_mock.recording import files
from winnerlook_mock.scenario import Scenario, ScenarioError

TESTS = Path(__file__).parents[1]
PROVEN = {
    "winnerlook.records:parse_reports,format_reports,parse_replies,format_replies": "contract/test_records.py",
    "winnerlook.individual:parse_pairs,format_pairs,split_pairs": "contract/test_individual.py",
    "winnerlook.encryption:encrypt,decrypt,send_plaintext,parse_plaintext": "contract/test_encryption.py",
    "winnerlook.pushes:parse_push,format_push,read_body": "contract/test_pushes.py",
    "winnerlook.china_time:parse_time,format_time": "contract/test_china_time.py",
    "winnerlook.codes:failure_value": "contract/test_codes.py",
    "winnerlook.sms:segment_count": "contract/test_sms.py",
    "winnerlook.masking:mask_phone,mask_text,mask_digits": "contract/test_masking.py",
    "winnerlook._plain:PlainCodec": "client/test_plain.py",
    "winnerlook._soap.codec:SoapCodec": "client/test_soap.py",
    "winnerlook._soap.flat:Template,Reply": "client/test_flat.py",
    "winnerlook._transport.answers:read_answer": "client/test_lean_http.py",
    "winnerlook._validation:checked": "client/test_validation.py",
    "winnerlook_mock.soap:SoapDoor": "mockserver/soap/test_properties.py",
    "winnerlook_mock.soap.flat:read": "mockserver/soap/test_flat.py",
    "winnerlook_mock.plain.form:read": "mockserver/plain/test_properties.py",
    "winnerlook_mock.percent:unescaped": "mockserver/test_percent.py",
    "winnerlook_mock.http_body:read": "mockserver/test_http_body.py",
    "winnerlook_mock.control.search:read_search": "mockserver/control/test_search.py",
    "winnerlook_mock.control.application:Control": "mockserver/control/test_schemathesis.py",
    "winnerlook_mock.scenario:Scenario": "mockserver/scenario/test_properties.py",
    "winnerlook_mock.state:import_state,export_state": "mockserver/test_state.py",
    "winnerlook_mock.delays:delay_of": "mockserver/test_delays.py",
    "winnerlook_mock.otp:otp_in": "mockserver/test_otp.py",
}
"""Readers and writers, and the file whose property tests prove them."""

DEEP = 200_000
_LINES = st.lists(
    st.sampled_from(["number,text", "13900000000", ",", '"', '""', "\n", "\r", "{", "}", "[", "]", '"number":', '"text":', '"x"', "1e999"])
    | st.text(max_size=4), max_size=20,
).map("".join)
_TOML = st.lists(
    st.sampled_from(["[[exchange]]", "[answer]", "user_pass", " = ", '"', "'''", "{", "}", "[", "]", "\n", "status", "2026-01-01"])
    | st.text(max_size=4), max_size=20,
).map("".join)
_ADDRESS = st.lists(st.sampled_from(["http://", "https://", "[", "]", ":", "@", "/", "127.0.0.1", "::1", "80", "99999", "%", "#", "?"])
                    | st.text(max_size=3), max_size=8).map("".join)
_XML = st.lists(
    st.sampled_from(["<definitions ", 'xmlns="http://schemas.xmlsoap.org/wsdl/"', ">", "<types>", "</", "<!DOCTYPE a>", "<message ", "/>"])
    | st.text(st.characters(codec="utf-8"), max_size=4), max_size=15,
).map(lambda pieces: "".join(pieces).encode())


@pytest.mark.parametrize("names", PROVEN)
def test_readers_have_property_tests(names: str) -> None:
    module, _, listed = names.partition(":")
    found = importlib.import_module(module)
    assert all(hasattr(found, name) for name in listed.split(",")), names
    text = (TESTS / PROVEN[names]).read_text("utf-8")
    assert "@given(" in text or "schemathesis" in text


def _written(folder: Path, content: str | bytes) -> Path:
    file = folder / "given.toml"
    file.write_bytes(content if isinstance(content, bytes) else content.encode("utf-8", "surrogatepass"))
    return file


READERS: dict[str, tuple[st.SearchStrategy[str | bytes], type[Exception], Callable[[Path, str | bytes], object], str | bytes]] = {
    "an endpoint": (_ADDRESS, ConfigurationError, lambda _, text: Endpoint.parse(str(text)), "http://" + "[" * DEEP),
    "a fingerprint": (_ADDRESS, ConfigurationError, lambda _, text: Tls.of(None, str(text), verify=True), ":" * DEEP),
    "networks of a receiver": (_ADDRESS, ConfigurationError, lambda _, text: Receiver(print, allowed_ips=[str(text)]), "1." * DEEP),
    "a configuration file": (_TOML, ConfigurationError, lambda at, text: config.load({}, environ={}, file=str(_written(at, text))),
                             "a = " + "[" * DEEP),
    "keys": (_LINES, ConfigurationError, lambda _, text: _keys.key_ring(str(text)), "A" * DEEP),
    "pairs in a file": (_LINES, UsageError, lambda at, text: inputs.Inputs().pairs([], str(_written(at, text))), "[" * DEEP),
    "messages in a file": (_LINES, UsageError, lambda _, text: list(putting._messages(io.StringIO(str(text)), {})), "[" * DEEP),
    "an archive": (_LINES, ArchiveError, lambda _, text: list(_archive.read(io.BytesIO(str(text).encode("utf-8", "replace")))),
                   "[" * DEEP + "\n"),
    "a recording": (_TOML, files.RecordingError, lambda at, text: files.read(_written(at, text)), "a = " + "[" * DEEP),
    "a scenario": (_TOML, ScenarioError, lambda at, text: Scenario.load(_written(at, text)), "a = " + "[" * DEEP),
    "a WSDL": (_XML, ValueError, lambda _, text: wsdl_shape.read(text if isinstance(text, bytes) else text.encode()), "<a>" * DEEP),
}


@pytest.mark.parametrize("name", READERS)
@settings(max_examples=30, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(data=st.data())
def test_anything_is_read_or_refused(name: str, tmp_path: Path, data: st.DataObject) -> None:
    """What is no endpoint, no file of a kind, is refused with the error that the docs name, never another."""
    strategy, error, read, _ = READERS[name]
    content = data.draw(strategy)
    with contextlib.suppress(error, InvalidRequestError):
        read(tmp_path, content)


@pytest.mark.parametrize("name", READERS)
def test_nesting_without_end_is_refused(name: str, tmp_path: Path) -> None:
    """Parsers that call themselves for each bracket give up in a way of their own."""
    _, error, read, deep = READERS[name]
    with pytest.raises(error):
        read(tmp_path, deep)


def test_the_packaged_wsdl_is_read() -> None:
    assert wsdl_shape.read(wsdl.read())
