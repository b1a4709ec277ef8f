"""The API holds to its own OpenAPI document, whatever it is asked."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest
import schemathesis
from hypothesis import HealthCheck, Phase, given, settings
from schemathesis.specs.openapi.checks import positive_data_acceptance

from tests.mockserver.control.caller import ROOT, send
from winnerlook_mock import MockServer
from winnerlook_mock.control.routes import ROUTES

ASKED = [route.name for route in ROUTES if route.name != "watchEvents"]
"""An event stream has no end; tests of its own read it."""
SEMANTIC = {
    "listMessages", "deleteMessages", "listJournal", "deleteJournal", "armFault", "openAccount", "changeAccount", "importState",
    "listPushes",
    "waitForMessage",
}
"""Whose values can be wrong in ways that a schema cannot say: a search, what belongs to which kind of fault, settings that contradict; and
what is waited for need not come."""


@pytest.fixture(scope="module")
def schema() -> Iterator[Any]:
    with MockServer() as mock:
        mock.account("a", "p", balance_interval=0)
        send(mock, mock.find("a"))
        yield schemathesis.openapi.from_url(f"{mock.url}{ROOT}/openapi.json")


@pytest.mark.parametrize("name", ASKED)
def test_it_is_as_documented(schema: Any, name: str) -> None:
    operation = next(found.ok() for found in schema.get_all_operations() if found.ok().definition.raw["operationId"] == name)
    excluded = [positive_data_acceptance] if name in SEMANTIC else []

    @settings(
        max_examples=12, deadline=None, phases=[Phase.explicit, Phase.generate], suppress_health_check=list(HealthCheck), derandomize=True,
    )
    @given(case=operation.as_strategy())
    def asked(case: Any) -> None:
        if name == "waitForMessage" and isinstance(case.query.get("timeout", 2), int | float):
            case.query["timeout"] = 0.02
        case.call_and_validate(excluded_checks=excluded)

    asked()
