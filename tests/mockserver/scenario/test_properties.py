"""Whatever stands in a scenario: it is right as a whole, or it is a ScenarioError."""

from __future__ import annotations

import json
import logging
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from tests.mockserver.scenario.strategies import KEYS, VALUES, WORDS, scenarios, spoilt
from winnerlook_mock import Clock, Scenario, ScenarioError
from winnerlook_mock.gateway import Gateway
from winnerlook_mock.gateway.settings.plain import read
from winnerlook_mock.scenario import applying

ODD = st.one_of(
    VALUES, st.none(), st.binary(max_size=3), st.datetimes(), st.dates(), st.times(), st.decimals(), st.floats(), st.integers(),
    st.text(max_size=3), st.just(10**400), st.sets(st.integers(), max_size=2),
)
TOMLISH = st.dictionaries(
    st.sampled_from(KEYS) | WORDS | st.integers(),
    st.recursive(ODD, lambda inner: st.lists(inner) | st.dictionaries(st.text(), inner), max_leaves=6),
)


@settings(max_examples=60, deadline=None)
@given(TOMLISH)
def test_arbitrary_values_are_right_or_a_scenario_error(values: Any) -> None:
    _tried(values)


@settings(suppress_health_check=[HealthCheck.too_slow], deadline=None)
@given(spoilt(scenarios()))
def test_what_was_right_and_is_spoilt_is_right_or_a_scenario_error(values: dict[str, Any]) -> None:
    _tried(values)


def _tried(values: Any) -> None:
    try:
        scenario = Scenario.of(values)
    except ScenarioError as error:
        assert error.problems
        assert all(problem.wrong for problem in error.problems)
    else:
        assert Scenario.of(scenario.plain()) == scenario


@settings(max_examples=60, deadline=None)
@given(scenarios())
def test_what_is_right_comes_back_from_its_plain_form(values: dict[str, Any]) -> None:
    scenario = Scenario.of(values)
    assert Scenario.of(json.loads(json.dumps(scenario.plain()))) == scenario


@settings(max_examples=30, deadline=None)
@given(scenarios())
def test_no_repr_holds_a_secret(values: dict[str, Any]) -> None:
    """L2."""
    for account in values["accounts"]:
        account["password"] = "PWTAG"
    shown = repr(Scenario.of(values))
    assert "PWTAG" not in shown
    assert "13900000000" not in shown


@pytest.mark.filterwarnings("ignore::pytest.PytestWarning")
@settings(max_examples=50, suppress_health_check=[HealthCheck.too_slow, HealthCheck.function_scoped_fixture], deadline=None)
@given(scenarios())
def test_what_is_right_can_be_played_to_its_end(caplog: pytest.LogCaptureFixture, values: dict[str, Any]) -> None:
    """Nothing of it fails when its moment comes."""
    scenario = Scenario.of(values)
    gateway = Gateway(scenario.own_clock() or Clock(frozen=True), push_networks=scenario.push_networks)
    with caplog.at_level(logging.ERROR):
        applying.apply(scenario, gateway, read(scenario.settings()))
        for clock in {gateway.clock, *(account.clock for account in gateway.accounts.values())}:
            clock.advance(days=8)
            assert not [what for _, what in clock.pending if what.startswith("scenario")]
    assert caplog.records == []
