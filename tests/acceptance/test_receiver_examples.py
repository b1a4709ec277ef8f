"""The examples of a receiver, each started as a program and pushed to through real HTTP."""

from __future__ import annotations

import os
import sqlite3
import subprocess
import sys
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path
from urllib.parse import urlencode

import pytest
import urllib3

EXAMPLES = Path(__file__).parents[2] / "examples"
SECRET = "s3cret-9f8e7d"
REPORTS = (
    '{"list": [{"phone": "15021750000", "receive_status": "DELIVRD", "receive_time": 1529466210680, "sub_no": "2400350000122303487",'
    ' "customer_uuid": "0000a8ae8c1544e8b5723d77882d1280"}], "account": "zhangsan", "type": 1}'
)
REPLIES = (
    '{"list": [{"dest_phone": "15021750000", "resp_content": "回复内容", "receive_time": 1529466210680, "show_num": "10690835400387",'
    ' "customer_uuid": "0000a8ae8c1544e8b5723d77882d1280"}], "account": "zhangsan", "type": 3}'
)


@pytest.fixture(params=["flask", "django", "fastapi"])
def url(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[str]:
    """Where the example takes pushes; its database cannot be made yet."""
    environment = {**os.environ, "WINNERLOOK_PUSH_SECRET": SECRET, "PUSHED_DATABASE": str(tmp_path / "later" / "pushed.sqlite")}
    with subprocess.Popen(
        [sys.executable, str(EXAMPLES / f"receive_{request.param}.py"), "0"], stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, text=True,
        cwd=tmp_path, env=environment,
    ) as process:
        try:
            assert process.stdout
            ready, _, address = process.stdout.readline().strip().partition(": ")
            assert ready == "ready"
            yield address + SECRET
        finally:
            process.kill()


def pushed(folder: Path) -> list[tuple[str, ...]]:
    with closing(sqlite3.connect(folder / "later" / "pushed.sqlite")) as database:
        return database.execute("SELECT * FROM pushed").fetchall()


def test_an_example(url: str, tmp_path: Path) -> None:
    """P1, P2, P3, P4: a failing handler has the gateway try again, and what comes twice is stored once."""
    with urllib3.PoolManager(retries=False) as pool:

        def post(body: str, content_type: str = "application/json", to: str = url) -> tuple[int, str]:
            answer = pool.request("POST", to, body=body.encode(), headers={"Content-Type": content_type})
            return answer.status, answer.data.decode()

        assert post(REPORTS)[0] == 500
        (tmp_path / "later").mkdir()
        assert post(REPORTS) == (200, "success")
        assert post(REPORTS) == (200, "success")
        assert post(urlencode({"json_str": REPLIES}), "application/x-www-form-urlencoded") == (200, "success")
        assert post("{}")[0] == 400
        assert post("x" * 5_000_000)[0] == 413
        assert post(REPORTS, to=url + "x")[0] == 404
        assert pool.request("GET", url).status == 405
    assert pushed(tmp_path) == [("zhangsan", "15021750000", "DELIVRD"), ("zhangsan", "15021750000", "回复内容")]


def test_every_example_of_a_receiver_is_tested() -> None:
    assert {path.stem for path in EXAMPLES.glob("receive_*.py")} == {"receive_flask", "receive_django", "receive_fastapi"}
