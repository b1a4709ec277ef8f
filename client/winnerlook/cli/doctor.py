"""``winnerlook doctor``: what is in force, whether it is complete, and whether the gateway is what this package knows. Sends nothing."""

from __future__ import annotations

import warnings
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Any

import winnerlook.wsdl  # pyright: ignore[reportMissingImports]  # it is in wsdl/
from winnerlook import errors, wsdl_shape
from winnerlook._codecs import codec_for
from winnerlook._steps import Exchange
from winnerlook._timeouts import Deadline, Timeouts
from winnerlook._transport.endpoint import Endpoint
from winnerlook._transport.sync import SyncTransport
from winnerlook._transport.tls import InsecureTransportWarning
from winnerlook._wire import WireAnswer, WireRequest
from winnerlook.cli.exits import DONE, FOUND
from winnerlook.cli.invocation import TRUSTS_ANYBODY, Invocation, flag
from winnerlook.cli.text import printable, table
from winnerlook.config import Configuration
from winnerlook.errors import ConfigurationError
from winnerlook.evidence import Evidence
from winnerlook.masking import describe_body
from winnerlook.operations import SOAP_PATH

_OK = 200
_WSDL_TARGET = SOAP_PATH + "?wsdl"
_SERVER_HINT = "is the endpoint right, is the gateway (or winnerlook-mock) running, does a firewall stand between?"


@dataclass(frozen=True, slots=True)
class Check:
    """What was looked at and found. `ok` is None where it could not be looked at; `differences` are those of the WSDL."""

    name: str
    ok: bool | None
    detail: str
    differences: tuple[str, ...] = ()

    @property
    def verdict(self) -> str:
        """As it is printed."""
        return "skipped" if self.ok is None else "ok" if self.ok else "FAILED"


def doctor(run: Invocation) -> int:
    """Print settings and checks. Gives 1 where any check failed."""
    try:
        configuration, problems = run.configuration()
    except ConfigurationError as error:
        return _print(run, (), [Check("configuration", ok=False, detail=str(error))])
    return _print(run, tuple(configuration.shown()), list(_checks(configuration, problems)))


def _checks(configuration: Configuration, problems: list[str]) -> Iterator[Check]:
    missing = [f"{s.name} ({flag(s.name)}{'-file' if s.secret else ''} or {s.variable})" for s in configuration.missing()]
    yield Check("settings", not missing, f"not set: {', '.join(missing)}" if missing else "all that must be set are set")
    yield from (Check("secrecy", ok=False, detail=problem) for problem in problems)
    binding = configuration["binding"].value
    yield _attempt("binding", lambda: codec_for(binding), f"{binding} is known")
    yield _attempt("timeouts", configuration.timeouts, "all are numbers above 0")
    yield _attempt("limits", configuration.limits, "all are numbers from 0 on")
    endpoint = configuration["endpoint"].value
    if not endpoint:
        yield from (Check(name, ok=None, detail="there is no endpoint") for name in ("endpoint", "connection", "WSDL"))
        return
    formed = _attempt("endpoint", lambda: Endpoint.parse(endpoint), "well formed")
    yield formed
    if formed.ok:
        yield from _remote_checks(Endpoint.parse(endpoint), configuration)
    else:
        yield from (Check(name, ok=None, detail="the endpoint is not well formed") for name in ("connection", "WSDL"))


def _attempt(name: str, action: Callable[[], object], success: str) -> Check:
    try:
        action()
    except ConfigurationError as error:
        return Check(name, ok=False, detail=str(error))
    return Check(name, ok=True, detail=success)


def _timeouts(configuration: Configuration) -> Timeouts:
    try:
        return configuration.timeouts()
    except ConfigurationError:
        return Timeouts()


def _remote_checks(endpoint: Endpoint, configuration: Configuration) -> Iterator[Check]:
    try:
        security = configuration.security()
    except ConfigurationError as error:
        yield Check("TLS", ok=False, detail=str(error))
        return
    if not security.verify:
        yield Check("TLS", ok=False, detail=TRUSTS_ANYBODY)
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", InsecureTransportWarning)  # said above
        transport = SyncTransport(endpoint, security, pool_size=1)
    request = WireRequest(None, _WSDL_TARGET, {}, None, "GET")
    try:
        answer = transport.exchange(Exchange(request, Deadline(_timeouts(configuration)), Evidence()))
    except errors.CertificateError as error:
        yield Check("connection", ok=False, detail=str(error))
        yield Check("WSDL", ok=None, detail="there is no connection")
    except errors.ConnectError as error:
        yield Check("connection", ok=False, detail=f"{error}; {_SERVER_HINT}")
        yield Check("WSDL", ok=None, detail="there is no connection")
    except errors.TransportError as error:
        yield Check("connection", ok=True, detail=f"{endpoint} accepts connections")
        yield Check("WSDL", ok=False, detail=f"{error}; {_SERVER_HINT}")
    else:
        yield Check("connection", ok=True, detail=f"{endpoint} answers")
        yield _wsdl_check(answer)
    finally:
        transport.close()


def _wsdl_check(answer: WireAnswer) -> Check:
    if answer.status != _OK:
        what = f"HTTP {answer.status}, {describe_body(answer.body, answer.content_type)}"
        return Check("WSDL", ok=False, detail=f"{_WSDL_TARGET} gives no WSDL ({what}): is this the gateway?")
    try:
        found = wsdl_shape.read(answer.body)
    except wsdl_shape.WsdlError as error:
        what = describe_body(answer.body, answer.content_type)
        return Check("WSDL", ok=False, detail=f"{_WSDL_TARGET} gives no WSDL ({error}; {what}): is this the gateway?")
    differences = tuple(wsdl_shape.differences(wsdl_shape.read(winnerlook.wsdl.read()), found))
    if differences:
        detail = f"it differs from the packaged one in {len(differences)} points: ask the vendor, and look for a newer winnerlook"
        return Check("WSDL", ok=False, detail=detail, differences=differences)
    return Check("WSDL", ok=True, detail="says the same as the packaged one")


def _print(run: Invocation, settings: tuple[tuple[str, str, str], ...], checks: list[Check]) -> int:
    healthy = all(check.ok for check in checks)
    if run.output.as_json:
        run.output.document(_value(settings, checks, healthy=healthy))
        return DONE if healthy else FOUND
    if settings:
        for line in table(("SETTING", "VALUE", "FROM"), settings):
            run.output.line(line)
        run.output.line()
    width = max(len(check.name) for check in checks)
    for check in checks:
        run.output.line(f"{check.verdict:<7}  {check.name:<{width}}  {printable(check.detail)}")
        for difference in check.differences:
            run.output.line(" " * (width + 11) + "- " + printable(difference))
    return DONE if healthy else FOUND


def _value(settings: tuple[tuple[str, str, str], ...], checks: list[Check], *, healthy: bool) -> dict[str, Any]:
    return {
        "ok": healthy,
        "settings": [{"name": name, "value": value, "source": source} for name, value, source in settings],
        "checks": [
            {"name": check.name, "ok": check.ok, "detail": check.detail, "differences": list(check.differences)} for check in checks
        ],
    }
