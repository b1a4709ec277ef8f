"""Plain zeep on the SDK's transport, for the tests of it."""

from __future__ import annotations

import io
import traceback
from collections.abc import Iterator
from typing import Any

import zeep
from winnerlook.wsdl import read as read_wsdl

from tests.client.raw_server import envelope

PHONE = "13987654321"
TEXT = "text-tag &<【测试】"
PATH = "/winnerrxd/api/ws/trigger"
WSDL = f"{PATH}?wsdl"
BATCH = "2200001476358475197"
GOOD = envelope("SendMsg", BATCH)
SEND = {"userCode": "user-tag", "userPass": "pass-tag", "DesNo": PHONE, "Msg": TEXT}
PERSONAL = ("user-tag", "pass-tag", PHONE, "text-tag")


def service_at(url: str, transport: Any, port: str = "triggerSoap", **settings: Any) -> Any:
    """The packaged WSDL's port at another address."""
    client = zeep.Client(io.BytesIO(read_wsdl()), transport=transport, settings=zeep.Settings(**settings))
    return client.create_service(f"{{http://tempuri.org/}}{port}", url + PATH)


def words(error: BaseException) -> str:
    """What a traceback prints of an error and of those behind it, without the lines of code."""
    return "".join("".join(link.format_exception_only()) for link in _links(traceback.TracebackException.from_exception(error)))


def _links(shown: traceback.TracebackException) -> Iterator[traceback.TracebackException]:
    yield shown
    behind = shown.__cause__ or (None if shown.__suppress_context__ else shown.__context__)
    if behind is not None:
        yield from _links(behind)
