"""The ``winnerlook-mock`` command, run as a program."""

from __future__ import annotations

import json
import os
import signal
import socket
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from decimal import Decimal
from importlib import import_module
from pathlib import Path

import pytest
import urllib3

from winnerlook import Client, ThrottledError, __version__
from winnerlook_mock.cli import main, options, serving
from winnerlook_mock.extra import needed
from winnerlook_mock.readiness import NotReadyError, wait_until_ready


@contextmanager
def running(*arguments: str, **environment: str) -> Iterator[tuple[subprocess.Popen[str], str, list[str]]]:
    command = [sys.executable, "-m", "winnerlook_mock", "serve", "--port", "0", *arguments]
    with subprocess.Popen(
        command, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True, encoding="utf-8", env={**os.environ, **environment},
    ) as process:
        assert process.stdout is not None
        banner = []
        for line in process.stdout:
            banner.append(line.rstrip())
            if line.startswith("  stop"):
                break
        try:
            yield process, next(line.split()[1] for line in banner if line.startswith("  endpoint")), banner
        finally:
            process.kill()


def test_the_version_is_the_packages_own(capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit) as ended:
        main(["--version"])
    assert ended.value.code == 0
    assert capsys.readouterr().out == f"winnerlook-mock {__version__}\n"


def test_serve_tells_where_it_is_and_what_to_try():
    """A3, and the default account."""
    with running() as (_, endpoint, banner), Client("demo", "demo-pass", endpoint=endpoint, balance_interval=0, retries=0) as sms:
        assert f"  WSDL      {endpoint}/winnerrxd/api/ws/trigger?wsdl" in banner
        assert sms.balance() == 10_000
        with pytest.raises(ThrottledError):  # R2 holds by default
            sms.balance()
        assert urllib3.request("GET", endpoint + "/_mock/readyz").status == 200


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM])
def test_serve_stops_cleanly(number):
    with running() as (process, endpoint, _), socket.create_connection(("127.0.0.1", int(endpoint.rpartition(":")[2]))) as idle:
        process.send_signal(number)
        assert process.wait(10) == 0
        assert process.stderr is not None
        assert process.stderr.read() == ""
        assert idle.recv(1) == b""


def test_flags_go_before_the_environment():
    environment = {"WINNERLOOK_MOCK_BALANCE_INTERVAL": "60", "WINNERLOOK_MOCK_ACCOUNT": "shop:secret-tag:12.5 other:pass"}
    with running("--balance-interval", "0", **environment) as (_, endpoint, banner):
        assert "secret-tag" not in "\n".join(banner)
        with Client("shop", "secret-tag", endpoint=endpoint, balance_interval=0, retries=0) as sms:
            assert [str(sms.balance()) for _ in range(2)] == ["12.5", "12.5"]


def test_replay_answers_anyone_with_the_documents_samples():
    with running("--replay") as (_, endpoint, _banner), Client("anyone", "anything", endpoint=endpoint) as sms:
        assert sms.balance() == 100
        assert sms.send("13900000000", "text").batch_number == "2200001476358475197"


def test_a_host_others_can_reach_is_warned_about():
    with running("--host", "0.0.0.0") as (process, endpoint, _):
        assert endpoint.startswith("http://127.0.0.1:")
        process.terminate()
        assert process.stderr is not None
        assert "others can reach this mock" in process.stderr.read()


@pytest.mark.parametrize(
    ("arguments", "code", "words"),
    [
        (["serve", "--port", "many"], 2, "invalid int value"),
        (["serve", "--port", "70000"], 1, "ports are 0 to 65535"),
        (["serve", "--host", "192.0.2.1"], 1, "cannot listen on 192.0.2.1"),
        (["serve", "--account", "demo"], 2, "CODE:PASS"),
        (["serve", "--account", "a:"], 2, "CODE:PASS"),
        (["serve", "--account", "a:b:-5"], 1, "balance"),
        (["serve", "--account", "code-7:x"], 1, "reserved"),
        (["serve", "--account", "a:b", "--account", "a:c"], 1, "already"),
        (["serve", "--balance-interval", "-1"], 1, "balance_interval"),
        (["serve", "--https-port", "many"], 2, "invalid int value"),
        (["serve", "--https-port", "70000"], 1, "ports are 0 to 65535"),
        (["serve", "--cert", "no-such.pem"], 1, "https_port"),
        (["serve", "--https-port", "0", "--cert", "no-such.pem"], 1, "no-such.pem cannot be read"),
        (["serve", "--https-port", "0", "--key", "no-such.pem"], 1, "without its certificate"),
        ([], 2, "COMMAND"),
        (["wait", "notaurl"], 2, "an address like http://127.0.0.1:8118"),
        (["wait", "127.0.0.1:8118"], 2, "an address like"),
        (["wait", "http://127.0.0.1:70000"], 2, "an address like"),
        (["wait", "http://127.0.0.1:1", "--timeout", "nan"], 2, "seconds are a number"),
        (["wait", "http://127.0.0.1:1", "--timeout", "inf"], 2, "seconds are a number"),
        (["wait", "http://127.0.0.1:1", "--timeout", "-1"], 2, "seconds are a number"),
        (["wait", "http://127.0.0.1:1", "--timeout", "soon"], 2, "seconds are a number"),
    ],
)
def test_wrong_usage_is_told(arguments, code, words):
    done = subprocess.run([sys.executable, "-m", "winnerlook_mock", *arguments], capture_output=True, text=True, timeout=20, check=False)
    assert (done.returncode, words in done.stderr, "Traceback" in done.stderr) == (code, True, False), done.stderr


SLIPS = [
    ["serve", "--acount", "shop:PWTAG"], ["serve", "--acount=shop:PWTAG"], ["serve", "--acc", "shop:PWTAG"], ["serve", "shop:PWTAG"],
    ["shop:PWTAG"], ["shop (choose from PWTAG"], ["serve", "--account", "PWTAG"], ["serve", "--account", ":PWTAG"],
    ["serve", "--port", "PWTAG"], ["serve", "--port", "shop\nPWTAG"], ["serve", "--replay=PWTAG"], ["serve", "--balance-interval", "PWTAG"],
    ["codes", "--account", "shop:PWTAG"], ["wait", "PWTAG"], ["wait", "http://127.0.0.1:1", "--timeout", "PWTAG"],
]


@pytest.mark.parametrize("arguments", SLIPS, ids=" ".join)
def test_a_slip_does_not_repeat_what_was_typed(arguments, capfd):
    """L2: a password may stand wherever a flag was mistyped."""
    assert main(arguments) == 2
    told = capfd.readouterr()
    assert told.err.startswith("winnerlook-mock: ")
    assert "PWTAG" not in told.out + told.err


@pytest.mark.parametrize(
    ("variable", "text"), [("ACCOUNT", "PWTAG"), ("ACCOUNT", "shop:pass :PWTAG"), ("REPLAY", "maybe-PWTAG"), ("STRICT_LIMITS", "2-PWTAG")],
)
def test_a_wrong_variable_is_refused_by_the_command_that_reads_it(variable, text, monkeypatch, capfd):
    """L2: named, not quoted; the other commands do without it."""
    monkeypatch.setenv(f"WINNERLOOK_MOCK_{variable}", text)
    assert main(["serve", "--port", "0"]) == 2
    told = capfd.readouterr().err
    assert f"WINNERLOOK_MOCK_{variable}" in told
    assert "PWTAG" not in told
    assert main(["codes"]) == 0


@pytest.mark.parametrize(("text", "switch"), [("", False), ("0", False), ("No", False), ("off", False), ("1", True), ("TRUE", True)])
def test_a_switch_may_be_in_the_environment(text, switch, monkeypatch):
    """R4-R6: and the flag goes before it, in both directions."""
    monkeypatch.setenv("WINNERLOOK_MOCK_STRICT_LIMITS", text)
    assert options.switch("strict-limits", given=None) is switch
    assert options.switch("strict-limits", given=True) is True
    assert options.switch("strict-limits", given=False) is False


@pytest.mark.parametrize(
    ("text", "user_pass", "balance"),
    [
        ("shop:secret", "secret", "10000"), ("shop:secret:12.5", "secret", "12.5"), ("shop:12", "12", "10000"), ("shop:12:34", "12", "34"),
        ("shop:a:b", "a:b", "10000"), ("shop:a:b:7", "a:b", "7"), ("shop:a:7:10000", "a:7", "10000"), ("shop:a:much", "a:much", "10000"),
        ("shop:a:NaN", "a:NaN", "10000"), ("shop:a:1e9", "a:1e9", "10000"), ("shop:a:", "a:", "10000"), ("shop::5", ":5", "10000"),
    ],
)
def test_a_password_may_hold_colons(text, user_pass, balance):
    """What follows the last colon is the balance if it is a number."""
    assert serving.account(text) == ("shop", user_pass, Decimal(balance))


def test_flags_replace_the_accounts_of_the_environment(monkeypatch):
    monkeypatch.setenv("WINNERLOOK_MOCK_ACCOUNT", "one:p two:p")
    assert [code for code, _, _ in options.several("account", None, serving.account)] == ["one", "two"]
    assert options.several("account", [serving.account("three:p")], serving.account) == [("three", "p", Decimal(10_000))]


@pytest.mark.parametrize("arguments", [["codes"], ["codes", "--json"]])
def test_output_that_nobody_reads_is_no_error(arguments):
    """As in ``winnerlook-mock codes | head -3``."""
    reading, writing = os.pipe()
    os.close(reading)
    command = [sys.executable, "-m", "winnerlook_mock", *arguments]
    try:
        done = subprocess.run(command, stdout=writing, stderr=subprocess.PIPE, text=True, timeout=60, check=False)
    finally:
        os.close(writing)
    assert (done.returncode, done.stderr) == (141, "")


WITHOUT = "import sys; sys.modules[{module!r}] = None; "


@pytest.mark.parametrize("module", ["uvicorn", "httptools", "spyne"])
def test_a_missing_extra_is_told_by_the_command(module):
    program = WITHOUT.format(module=module) + "from winnerlook_mock.cli import main; sys.exit(main(['serve', '--port', '0']))"
    done = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, timeout=60, check=False)
    assert done.returncode == 1
    assert "pip install 'winnerlook[mock]'" in done.stderr
    assert module in done.stderr
    assert "Traceback" not in done.stderr


def test_a_missing_extra_is_an_import_error():
    """It names the module; what the extra is not needed for works without."""
    program = WITHOUT.format(module="uvicorn") + """
from winnerlook_mock import Clock, Settings
from winnerlook_mock.cli import main, options, serving
from winnerlook_mock.extra import needed
try:
    from winnerlook_mock import MockServer
except ImportError as error:
    assert error.name == "uvicorn"
    print(error)
assert main(["codes"]) == 0
"""
    done = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, timeout=60, check=False)
    assert done.returncode == 0, done.stderr
    assert done.stdout.startswith("the mock server needs the extra: pip install 'winnerlook[mock]'")


def test_a_module_of_our_own_that_is_missing_is_no_missing_extra():
    with pytest.raises(ModuleNotFoundError) as error:
        with needed():
            import_module("winnerlook_mock.no_such_module")
    assert type(error.value) is ModuleNotFoundError


def test_a_taken_port_is_told():
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = str(taken.getsockname()[1])
        command = [sys.executable, "-m", "winnerlook_mock", "serve", "--port", port]
        done = subprocess.run(command, capture_output=True, text=True, timeout=20, check=False)
    assert done.returncode == 1
    assert f"port {port} on 127.0.0.1 is taken" in done.stderr
    assert "choose another" in done.stderr


def test_codes_prints_both_tables(capsys):
    """C1-C28, R15."""
    assert main(["codes"]) == 0
    lines = capsys.readouterr().out.splitlines()
    assert any(line.startswith("-54   19900000054  code-54") for line in lines)
    assert any(line.startswith("19800000099  (none)") for line in lines)
    assert main(["codes", "--json"]) == 0
    tables = json.loads(capsys.readouterr().out)
    assert len(tables["codes"]) == 28
    assert {"recipient": "19800000001", "status": "UNDELIV", "meaning": "could not be delivered", "delay": 0.0} in tables["deliveries"]


def test_serve_answers_https_too(tmp_path):
    """A2, H3: the banner says where, and which CA to trust; a flag goes before its variable."""
    environment = {"WINNERLOOK_MOCK_HTTPS_PORT": "0", "WINNERLOOK_MOCK_CA_FILE": str(tmp_path / "variable.pem")}
    with running("--ca-file", str(tmp_path / "ca.pem"), **environment) as (process, _, banner):
        https, ca_file = (next(line.split()[-1] for line in banner if line.startswith(word)) for word in ("  https", "  CA file"))
        assert ca_file == str(tmp_path / "ca.pem")
        with urllib3.PoolManager(ca_certs=ca_file) as pool:
            assert pool.request("GET", https + "/_mock/readyz").status == 200
        process.terminate()
        assert process.wait(10) == 0
    assert [path.name for path in tmp_path.iterdir()] == ["ca.pem"]


def test_serve_removes_a_ca_file_of_its_own():
    with running("--https-port", "0") as (process, _, banner):
        ca_file = next(line.split()[-1] for line in banner if line.startswith("  CA file"))
        assert Path(ca_file).exists()
        process.terminate()
        assert process.wait(10) == 0
    assert not Path(ca_file).exists()


def test_help_names_every_variable(capsys):
    with pytest.raises(SystemExit) as stopped:
        main(["serve", "--help"])
    assert stopped.value.code == 0
    text = " ".join(capsys.readouterr().out.split())
    for variable in ("HOST", "PORT", "ACCOUNT", "REPLAY", "BALANCE_INTERVAL", "STRICT_LIMITS", "HTTPS_PORT", "CA_FILE", "CERT", "KEY"):
        assert f"WINNERLOOK_MOCK_{variable}" in text


def test_wait_returns_when_the_mock_is_ready():
    with running() as (_, endpoint, _banner):
        assert main(["wait", endpoint]) == 0


def test_wait_gives_up(capsys):
    with socket.create_server(("127.0.0.1", 0)) as silent:
        url = f"http://127.0.0.1:{silent.getsockname()[1]}"
    with pytest.raises(NotReadyError, match="nothing answers"):
        wait_until_ready(url, timeout=0.1)
    assert main(["wait", url, "--timeout", "0.1"]) == 1
    assert url in capsys.readouterr().err


def test_delivery_is_set_from_outside():
    """O6: a delay from the environment; nothing is there to be polled for an hour."""
    with running(WINNERLOOK_MOCK_DELIVERY_DELAY="3600") as (_, endpoint, _), Client("demo", "demo-pass", endpoint=endpoint) as sms:
        sms.send("13900000000", "您的验证码是:2345【测试】")
        assert list(sms.reports()) == []


def test_receipts_are_pushed_where_the_flag_says():
    """P1: to a receiver on this machine."""
    with socket.create_server(("127.0.0.1", 0)) as receiver:
        url = f"http://127.0.0.1:{receiver.getsockname()[1]}/push"
        with running("--report-url", url) as (_, endpoint, _), Client("demo", "demo-pass", endpoint=endpoint) as sms:
            sms.send("13900000000", "您的验证码是:2345【测试】", customer_uuid="order-42")
            receiver.settimeout(30)
            connection, _ = receiver.accept()
            with connection, connection.makefile("rb") as request:
                connection.settimeout(30)
                assert request.readline() == b"POST /push HTTP/1.1\r\n"
                length = next(int(line.split(b":")[1]) for line in request if line.lower().startswith(b"content-length"))
                while request.readline() != b"\r\n":
                    pass
                assert json.loads(request.read(length))["list"][0]["customer_uuid"] == "order-42"
                connection.sendall(b"HTTP/1.1 200 OK\r\ncontent-length: 7\r\n\r\nsuccess")


@pytest.mark.parametrize(
    ("arguments", "told"),
    [
        (["--delivery-delay", "soon"], "delivery_delay is seconds from 0 on"),
        (["--report-url", "ftp://127.0.0.1/"], "report_url and reply_url are addresses"),
        (["--push-network", "everywhere"], "a network is an address"),
        (["--report-url", "http://192.0.2.1/push"], "pushes go to this machine only"),
    ],
)
def test_a_wrong_setting_is_told(arguments, told, capsys):
    """P1: before anything listens."""
    assert main(["serve", "--port", "0", *arguments]) in {1, 2}
    assert told in capsys.readouterr().err
