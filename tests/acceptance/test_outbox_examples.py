"""The examples of an outbox, each run as programs against a mock of their own account."""

from __future__ import annotations

import json
import os
import re
import signal
import subprocess
import sys
import time
import uuid
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

import psycopg
import pytest
import sqlalchemy as sa
import urllib3

from tests.client.outbox import postgres
from winnerlook import Client
from winnerlook.outbox import Outbox, State
from winnerlook_mock import MockAccount, MockServer

EXAMPLES = Path(__file__).parents[2] / "examples"
BIN = Path(sys.executable).parent
SECRET = "s3cret-9f8e7d"
PHONE = "13900000000"


@pytest.fixture
def environment(mock: MockServer, account: MockAccount) -> dict[str, str]:
    """What the programs read: the guard against other machines is among it."""
    mine = {
        "WINNERLOOK_ENDPOINT": mock.url, "WINNERLOOK_USER_CODE": account.user_code, "WINNERLOOK_USER_PASS": account.user_pass,
        "WINNERLOOK_BINDING": "http", "WINNERLOOK_PUSH_SECRET": SECRET, "PYTHONUNBUFFERED": "1",
    }
    return {**os.environ, **mine}


@pytest.fixture
def postgres_url(postgres_server: str) -> Iterator[str]:
    with postgres.database(postgres_server, f"shop{uuid.uuid4().hex}") as url:
        yield url


def run(*command: object, cwd: Path, env: dict[str, str]) -> subprocess.CompletedProcess[str]:
    return subprocess.run([*map(str, command)], cwd=cwd, env=env, capture_output=True, text=True, encoding="utf-8", check=False, timeout=99)


@contextmanager
def running(*command: object, cwd: Path, env: dict[str, str]) -> Iterator[subprocess.Popen[str]]:
    """A program with one stream; killed in the end, with what it had started."""
    with subprocess.Popen(
        [*map(str, command)], cwd=cwd, env=env, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True, start_new_session=True,
    ) as process:
        try:
            yield process
        finally:
            with suppress(ProcessLookupError):
                os.killpg(process.pid, signal.SIGKILL)


def line_with(process: subprocess.Popen[str], words: str) -> str:
    """The first line that has these words."""
    assert process.stdout
    seen = []
    for line in process.stdout:
        if words in line:
            return line.strip()
        seen.append(line)
    raise AssertionError("".join(seen))


def wait(ready: Callable[[], bool], what: str) -> None:
    end = time.monotonic() + 120
    while not ready():
        assert time.monotonic() < end, f"waited in vain for {what}"
        time.sleep(0.02)


def post(url: str, **request: object) -> tuple[int, object]:
    with urllib3.PoolManager(retries=False) as pool:
        answer = pool.request("POST", url, **request)
        return answer.status, json.loads(answer.data) if answer.headers["Content-Type"] == "application/json" else answer.data.decode()


class TestPlain:
    def test_it_sends_each_line_once_and_says_what_became_of_it(self, tmp_path, environment, account):
        self.write(tmp_path, 30)
        first = self.start(tmp_path, environment)
        assert (first.returncode, first.stdout.split("\n", 1)) == (0, ["30 new, 30 accepted", f"{'DELIVERED':16}{30:8}\n"])
        again = self.start(tmp_path, environment)
        assert (again.returncode, again.stdout.splitlines()[0]) == (0, "0 new, 0 accepted")
        assert len(account.messages) == 30
        account.assert_no_duplicates()

    def test_it_may_be_killed_and_started_again(self, tmp_path, environment, account, mock):
        """The one whose answer was lost is in doubt until its report; what had only been claimed is sent when the lease is over."""
        self.write(tmp_path, 60)
        account.fault("hang", operation="SendMsg", to="13900000005")
        command = (sys.executable, EXAMPLES / "outbox_plain.py", "messages.csv", "outbox.sqlite")
        with running(*command, cwd=tmp_path, env=environment):
            wait(lambda: len(account.messages) > 5, "the sixth message")
        account.clear_faults()
        again = self.start(tmp_path, environment)
        assert again.returncode == 0, again.stderr
        free = re.match(r"0 new, ([1-9][0-9]*) accepted\n", again.stdout)
        assert free, again.stdout
        with self.later(tmp_path, seconds=300) as outbox, Client(account.user_code, account.user_pass, endpoint=mock.url) as client:
            assert outbox.drain(client).accepted == 60 - 6 - int(free[1])
            outbox.poll(client)
            assert outbox.status().states == {State.DELIVERED: 60}
            outbox.verify()
        assert len(account.messages) == 60
        account.assert_no_duplicates()

    def test_it_says_that_a_person_should_look(self, tmp_path, environment, account):
        """C2: the account is held up; a line that is wrong is named and nothing taken in."""
        self.write(tmp_path, 2)
        account.fail_next("SendMsg", -3)
        done = self.start(tmp_path, environment)
        assert (done.returncode, done.stdout.splitlines()[-1]) == (
            1, f"{account.user_code} is held up: STOPPED, the gateway answered -3",
        )
        (tmp_path / "messages.csv").write_text("id,phone,text\n7,1390000000x,您好【测试】\n", "utf-8")
        done = self.start(tmp_path, environment)
        assert done.returncode == 2
        assert "message 0 " in done.stderr

    def start(self, folder: Path, environment: dict[str, str]) -> subprocess.CompletedProcess[str]:
        return run(sys.executable, EXAMPLES / "outbox_plain.py", "messages.csv", "outbox.sqlite", cwd=folder, env=environment)

    def write(self, folder: Path, lines: int) -> None:
        rows = "".join(f"{number},139{number:08},第{number}号【测试】\n" for number in range(lines))
        (folder / "messages.csv").write_text("id,phone,text\n" + rows, "utf-8-sig")

    def later(self, folder: Path, seconds: float) -> Outbox:
        return Outbox(f"sqlite:///{folder / 'outbox.sqlite'}", clock=lambda: time.time() + seconds)


class TestWorker:
    def test_it_sends_and_prints_replies_until_it_is_stopped(self, tmp_path, environment, account):
        database = f"sqlite:///{tmp_path / 'outbox.sqlite'}"
        command = (sys.executable, EXAMPLES / "outbox_worker.py", database)
        with running(*command, cwd=tmp_path, env=environment) as worker, Outbox(database, account=account.user_code) as outbox:
            assert line_with(worker, "works for") == f"works for {account.user_code}"
            outbox.put(PHONE, "您的订单A-1已收到【测试】", reference="A-1")
            account.wait_for(to=PHONE, contains="您的订单", timeout=120)
            account.reply(PHONE, "退订")
            assert line_with(worker, "退订") == "A-1: 退订"
            worker.terminate()
            assert worker.wait(timeout=120) == 0
            assert outbox.replies(taken=False) == []


class TestDjango:
    @pytest.fixture(params=["sqlite", "postgresql"])
    def shop(self, request: pytest.FixtureRequest, tmp_path: Path, environment: dict[str, str]) -> dict[str, str]:
        """The environment of a shop on each database."""
        if request.param == "sqlite":
            return {**environment, "SHOP_DATABASE": str(tmp_path / "shop.sqlite")}
        parts = psycopg.conninfo.conninfo_to_dict(request.getfixturevalue("postgres_url"))
        return {**environment, "PGHOST": str(parts["host"]), "PGUSER": str(parts["user"]), "PGDATABASE": str(parts["dbname"])}

    def test_an_order_and_its_sms_are_one(self, shop, tmp_path, account):
        """P1, P4: the worker sends what was committed, the gateway's push says what became of it; what was rolled back is not sent."""
        project = EXAMPLES / "outbox_django"
        migrated = run(sys.executable, project / "manage.py", "migrate", "--verbosity=0", cwd=project, env=shop)
        assert migrated.returncode == 0, migrated.stderr
        serve = (BIN / "waitress-serve", "--listen=127.0.0.1:0", "shop.wsgi:application")
        with running(*serve, cwd=project, env=shop) as server:
            url = line_with(server, "Serving on").rpartition(" ")[2]
            assert post(f"{url}/orders", fields={"product": "1", "phone": "139"})[0] == 400
            assert post(f"{url}/orders", fields={"product": "1", "phone": PHONE})[0] == 201
            assert post(f"{url}/orders", fields={"product": "1", "phone": PHONE}) == (409, {"error": "sold out"})
            account.configure(report_url=f"{url}/push/{SECRET}")
            with running(sys.executable, project / "manage.py", "send_sms", cwd=project, env=shop) as worker:
                account.wait_for(to=PHONE, contains="您的订单", timeout=120)
                with Outbox(self.url(shop)) as outbox:
                    wait(lambda: outbox.status().states == {State.DELIVERED: 1}, "the push of its report")
                worker.terminate()
                assert worker.wait(timeout=120) == 0
        assert len(account.messages) == 1
        assert self.orders(shop) == 1

    def orders(self, shop: dict[str, str]) -> int:
        engine = sa.create_engine(self.url(shop).replace("postgresql:", "postgresql+psycopg:"))
        with engine.connect() as connection:
            count = connection.execute(sa.text("SELECT count(*) FROM shop_order")).scalar_one()
        engine.dispose()
        return count

    def url(self, shop: dict[str, str]) -> str:
        if "PGDATABASE" not in shop:
            return f"sqlite:///{shop['SHOP_DATABASE']}"
        return f"postgresql://{shop['PGUSER']}@/{shop['PGDATABASE']}?host={shop['PGHOST']}"


class TestFastApiAndCelery:
    def test_an_order_and_its_sms_are_one(self, tmp_path, environment, account):
        """A real Celery worker with beat, on a broker of files."""
        project = EXAMPLES / "outbox_fastapi_celery"
        shop = {**environment, "SHOP_DATABASE": f"sqlite:///{tmp_path / 'shop.sqlite'}", **self.broker(tmp_path)}
        shop["PYTHONPATH"] = os.pathsep.join([str(project), environment["PYTHONPATH"]])
        made = run(sys.executable, project / "store.py", cwd=tmp_path, env=shop)
        assert made.returncode == 0, made.stderr
        worker = (BIN / "celery", "-A", "tasks", "worker", "-Q", "sms", "--beat", "--concurrency=2", "--loglevel=INFO")
        serve = (BIN / "uvicorn", "web:app", "--port=0")
        with running(*worker, cwd=tmp_path, env=shop) as celery, running(*serve, cwd=tmp_path, env=shop) as web:
            url = next(word for word in line_with(web, "running on").split() if word.startswith("http"))
            order = {"number": "A-1", "phone": PHONE}
            assert post(f"{url}/orders", json={**order, "phone": "139"})[0] == 422
            assert post(f"{url}/orders", json=order) == (201, {"order": "A-1"})
            assert post(f"{url}/orders", json=order)[0] == 409
            line_with(celery, "tasks.poll")
            with Outbox(shop["SHOP_DATABASE"]) as outbox:
                wait(lambda: outbox.status().states == {State.DELIVERED: 1}, "its report")
        assert [message.text for message in account.messages] == ["您的订单A-1已收到【测试】"]

    def test_an_order_does_not_wait_for_the_broker(self, tmp_path, environment):
        """Nothing listens where the broker should be: the order is taken, its SMS waits in the outbox."""
        project = EXAMPLES / "outbox_fastapi_celery"
        database = f"sqlite:///{tmp_path / 'shop.sqlite'}"
        shop = {**environment, "SHOP_DATABASE": database, "CELERY_BROKER_URL": "amqp://guest@127.0.0.1:1//"}
        assert run(sys.executable, "store.py", cwd=project, env=shop).returncode == 0
        with running(BIN / "uvicorn", "web:app", "--port=0", cwd=project, env=shop) as web, Outbox(database) as outbox:
            url = next(word for word in line_with(web, "running on").split() if word.startswith("http"))
            assert post(f"{url}/orders", json={"number": "A-1", "phone": PHONE}) == (201, {"order": "A-1"})
            assert outbox.status().states == {State.QUEUED: 1}

    def broker(self, folder: Path) -> dict[str, str]:
        """Files in the folder that all run in; by default what one writes is not where the others read."""
        (folder / "data_in").mkdir()
        (folder / "data_out").symlink_to("data_in")
        return {"CELERY_BROKER_URL": "filesystem://"}


def test_every_example_of_an_outbox_is_tested() -> None:
    tested = {"outbox_plain.py", "outbox_worker.py", "outbox_django", "outbox_fastapi_celery"}
    assert {path.name for path in EXAMPLES.glob("outbox_*")} == tested
