"""SOAP clients that know nothing of this project: zeep and suds, over a socket, from the served WSDL."""

from __future__ import annotations

import pytest
import zeep
from suds.client import Client as SudsClient

from tests.mockserver.soap.conftest import LiveDoor
from winnerlook.operations import ALL, Operation


def _arguments(operation: Operation) -> dict[str, str | int]:
    return {p.name: 101 if p.type is int else f"{p.name}<&>您好" for p in operation.parameters}


@pytest.mark.parametrize("port", ["triggerSoap", "triggerSoap12"])
def test_zeep_calls_every_operation(port: str, live: LiveDoor) -> None:
    """A3, A4, S1-S4, O1-O12: a plain zeep client, either port."""
    with zeep.Client(f"{live.url}?wsdl") as client:
        service = client.bind("trigger", port)
        for operation in ALL:
            live.gateway.result = operation.sample_result
            assert service[operation.name](**_arguments(operation)) == operation.sample_result
            name, parameters, origin = live.gateway.last
            assert (name, parameters, origin.notes) == (operation.name, _arguments(operation), ())
            assert origin.door == ("soap11" if port == "triggerSoap" else "soap12")


@pytest.mark.parametrize("port", ["triggerSoap", "triggerSoap12"])
def test_zeep_understands_the_faults(port: str, live: LiveDoor) -> None:
    """S5: a failing gateway is a fault that zeep raises with its words."""
    live.gateway.result = "\0"
    with zeep.Client(f"{live.url}?wsdl") as client, pytest.raises(zeep.exceptions.Fault, match="XML cannot carry"):
        client.bind("trigger", port).GetBalanceConnect("u", "p")


def test_suds_calls_every_operation(live: LiveDoor) -> None:
    """A3, A4, S1, S2, S4, O1-O12: suds, an independent client."""
    client = SudsClient(f"{live.url}?wsdl", cache=None)
    for operation in ALL:
        live.gateway.result = operation.sample_result
        method = getattr(client.service["triggerSoap"], operation.name)
        assert method(**_arguments(operation)) == operation.sample_result
        assert live.gateway.last[:2] == (operation.name, _arguments(operation))
