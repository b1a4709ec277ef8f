"""Clients, all ways: every operation through every door, blocking and awaited, and every way for it to fail."""

from __future__ import annotations

import asyncio
import functools
import inspect
from collections.abc import Callable, Iterator
from typing import Any

import pytest
import zeep
from opentelemetry import metrics, trace

from tests.acceptance.canary.tags import Tags
from tests.acceptance.canary.watch import Watch
from tests.client.test_telemetry import Observed
from winnerlook import AsyncClient, Client, WinnerlookError, zeep_transport
from winnerlook.operations import ALL
from winnerlook_mock import MockAccount, MockServer
from winnerlook_mock.faults.fault import FaultKind

BINDINGS = ("soap11", "soap12", "http", "http-get")
DOORS = [pytest.param((kind, binding), id=f"{kind.__name__}-{binding}") for kind in (Client, AsyncClient) for binding in BINDINGS]
Made = Callable[[Any], Any]


@pytest.fixture
def spans(monkeypatch: pytest.MonkeyPatch, watch: Watch) -> Iterator[None]:
    """OpenTelemetry as a program sets it up. What it was given is looked through in the end."""
    observed = Observed()
    monkeypatch.setattr(trace, "get_tracer_provider", lambda: observed.tracers)
    monkeypatch.setattr(metrics, "get_meter_provider", lambda: observed.meters)
    yield
    assert observed.ours
    watch.say("spans and metrics", observed.everything())


def perform(  # noqa: PLR0917
    door: tuple[Any, str], watch: Watch, user_code: str, user_pass: str, endpoint: str, calls: list[Made], **options: Any,
) -> list[Any]:
    """Make calls one after the other, and show what came of each. An AsyncClient runs with asyncio's debug mode on."""
    kind, binding = door
    outcomes: list[Any] = []
    options = {"retries": 0, "balance_interval": 0, "on_attempt": lambda attempt: watch.see("attempt", attempt), **options}

    async def run() -> None:
        client = kind(user_code, user_pass, endpoint=endpoint, binding=binding, **options)
        watch.see("client", client)
        for call in calls:
            try:
                result = await _whole(call(client))
            except (WinnerlookError, TypeError) as error:
                result = error
            outcomes.append(result)
            watch.see("outcome", result)
        closed = client.close() if kind is Client else client.aclose()
        if inspect.isawaitable(closed):
            await closed

    asyncio.run(run(), debug=kind is AsyncClient)
    return outcomes


async def _whole(result: Any) -> Any:
    """Records come one by one."""
    if inspect.isawaitable(result):
        return await result
    if hasattr(result, "__aiter__"):
        return tuple([record async for record in result])
    return tuple(result) if hasattr(result, "__next__") else result


def verbs(tags: Tags) -> list[Made]:
    """Every verb, and every operation by its name."""
    phone, text = tags.phone, tags.text
    given = {
        "SendMsg": {"DesNo": phone, "Msg": text}, "sendMsgExt": {"DesNo": phone, "Msg": text, "ExeNo": "42"},
        "SendBatchMsg": {"DesNo": f"{phone},{phone}", "Msg": text}, "sendMsgByEncrypt": {"DesNo": phone, "Msg": text},
        "SendIndividualMsg": {"Msg": f"{phone}|~|{text}"},
    }
    return [
        lambda sms: sms.send(phone, text, customer_uuid="order-42"), lambda sms: sms.send(phone, text, extension="42"),
        lambda sms: sms.send(phone, text, encrypted=True), lambda sms: sms.send_many([phone, phone], text),
        lambda sms: sms.send_each([(phone, text)]), lambda sms: sms.balance(),
        lambda sms: sms.reports(), lambda sms: sms.replies(), lambda sms: sms.reports(encrypted=True),
        lambda sms: sms.replies(encrypted=True),
        *(lambda sms, name=operation.name: sms.call(name, **given.get(name, {})) for operation in ALL),
    ]


@pytest.mark.usefixtures("spans")
@pytest.mark.parametrize("door", DOORS)
def test_what_goes_well(door, watch: Watch, tags: Tags, server: MockServer, account: MockAccount) -> None:
    """L2, O1-O12: what comes back holds the numbers and texts, and shows them masked."""
    account.reply(tags.phone, tags.text)
    outcomes = perform(door, watch, account.user_code, tags.password, server.url, verbs(tags))
    assert not [outcome for outcome in outcomes if isinstance(outcome, BaseException)]
    records = [record for outcome in outcomes if isinstance(outcome, tuple) for record in outcome]
    assert tags.text in {getattr(record, "text", "") for record in records}
    assert "winnerlook" in watch.names()


def faults(tags: Tags, kind: FaultKind) -> dict[str, Any]:
    """One of a kind that says as much as it can."""
    more: dict[FaultKind, dict[str, Any]] = {
        FaultKind.CODE: {"code": -7}, FaultKind.RESULT: {"result": f"{tags.phone}|,|{tags.text}"}, FaultKind.DELAY: {"delay": 5.0},
        FaultKind.STATUS: {"status": 503, "body": f"<html>{tags.phone} {tags.text}</html>"}, FaultKind.TRICKLE: {"delay": 0.2},
        FaultKind.SOAP_FAULT: {"reason": f"{tags.phone} {tags.text} {tags.password}"},
    }
    return more.get(kind, {})


@pytest.mark.usefixtures("spans")
@pytest.mark.parametrize("door", DOORS)
def test_what_fails(door, watch: Watch, tags: Tags, server: MockServer, account: MockAccount) -> None:
    """L2, S5: codes, faults, resets, timeouts, malformed answers, answers of others; on a send and on a poll that carries a reply."""
    def struck(kind: FaultKind, call: Made) -> Made:
        def strike(sms: Any) -> Any:
            account.clear_faults()
            account.fault(str(kind), **faults(tags, kind))
            account.reply(tags.phone, tags.text)
            return call(sms)

        return strike

    slow = {FaultKind.HANG, FaultKind.DELAY, FaultKind.TRICKLE}
    calls = [struck(kind, lambda sms: sms.send(tags.phone, tags.text)) for kind in FaultKind]
    calls += [struck(kind, lambda sms: sms.replies()) for kind in FaultKind if kind not in slow]
    calls += [struck(FaultKind.RESULT, lambda sms: sms.reports())]
    outcomes = perform(door, watch, account.user_code, tags.password, server.url, calls, total_timeout=0.2)
    assert sum(isinstance(outcome, WinnerlookError) for outcome in outcomes) > len(FaultKind)


@pytest.mark.parametrize("door", DOORS)
def test_numbers_that_look_like_codes(door, watch: Watch, tags: Tags, server: MockServer, account: MockAccount) -> None:
    """F5, L2: whatever a gateway takes for a code."""
    account.answer_next(None, f"-{tags.phone}")
    (error,) = perform(door, watch, account.user_code, tags.password, server.url, [lambda sms: sms.send(tags.phone, tags.text)])
    assert error.code == -int(tags.phone)


@pytest.mark.parametrize("door", [door for door in DOORS if door.id.endswith(("soap11", "http-get"))])
def test_who_cannot_be_reached(door, watch: Watch, tags: Tags, server: MockServer, account: MockAccount) -> None:
    """H3, L2: nobody there; somebody whom nobody trusts; somebody who says that the password is wrong."""
    calls = [lambda sms: sms.send(tags.phone, tags.text), lambda sms: sms.replies(encrypted=True)]
    for user_code, endpoint in (
        (account.user_code, "http://127.0.0.1:1"), (account.user_code, server.https_url), ("nobody", server.url),
    ):
        assert all(isinstance(one, WinnerlookError) for one in perform(door, watch, user_code, tags.password, endpoint, calls))


@pytest.mark.parametrize("door", [door for door in DOORS if door.id.endswith("soap11")])
def test_arguments_that_are_wrong(door, watch: Watch, tags: Tags, server: MockServer, account: MockAccount) -> None:
    """L2, R3-R9: each is refused before it is sent."""
    phone, text = tags.phone, tags.text
    calls: list[Made] = [
        lambda sms: sms.send(f"{phone},{phone}", text), lambda sms: sms.send(text, phone), lambda sms: sms.send(phone, text + "\0"),
        lambda sms: sms.send(phone, text + "\U0001f600", encrypted=True), lambda sms: sms.send(int(phone), text),
        lambda sms: sms.send(phone, text.encode()), lambda sms: sms.send(phone, text, extension=phone + phone),
        lambda sms: sms.send(phone, text, customer_uuid=text * 9), lambda sms: sms.send(phone, text, sms_type=text),
        lambda sms: sms.send_many(phone, text), lambda sms: sms.send_many([phone, text], text),
        lambda sms: sms.send_each([(phone, "a|~|" + text)]),
        lambda sms: sms.send_each({phone: text}), lambda sms: sms.send_each([phone]), lambda sms: sms.send_many([], text),
        lambda sms: sms.call("SendMsg", DesNo=phone), lambda sms: sms.call("SendIndividualMsg", Msg=f"{phone}{text}"),
        lambda sms: sms.call("sendMsgByEncrypt", submitInfo=text, DesNo=phone), lambda sms: sms.send(phone, text, autograph=[text]),
    ]
    outcomes = perform(door, watch, account.user_code, tags.password, server.url, calls)
    assert all(isinstance(outcome, WinnerlookError | TypeError) for outcome in outcomes), outcomes


@pytest.mark.parametrize("kind", [Client, AsyncClient])
def test_settings_that_are_wrong(kind, watch: Watch, tags: Tags, tmp_path, monkeypatch: pytest.MonkeyPatch) -> None:
    """L2: an address with a password in it, a file that holds one. The wrong value of a setting that is no secret is shown on purpose."""
    secret = tags.password
    file = tmp_path / "winnerlook.toml"
    for content in (f'user_pass = "{secret}', f'user_pas = "{secret}"', f'user_pass = ["{secret}"]'):
        file.write_text(content, "utf-8")
        monkeypatch.setenv("WINNERLOOK_CONFIG", str(file))
        with pytest.raises(WinnerlookError) as failed:
            kind("shop", endpoint="http://127.0.0.1:1")
        watch.see("file", failed.value)
    monkeypatch.delenv("WINNERLOOK_CONFIG")
    for options in (
        {"endpoint": f"http://shop:{secret}@127.0.0.1:1"}, {"endpoint": f"http://127.0.0.1:1/{secret}?a={secret}"}, {"endpoint": secret},
    ):
        with pytest.raises(WinnerlookError) as failed:
            kind("shop", secret, **options)
        watch.see("settings", failed.value)


@pytest.mark.parametrize("door", [door for door in DOORS if door.id.endswith("http")])
def test_a_hook_that_fails(door, watch: Watch, tags: Tags, server: MockServer, account: MockAccount) -> None:
    """L2: what somebody's own code raises may say anything, and so may what is bound to it."""
    def count(phone: str, _attempt: object) -> None:
        raise KeyError(phone)

    calls = [lambda sms: sms.send(tags.phone, tags.text)]
    perform(door, watch, account.user_code, tags.password, server.url, calls, on_attempt=functools.partial(count, tags.phone))
    assert any("on_attempt hook partial failed: KeyError at test_clients.py" in text for _, text in watch.heard)


def test_zeep_by_our_transport(watch: Watch, tags: Tags, server: MockServer, account: MockAccount) -> None:
    """L2, A3: the application's own zeep, which logs whole envelopes on its own transport."""
    with zeep_transport() as transport:
        service = zeep.Client(f"{server.url}/winnerrxd/api/ws/trigger?wsdl", transport=transport).service
        service.SendMsg(account.user_code, tags.password, tags.phone, tags.text)
        account.fault("soap-fault", **faults(tags, FaultKind.SOAP_FAULT))
        with pytest.raises(zeep.exceptions.Fault):
            service.SendMsg(account.user_code, tags.password, tags.phone, tags.text)
        account.clear_faults()
        account.fault("reset")
        with pytest.raises(WinnerlookError) as failed:
            service.SendMsg(account.user_code, tags.password, tags.phone, tags.text)
        watch.see("zeep", failed.value, transport)
