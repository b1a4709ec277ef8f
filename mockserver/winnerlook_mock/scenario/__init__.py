"""Scenarios: a TOML file that says what a mock holds, what goes wrong in it, and when."""

from winnerlook_mock.scenario.problems import Problem, ScenarioError
from winnerlook_mock.scenario.scenario import Scenario

__all__ = ["Problem", "Scenario", "ScenarioError"]
