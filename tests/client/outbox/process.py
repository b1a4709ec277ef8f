"""A worker process for the tests: does one thing with an outbox, and is killed where it is told to be.

``python -m tests.client.outbox.process JSON`` with the keys url, account, password, endpoint, action, kill_at.
"""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
from pathlib import Path
from typing import Any

ROOT = Path(__file__).parents[3]


def start(**orders: Any) -> subprocess.Popen[str]:
    """Start one."""
    path = os.pathsep.join(filter(None, [str(ROOT), *map(str, sys.path), os.environ.get("PYTHONPATH")]))
    command = [sys.executable, "-m", "tests.client.outbox.process", json.dumps(orders)]
    return subprocess.Popen(
        command, cwd=ROOT, env={**os.environ, "PYTHONPATH": path}, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True,
    )


def main(orders: dict[str, Any]) -> None:
    from winnerlook import Client
    from winnerlook.outbox import Outbox

    def checkpoint(name: str) -> None:
        if name == orders.get("kill_at"):
            os.kill(os.getpid(), signal.SIGKILL)

    if orders["action"] == "init":
        Outbox(orders["url"]).init()
        return
    outbox = Outbox(orders["url"], checkpoint=checkpoint)
    with Client(orders["account"], orders["password"], endpoint=orders["endpoint"], binding="http") as client:
        if orders["action"] == "poll":
            outbox.poll(client)
        else:
            sys.stdout.write(str(outbox.drain(client, batch=orders.get("batch", 20)).accepted))


if __name__ == "__main__":
    main(json.loads(sys.argv[1]))
