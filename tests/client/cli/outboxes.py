"""What tests of ``winnerlook outbox`` say again and again."""

from __future__ import annotations

import json
from typing import Any

from tests.client.cli.conftest import Outcome, Run

PHONE, TEXT = "13900000000", "您的验证码是:2345【测试】"


def read(outcome: Outcome) -> Any:
    """What ``--json`` has printed."""
    return json.loads(outcome.out)


def put(box: Run, *options: str) -> str:
    """Put one: its id."""
    return str(read(box("put", PHONE, TEXT, "--json", *options))["id"])
