"""What is wrong with a scenario is told with file, line, path, and what would be right; all of it at once."""

from __future__ import annotations

import pickle
from pathlib import Path

import pytest

from winnerlook_mock import Scenario, ScenarioError
from winnerlook_mock.scenario import Problem

START = "[clock]\nstart = 2026-11-23T09:00:00+08:00\n"
ACCOUNT = '[[accounts]]\nname = "shop"\npassword = "PWTAG"\n'


def wrong(text: str) -> list[Problem]:
    with pytest.raises(ScenarioError) as error:
        Scenario.loads(text, "file.toml")
    return list(error.value.problems)


def only(text: str) -> Problem:
    (problem,) = wrong(text)
    assert problem.file == "file.toml"
    return problem


@pytest.mark.parametrize(
    ("text", "line", "path", "said"),
    [
        ("colour = 1", 1, "colour", "there is no colour in a scenario"),
        ("[[acounts]]", 1, "acounts", "did you mean accounts?"),
        ("[account]", 1, "account", "did you mean [[accounts]]?"),
        ("price = 1", 1, "price", "put it into [defaults]"),
        (ACCOUNT + "price = 1", 4, "accounts[0].price", "put it into the account's table settings"),
        ("[accounts]\nname = 'shop'", 1, "accounts", "is a table; it is a list of tables, [[accounts]]"),
        ("[defaults]\nfrozen = 'yes'", 2, "defaults.frozen", "is a string; it is true or false"),
        ("[defaults]\nmonthly_limit = 1.5", 2, "defaults.monthly_limit", "is a number with a fraction; it is an integer from 0 on"),
        ("[defaults]\nprice = nan", 2, "defaults.price", "is out of bounds; it is an amount from 0 on"),
        ("[defaults]\nblacklist = [\n  '1',\n  2,\n]", 4, "defaults.blacklist[1]", "is an integer; it is a string"),
        ("[defaults]\nexpires_at = 2026-11-23T10:00:00", 2, "defaults.expires_at", "a moment with a time zone"),
        ("[defaults]\nexpires_at = '2026-02-30T10:00:00Z'", 2, "defaults.expires_at", "does not fit; expires_at is a moment"),
        ("[defaults]\nsignature_length = [5, 2]", 2, "defaults.signature_length", "the fewest characters first"),
        ("[defaults]\nallowed_ips = ['10.0.0.1/8']", 2, "defaults.allowed_ips", "addresses or networks"),
        ("[defaults]\ndelivery_statuses = {A = 0.6, B = 0.6}", 2, "defaults.delivery_statuses", "together 1 at most"),
        ("[defaults]\npush_chaos = {drop = 2}", 2, "defaults.push_chaos.drop", "is out of bounds; it is a number from 0 to 1"),
        ("[defaults]\nreport_url = 'http://192.0.2.1/'", 2, "defaults.report_url", "leads to another machine"),
        ("push_networks = ['10.0.0.1/8']", 1, "push_networks[0]", "host bits are 0"),
        ("[clock]\nstart = '2026-02-30T10:00:00Z'", 2, "clock.start", "a day that the month does not have"),
        ("[[accounts]]\nname = 'shop'", 1, "accounts[0]", "has no password; an account needs name, password"),
        (ACCOUNT + ACCOUNT, 5, "accounts[1].name", "is taken"),
        ("[[accounts]]\nname = 'code-7'\npassword = 'p'", 2, "accounts[0].name", "is reserved"),
        (ACCOUNT + "balance = -1", 4, "accounts[0].balance", "is out of bounds"),
        (ACCOUNT + "[[accounts.replies]]\nphone = '139'\ntext = 'x'", 5, "accounts[0].replies[0].phone", "8 to 17 digits"),
        ("[[faults]]\nkind = 'rest'", 2, "faults[0].kind", "did you mean reset?"),
        ("[[faults]]\nname = 'x'", 1, "faults[0]", "has no kind"),
        ("[[faults]]\nkind = 'code'", 1, "faults[0]", "does not fit its kind, code; code is a negative integer"),
        ("[[faults]]\nkind = 'hang'\nstatus = 500", 3, "faults[0].status", "a fault of kind hang has no status"),
        ("[[faults]]\nkind = 'hang'\noperation = 'sendMsg'", 3, "faults[0].operation", "did you mean SendMsg?"),
        ("[[faults]]\nkind = 'hang'\naccount = 'shpo'\n" + ACCOUNT, 3, "faults[0].account", "did you mean shop?"),
        (ACCOUNT + "[[faults]]\nkind = 'reset'\nstage = 'before-reading'\naccount = 'shop'", 6, "faults[0].stage", "whose call it is"),
        (
            "[[faults]]\nkind = 'hang'\nsince = 2026-11-23T10:00:00Z\nuntil = 2026-11-23T10:00:00Z", 4, "faults[0].until",
            "is not after since",
        ),
        ("[[faults]]\nkind = 'hang'\nsince = '2026-02-30T10:00:00Z'", 3, "faults[0].since", "does not fit; since is a moment"),
        ("[[timeline]]\nat = '2026-02-30T10:00:00Z'\nbalance = 1", 2, "timeline[0].at", "a day that the month does not have"),
        ("[[timeline]]\nafter = 1", 1, "timeline[0]", "does nothing"),
        ("[[timeline]]\nbalance = 1", 1, "timeline[0]", "has none of after and at"),
        ("[[timeline]]\nafter = 1\nat = 10:00:00\nbalance = 1", 1, "timeline[0]", "has both of after and at"),
        ("[[timeline]]\nafter = '1x'\nbalance = 1", 2, "timeline[0].after", 'it is a time as "90s"'),
        ("[[timeline]]\nafter = 1\nfrozen = true\nbalance = 1", 3, "timeline[0].frozen", "write configure = {frozen = …}"),
        ("[[timeline]]\nafter = 1\nrestore = ['frozn']", 3, "timeline[0].restore[0]", "did you mean frozen?"),
        ("[[timeline]]\nafter = 1\nreply = {phone = '13900000000', text = 'x'}", 3, "timeline[0].reply", "say whose reply it is"),
        ("[[timeline]]\nafter = 1\narm = ['down']", 3, "timeline[0].arm[0]", "names no fault of this scenario"),
        ("[[faults]]\nname = 'down'\nkind = 'hang'\n[[timeline]]\nafter = 1\narm = 'dwon'", 6, "timeline[0].arm", "did you mean down?"),
        (START + "[[timeline]]\nat = 2026-11-23T08:00:00+08:00\nbalance = 1", 4, "timeline[0].at", "is before the clock begins"),
        (
            ACCOUNT + "clock = {start = 2026-11-23T09:00:00Z}\n[[timeline]]\nat = 2026-11-23T08:59:59Z\naccount = 'shop'\nbalance = 1", 6,
            "timeline[0].at", "is before the clock begins",
        ),
    ],
)
def test_one_thing_that_is_wrong(text: str, line: int, path: str, said: str) -> None:
    problem = only(text)
    assert (problem.line, problem.dotted) == (line, path)
    assert said in str(problem)
    assert str(problem).startswith(f"file.toml:{line}: {path}: ")


def test_all_that_is_wrong_is_told_in_the_order_of_the_file() -> None:
    text = (
        "colour = 1\n[defaults]\nfrozn = true\nprice = 'much'\nsignature_length = [5, 2]\n" + ACCOUNT + "balance = 'much'\n"
        "[[faults]]\nkind = 'reset'\ncode = -7\nstatus = 500\n[[timeline]]\narm = 'down'"
    )
    assert [(problem.line, problem.dotted) for problem in wrong(text)] == [
        (1, "colour"), (3, "defaults.frozn"), (4, "defaults.price"), (5, "defaults.signature_length"), (9, "accounts[0].balance"),
        (12, "faults[0].code"), (13, "faults[0].status"), (14, "timeline[0]"), (15, "timeline[0].arm"),
    ]


@pytest.mark.parametrize(
    ("text", "line", "said"),
    [
        ("a = ", 1, "is no TOML"), ("[clock]\nfrozen = true\nfrozen = false", 3, "overwrite"),
        ("x = 1\ny = 'a\n", 2, "is no TOML; Expected"),
        ("x = [[[", 1, "is no TOML"), ("x = 2026-02-30T10:00:00Z", 1, "is no TOML in column 5; Invalid date"),
        ("x = " + "[" * 5000 + "]" * 5000, None, "is nested too deep"), ("x = 1" + "0" * 5000, 1, "is no TOML"),
    ],
)
def test_what_is_no_toml(text: str, line: int | None, said: str) -> None:
    problem = only(text)
    assert problem.line == line
    assert said in str(problem)


@pytest.mark.parametrize(
    ("raw", "line", "said"),
    [(b"title = 'x'\ny = '\xd6\xd0'", 2, "is not UTF-8"), (None, None, "cannot be read (No such file or directory)")],
)
def test_what_cannot_be_read(raw: bytes | None, line: int | None, said: str, tmp_path: Path) -> None:
    file = tmp_path / "scenario.toml"
    if raw is not None:
        file.write_bytes(raw)
    with pytest.raises(ScenarioError, match="scenario") as error:
        Scenario.load(file)
    (problem,) = error.value.problems
    assert (problem.line, said in str(problem)) == (line, True)


def test_a_byte_order_mark_and_other_line_ends_do_no_harm(tmp_path: Path) -> None:
    file = tmp_path / "scenario.toml"
    file.write_bytes("\ufefftitle = '双十一'\r\n[clock]\r\nfrozen = true\r\n".encode())
    assert Scenario.load(file).title == "双十一"


def test_no_secret_is_told() -> None:
    """L2: neither of values nor of keys that are numbers."""
    text = (
        '[[accounts]]\nname = "PWTAG"\npasword = "PWTAG"\nbalance = "PWTAG"\n[[accounts.replies]]\nphone = "13900000000PWTAG"\ntext = 7\n'
        '[accounts.settings]\ndelivery_rules = {"13900000000 PWTAG2" = "PWTAG ,"}\nuser_words = "PWTAG"\ndelivery_delay = "PWTAG"\n'
        'price = "PWTAG"\n"13900000000" = 1\n[[faults]]\nkind = "PWTAG"\n[[faults]]\nkind = "delay"\ndelay = "PWTAG"\n'
    )
    told = "\n".join(map(str, wrong(text)))
    assert len(told.splitlines()) > 8
    assert "13900000000" not in told
    assert "PWTAG" not in told.replace("PWTAG2", "")


def test_the_error_is_a_value_error_that_can_be_sent_elsewhere() -> None:
    with pytest.raises(ValueError, match="colour") as error:
        Scenario.of({"colour": 1, "price": 2})
    again = pickle.loads(pickle.dumps(error.value))
    assert isinstance(again, ScenarioError)
    assert again.problems == error.value.problems
    assert [problem.line for problem in again.problems] == [None, None]


def test_half_a_surrogate_pair_is_no_text() -> None:
    with pytest.raises(ScenarioError, match="surrogate"):
        Scenario.of({"accounts": [{"name": "shop", "password": "p", "replies": [{"phone": "13900000000", "text": "\ud800"}]}]})


def test_networks_that_are_allowed_may_be_pushed_to() -> None:
    text = "push_networks = ['192.0.2.0/24']\n[defaults]\nreport_url = 'http://{}/'"
    assert Scenario.loads(text.format("192.0.2.1")).push_networks == ("192.0.2.0/24",)
    assert only(text.format("198.51.100.1")).dotted == "defaults.report_url"


def test_an_entry_may_do_nothing_where_it_says_so() -> None:
    values = {"timeline": [{"after": 1, "restore": []}, {"after": 1, "configure": {}}, {"after": 1, "arm": [], "disarm": []}]}
    assert Scenario.of(values).plain() == values


def test_an_empty_scenario_is_one() -> None:
    assert Scenario.loads("") == Scenario() == Scenario.of({})
    assert Scenario().plain() == {}
