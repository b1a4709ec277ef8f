"""The JSON Schema and the check say the same."""

from __future__ import annotations

import json
import tomllib
from importlib.resources import files
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from jsonschema import Draft202012Validator

from tests.mockserver.scenario.strategies import WELL_SHAPED, scenarios, spoilt
from winnerlook_mock.cli import main
from winnerlook_mock.faults.fault import Fault, FaultKind, read_fault
from winnerlook_mock.gateway.settings import PushChaos, Settings
from winnerlook_mock.gateway.settings.plain import NAMES, plain
from winnerlook_mock.scenario.declared import CHAOS, FAULT, SCENARIO, SETTINGS
from winnerlook_mock.scenario.meanings import meanings_of
from winnerlook_mock.scenario.reading import read_file
from winnerlook_mock.scenario.schema import scenario_schema, written

EXAMPLES = sorted((Path(__file__).parents[3] / "examples" / "scenarios").glob("*.toml"))
SHIPPED = files("winnerlook_mock.scenario") / "scenario.schema.json"
VALIDATOR = Draft202012Validator(scenario_schema())
SLOW = settings(suppress_health_check=[HealthCheck.too_slow, HealthCheck.filter_too_much, HealthCheck.data_too_large], deadline=None)


def test_it_is_a_schema() -> None:
    Draft202012Validator.check_schema(scenario_schema())


def test_the_file_for_editors_is_what_the_declarations_say(capsys: pytest.CaptureFixture[str]) -> None:
    """After a change of them: winnerlook-mock check --schema > mockserver/winnerlook_mock/scenario/scenario.schema.json"""
    assert main(["check", "--schema"]) == 0
    assert capsys.readouterr().out == written() == SHIPPED.read_text("utf-8")
    assert json.loads(written()) == scenario_schema()


@pytest.mark.parametrize("file", EXAMPLES, ids=lambda file: file.stem)
def test_it_accepts_the_examples(file: Path) -> None:
    VALIDATOR.validate(read_file(file))


@settings(max_examples=30, deadline=None)
@given(scenarios())
def test_it_accepts_what_is_right(values: dict[str, Any]) -> None:
    assert list(SCENARIO.problems(values, ())) == []
    VALIDATOR.validate(values)


@settings(SLOW, max_examples=25)
@given(WELL_SHAPED)
def test_it_accepts_what_has_the_right_shape(values: dict[str, Any]) -> None:
    assert list(SCENARIO.problems(values, ())) == []
    VALIDATOR.validate(values)


@SLOW
@given(spoilt(scenarios()))
def test_it_refuses_what_the_check_refuses_for_its_shape(values: dict[str, Any]) -> None:
    assert VALIDATOR.is_valid(values) == (not list(SCENARIO.problems(values, ())))


@pytest.mark.parametrize(
    "text",
    [
        "colour = 1", "[clock]\nstart = 2026-11-23T10:00:00", "[defaults]\nprice = -1", "[[accounts]]\nname = 'shop'", "accounts = {}",
        "[[faults]]\nkind = 'rest'", "[[timeline]]\nafter = 1", "[[timeline]]\nbalance = 1",
        "[[timeline]]\nafter = 1\nat = 10:00:00\nbalance = 1",
        "[defaults]\ndelivery_rules = {shop = 'UNDELIV'}", "[defaults]\nnumber_limit = [1]", "[defaults]\npush_chaos = {lose = 1}",
        "[[timeline]]\nafter = 'soon'\nbalance = 1", "[defaults]\nseed = 1.5", "[defaults]\nfrozen = 1", "[defaults]\nmonthly_limit = true",
    ],
)
def test_both_refuse(text: str) -> None:
    values = json.loads(json.dumps(tomllib.loads(text), default=lambda moment: moment.isoformat()))
    assert list(SCENARIO.problems(values, ()))
    assert not VALIDATOR.is_valid(values)


def test_every_setting_and_every_part_of_a_fault_is_declared() -> None:
    assert tuple(sorted(SETTINGS.fields)) == tuple(sorted(NAMES))
    assert set(CHAOS.fields) == set(meanings_of(PushChaos))
    assert set(FAULT.fields) == {*meanings_of(Fault), "name", "armed"}


def test_everything_is_explained() -> None:
    for table in SCENARIO.tables():
        assert [key for key in table.fields if not table.meanings.get(key)] == [], table.name


def test_defaults_have_the_declared_shape() -> None:
    """But for those that mean that nothing is set, for which TOML has no word."""
    defaults = {name: value for name, value in plain(Settings()).items() if value is not None}
    assert list(SETTINGS.problems(defaults, ())) == []


@pytest.mark.parametrize("kind", FaultKind)
def test_every_kind_of_fault_can_be_declared(kind: FaultKind) -> None:
    said = {"kind": str(kind), **{"code": {"code": -7}, "result": {"result": "1"}}.get(kind, {})}
    assert list(FAULT.problems(read_fault(said).plain(), ())) == []
