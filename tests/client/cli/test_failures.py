"""Exit codes that tell certainty apart, and errors that tell no secret."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path

import pytest

from tests.client.cli.conftest import Outcome, Run
from tests.client.raw_server import ENVELOPES, RawServer, answering, envelope, http, read_request, reset
from winnerlook._transport.sync import SyncTransport
from winnerlook.cli import exits
from winnerlook.cli.output import Output, OutputClosedError
from winnerlook_mock.account import MockAccount

PASSWORD, NUMBER, TEXT = "canary-password", "13987654321", "canary 密文 text"
REFUSING = "http://127.0.0.1:1"


def error_of(outcome: Outcome) -> dict[str, object]:
    return json.loads(outcome.out)["error"]


@pytest.mark.parametrize(
    ("code", "expected", "certainty"), [(-3, 3, "rejected"), (-16, 3, "rejected"), (-1, 5, "unknown"), (-99, 5, "unknown")]
)
def test_a_failure_code(run: Run, account: MockAccount, code: int, expected: int, certainty: str) -> None:
    """F5, C1, C2, C11: -1 and codes that the document does not list prove nothing about a send."""
    account.answer_next("SendMsg", str(code))
    outcome = run("send", NUMBER, TEXT, "--json", "--retries", "0")
    assert outcome.code == expected
    error = error_of(outcome)
    assert set(error) == {"code", "meaning", "certainty", "operation", "message", "kind"}
    assert (error["code"], error["certainty"], error["operation"]) == (code, certainty, "SendMsg")


def test_no_connection(run: Run, configured) -> None:
    configured(REFUSING)
    outcome = run("send", NUMBER, TEXT)
    assert outcome.code == 4
    assert outcome.out == ""
    assert "safe to repeat" in outcome.err
    assert error_of(run("send", NUMBER, TEXT, "--json"))["kind"] == "ConnectError"


@pytest.mark.parametrize(
    ("arguments", "advice"),
    [
        (["send", NUMBER, TEXT], "do not repeat it blindly"),
        (["send-many", TEXT, NUMBER], "blindly what is unknown"),
        (["reports"], "may have handed out records"),
        (["balance"], "asking again does no harm"),
    ],
)
def test_a_lost_connection(run: Run, configured, arguments: list[str], advice: str) -> None:
    """The gateway read the request and hung up: it may have been done, and standard error says what that means for this command."""

    def behaviour(connection) -> None:
        read_request(connection)
        reset(connection)

    with RawServer(behaviour) as server:
        configured(server.url)
        outcome = run(*arguments)
    assert outcome.code == 5
    assert advice in outcome.err


def test_an_unreadable_receipt_is_unknown(run: Run, configured) -> None:
    with RawServer(answering(envelope("SendMsg", "ok"))) as server:
        configured(server.url)
        assert run("send", NUMBER, TEXT).code == 5


def test_missing_settings(run: Run) -> None:
    outcome = run("balance")
    assert outcome.code == 2
    assert "WINNERLOOK_ENDPOINT" in outcome.err
    assert error_of(run("balance", "--json"))["kind"] == "ConfigurationError"


@pytest.mark.parametrize(
    "arguments",
    [
        [], ["nothing"], ["send"], ["send", NUMBER], ["send", NUMBER, TEXT, "more"], ["send", NUMBER, TEXT, "--nothing"],
        ["send", NUMBER, TEXT, "--uuid"], ["send", NUMBER, TEXT, "--json=1"], ["send-each", "no equals"],
        ["send-each", "--from", "missing"],
        ["send-many", "-", "--numbers-from", "-"], ["send-many", TEXT], ["--user-pass", "a", "--user-pass-file", "b", "balance"],
        ["send", NUMBER, TEXT, "--uui", "x"],
    ],
)
def test_wrong_usage(run: Run, configured, arguments: list[str]) -> None:
    """Exit 2, one line, no traceback, in JSON where that is asked for."""
    configured(REFUSING)
    outcome = run(*arguments)
    assert outcome.code == 2, outcome
    assert outcome.out == ""
    assert outcome.err.startswith("winnerlook: ")
    if "--json=1" not in arguments:
        assert error_of(run("--json", *arguments))["certainty"] == "not sent"


@pytest.mark.parametrize(
    "content",
    [
        '{"number": "1", "text": 2}', '{"number": "1"}', "[1]", '["1", null]', "{", "1,2,3", '1,"a', "number,text\n1",
        b"\xff\xfe1,2", "[[1,2]]", '{"phone": 13900000000, "text": "a"}',
    ],
)
def test_wrong_files(run: Run, configured, tmp_path: Path, content: str | bytes) -> None:
    configured(REFUSING)
    (tmp_path / "pairs").write_bytes(content if isinstance(content, bytes) else content.encode())
    outcome = run("send-each", "--from", "pairs")
    assert outcome.code == 2
    assert "line " in outcome.err or "UTF-8" in outcome.err


def test_a_bare_word_count_helps(run: Run) -> None:
    assert "quotes" in run("send", NUMBER, "two", "words").err
    assert "--nothing" in run("send", NUMBER, "two", "--nothing=" + PASSWORD).err


FAULT = http(
    f'<e:Envelope xmlns:e="{ENVELOPES["soap11"]}"><e:Body><e:Fault><faultcode>e:Server</faultcode>'
    f"<faultstring>\x7f{PASSWORD} {NUMBER} {TEXT}</faultstring></e:Fault></e:Body></e:Envelope>".encode(),
    status="500 Error",
)
ANSWERS = [
    FAULT, http(f"{PASSWORD} {NUMBER} {TEXT}".encode()), http(f"{NUMBER} {TEXT}".encode(), status="500 Error"),
    envelope("SendMsg", f"{NUMBER} {TEXT}"), envelope("SendMsg", "-99"), envelope("GetReport2Connect", f"{NUMBER} {TEXT}"),
    envelope("GetMo2Connect", f"{NUMBER}|,|{TEXT}"),
]
COMMANDS = [
    ["send", NUMBER, TEXT], ["send", NUMBER, TEXT, "--encrypted"], ["send-many", TEXT, NUMBER], ["send-each", f"{NUMBER}={TEXT}"],
    ["reports"], ["replies"], ["call", "SendMsg", f"DesNo={NUMBER}", f"Msg={TEXT}"],
]


@pytest.mark.parametrize("answer", ANSWERS)
def test_nothing_confidential_on_standard_error(run: Run, configured, answer: bytes) -> None:
    """L2: password, number and text never reach standard error, whatever the gateway answers, quotes of them included."""
    with RawServer(answering(answer)) as server:
        configured(server.url)
        for command in COMMANDS:
            silent(run("--user-pass", PASSWORD, *command))


@pytest.mark.parametrize(
    "arguments",
    [
        [NUMBER], [TEXT], ["send", NUMBER, TEXT, TEXT], ["send", NUMBER, TEXT, NUMBER], ["send", NUMBER, TEXT, f"--{TEXT}"],
        ["send", NUMBER, TEXT, f"--json={TEXT}"], ["send", NUMBER + ",1", TEXT], ["send", NUMBER, TEXT + "\x01"],
        ["send", NUMBER, TEXT, "--sms-type", TEXT], ["send", NUMBER, TEXT, "--extension", NUMBER * 2],
        ["send", NUMBER, TEXT, "--uuid", TEXT * 9],
        ["send-each", NUMBER], ["send-each", f"{NUMBER}={TEXT}|~|"], ["call", NUMBER], ["call", "SendMsg", f"{NUMBER}={TEXT}"],
        ["send", NUMBER, TEXT, "--encrypted", "--uuid", TEXT], ["send", NUMBER, TEXT + "😀", "--encrypted"], ["send", NUMBER, TEXT],
        ["--endpoint", f"http://user:{PASSWORD}@127.0.0.1", "send", NUMBER, TEXT],
    ],
)
def test_nothing_confidential_in_refusals(run: Run, configured, arguments: list[str]) -> None:
    """L2: what is refused before sending is not repeated either."""
    configured(REFUSING)
    outcome = run("--user-pass", PASSWORD, *arguments)
    assert outcome.code in {2, 4}
    silent(outcome)


def silent(outcome: Outcome) -> None:
    assert not [secret for secret in (PASSWORD, NUMBER, TEXT, TEXT.split()[1]) if secret in outcome.err], outcome.err
    assert PASSWORD not in outcome.out.replace(f"{PASSWORD} {NUMBER}", "")
    assert "Traceback" not in outcome.err
    assert all(line.isprintable() for line in outcome.err.splitlines())


@pytest.mark.parametrize(
    ("command", "told"), [(["send", NUMBER, TEXT], "may have been sent"), (["reports"], "handed out"), (["balance"], "no harm")],
)
def test_interrupted(run: Run, configured, monkeypatch: pytest.MonkeyPatch, command: list[str], told: str) -> None:
    configured(REFUSING)
    monkeypatch.setattr(SyncTransport, "exchange", raising(KeyboardInterrupt()))
    outcome = run(*command)
    assert outcome.code == 130
    assert told in outcome.err
    error = error_of(run(*command, "--json"))
    assert (error["kind"], error["certainty"]) == ("Interrupted", "unknown")


def test_interrupted_before_anything_was_sent(run: Run, configured, monkeypatch: pytest.MonkeyPatch) -> None:
    configured(REFUSING)
    monkeypatch.setattr("winnerlook.cli.inputs.Inputs.text", raising(KeyboardInterrupt()))
    assert error_of(run("send", NUMBER, "-", "--json"))["certainty"] == "not sent"


def test_an_error_of_the_command_itself(run: Run, configured, monkeypatch: pytest.MonkeyPatch) -> None:
    """L2: only its kind and place are told; during a send it leaves the outcome unknown."""
    configured(REFUSING)
    monkeypatch.setattr(SyncTransport, "exchange", raising(ZeroDivisionError(TEXT)))
    outcome = run("send", NUMBER, TEXT)
    assert outcome.code == 5
    assert "ZeroDivisionError at test_failures.py" in outcome.err
    silent(outcome)
    monkeypatch.setattr("winnerlook.cli.invocation.Invocation.client", raising(ZeroDivisionError(TEXT)))
    assert run("send", NUMBER, TEXT).code == 1


@pytest.mark.parametrize("command", [["send", NUMBER, TEXT], ["send-many", TEXT, NUMBER], ["send-many", TEXT, NUMBER, "--json"]])
def test_a_receipt_that_could_not_be_printed(run: Run, account: MockAccount, monkeypatch: pytest.MonkeyPatch, command: list[str]) -> None:
    monkeypatch.setattr(Output, "line", raising(OutputClosedError()))
    outcome = run(*command)
    assert outcome.code == 141
    assert account.messages[0].batch_number in outcome.err


def raising(error: BaseException) -> Callable[..., None]:
    def raise_it(*_: object, **__: object) -> None:
        raise error

    return raise_it


def test_exit_codes_are_explained() -> None:
    for code in (value for name, value in vars(exits).items() if name.isupper() and isinstance(value, int)):
        assert f"\n  {code} " in exits.EXPLAINED
