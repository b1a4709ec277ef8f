"""The JSON Schema of scenarios, for editors: what `scenario.schema.json` beside this file holds."""

from __future__ import annotations

import json

from winnerlook_mock.scenario.declared import SCENARIO
from winnerlook_mock.scenario.shapes import JsonSchema


def scenario_schema() -> JsonSchema:
    """Draft 2020-12."""
    definitions = {table.name: table.definition() for table in SCENARIO.tables()}
    whole = definitions.pop(SCENARIO.name)
    return {
        "$schema": "https://json-schema.org/draft/2020-12/schema",
        "title": "Scenario of winnerlook-mock",
        **whole,
        "$defs": dict(sorted(definitions.items())),
    }


def written() -> str:
    """The schema as the file has it."""
    return json.dumps(scenario_schema(), ensure_ascii=False, indent=2) + "\n"
