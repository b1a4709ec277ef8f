"""What a scenario does to a gateway, at first and at its moments."""

from __future__ import annotations

from datetime import datetime
from typing import Any

import pytest

from tests.mockserver.gateway.caller import still_clock
from winnerlook.china_time import CHINA
from winnerlook_mock import Clock, ForbiddenTargetError, MockServer, Scenario, ScenarioError

NINE = "2026-11-23T09:00:00+08:00"
SHOP = {"name": "shop", "password": "pw"}
REPLY = {"phone": "13900000000", "text": "收到"}


def mock_with(timeline: list[dict[str, Any]] | None = None, **values: Any) -> MockServer:
    """Not started: what happens by the clock happens without a socket."""
    whole = {"clock": {"start": NINE, "frozen": True}, "accounts": [SHOP], "timeline": timeline or [], **values}
    return MockServer(scenario=Scenario.of(whole))


def test_it_opens_accounts_with_what_they_have() -> None:
    mock = mock_with(
        seed=7, defaults={"price": "0.1", "monthly_limit": 5},
        accounts=[{**SHOP, "balance": "12.5", "settings": {"monthly_limit": 6}, "replies": [REPLY]}, {"name": "bank", "password": "p"}],
    )
    shop, bank = (mock.gateway.accounts[name] for name in ("shop", "bank"))
    assert (shop.user_pass, str(shop.balance), bank.balance) == ("pw", "12.5", 10_000)
    settings = [(one.settings.monthly_limit, str(one.settings.price), one.settings.seed) for one in (shop, bank)]
    assert settings == [(6, "0.1", 7), (5, "0.1", 7)]
    assert (len(shop.replies), len(bank.replies)) == (1, 0)
    assert mock.account().clock is mock.clock


def test_accounts_that_are_opened_later_have_the_defaults_too() -> None:
    mock = mock_with(defaults={"price": 2})
    assert mock.gateway.accounts[mock.account().user_code].settings.price == 2


def test_what_is_given_beside_it_goes_before_it() -> None:
    scenario = Scenario.of({"clock": {"start": NINE}, "defaults": {"price": 2, "seed": 3}, "accounts": [SHOP]})
    clock = still_clock()
    mock = MockServer(scenario=scenario, clock=clock, defaults={"price": 5})
    assert mock.clock is clock
    settings = mock.gateway.accounts["shop"].settings
    assert (settings.price, settings.seed) == (5, 3)


def test_faults_begin_armed_and_last_as_long_as_a_mock_does() -> None:
    mock = mock_with(
        seed=9,
        faults=[
            {"kind": "code", "code": -7, "account": "shop"}, {"kind": "hang", "armed": False}, {"kind": "close", "seed": 2, "lasts": 5},
        ],
    )
    first, second = mock.faults
    assert (first.fault.code, first.fault.account, first.fault.seed, first.fault.lasts) == (-7, "shop", 9, 86_400)
    assert (str(second.fault.kind), second.fault.seed, second.fault.lasts) == ("close", 2, 5)


def test_entries_happen_in_order_at_their_moments() -> None:
    """However they are written, and in whatever order."""
    mock = mock_with([
        {"at": "2026-11-23T10:30:00+08:00", "balance": 4}, {"after": "20m", "balance": 1}, {"at": "10:00:00", "balance": 3},
        {"after": 3000, "balance": 2}, {"at": "08:00:00", "balance": 5}, {"after": "1d", "balance": 6},
    ])
    shop = mock.gateway.accounts["shop"]
    moments = [at.strftime("%d %H:%M") for at, _ in mock.clock.pending]
    assert moments == ["23 09:20", "23 09:50", "23 10:00", "23 10:30", "24 08:00", "24 09:00"]
    seen = []
    for minutes in (20, 30, 10, 30, 21.5 * 60, 60):
        mock.clock.advance(minutes=minutes)
        seen.append(int(shop.balance))
    assert seen == [1, 2, 3, 4, 5, 6]


def test_one_jump_brings_them_about_in_order() -> None:
    mock = mock_with([
        {"after": 2, "configure": {"price": 2}}, {"after": 1, "configure": {"price": 1, "frozen": True}}, {"after": 2, "balance": 0},
    ])
    mock.clock.advance(days=1)
    account = mock.gateway.accounts["shop"]
    assert (account.settings.price, account.settings.frozen, account.balance) == (2, True, 0)


def test_what_is_due_at_the_beginning_has_happened() -> None:
    """Also by a clock that stands still, and where the clock that was given is past it."""
    mock = mock_with([
        {"after": 0, "balance": 1}, {"at": "09:00:00", "configure": {"price": 2}}, {"at": NINE, "restore": ["price"]},
    ])
    assert (mock.gateway.accounts["shop"].balance, mock.gateway.accounts["shop"].settings.price) == (1, 1)
    late = Scenario.of({"accounts": [SHOP], "timeline": [{"at": NINE, "balance": 1}]})
    mock = MockServer(scenario=late, clock=Clock(datetime(2026, 11, 24, tzinfo=CHINA), frozen=True))
    assert mock.gateway.accounts["shop"].balance == 1
    assert mock.clock.pending == ()


def test_an_account_with_a_clock_of_its_own_lives_by_that() -> None:
    own = {"name": "own", "password": "p", "clock": {"start": "2026-01-01T00:00:00Z", "frozen": True}}
    timeline = [{"after": "1h", "account": "own", "balance": 1}, {"after": "1h", "account": "shop", "balance": 2}]
    mock = mock_with(timeline, accounts=[SHOP, own])
    mock.clock.advance(hours=1)
    assert [int(account.balance) for account in mock.gateway.accounts.values()] == [2, 10_000]
    mock.gateway.accounts["own"].clock.advance(hours=1)
    assert [int(account.balance) for account in mock.gateway.accounts.values()] == [2, 1]


def test_settings_are_restored_to_what_they_were() -> None:
    """Those of the account, or the defaults; also those that TOML cannot unset."""
    mock = mock_with(
        [{"after": 1, "configure": {"monthly_limit": 1, "price": 9, "frozen": True}}, {"after": 2, "restore": ["monthly_limit", "price"]}],
        defaults={"price": 2}, accounts=[SHOP, {"name": "bank", "password": "p", "settings": {"monthly_limit": 7}}],
    )
    later = mock.gateway.accounts[mock.account().user_code]
    shop, bank = mock.gateway.accounts["shop"], mock.gateway.accounts["bank"]
    mock.clock.advance(seconds=1)
    assert {one.settings.monthly_limit for one in (shop, bank, later)} == {1}
    mock.clock.advance(seconds=1)
    assert [one.settings.monthly_limit for one in (shop, bank, later)] == [None, 7, None]
    assert {(one.settings.price, one.settings.frozen) for one in (shop, bank, later)} == {(2, True)}


def test_faults_are_armed_and_disarmed_by_name() -> None:
    """Armed again, one begins anew and is not there twice."""
    mock = mock_with(
        [
            {"after": 1, "arm": "down"}, {"after": 2, "arm": ["down", "slow"]}, {"after": 3, "disarm": "down"},
            {"after": 4, "disarm": ["slow", "down"]},
        ],
        faults=[{"name": "down", "kind": "status", "armed": False}, {"name": "slow", "kind": "delay"}, {"kind": "close"}],
    )
    seen = []
    for _ in range(5):
        seen.append(" ".join(str(armed.fault.kind) for armed in mock.faults))
        mock.clock.advance(seconds=1)
    assert seen == ["delay close", "delay close status", "close status delay", "close delay", "close"]


def test_a_handset_replies_at_its_moment() -> None:
    mock = mock_with([{"after": "10m", "account": "shop", "reply": REPLY}])
    mock.clock.advance(minutes=11)
    (reply,) = mock.gateway.accounts["shop"].replies.take(mock.clock.timestamp())
    assert (reply.phone, reply.text, reply.time.strftime("%H:%M")) == ("13900000000", "收到", "09:10")


def test_what_is_to_come_says_what_without_numbers_and_texts() -> None:
    """L2."""
    mock = mock_with(
        [{"after": 1, "account": "shop", "reply": REPLY, "balance": 1, "configure": {"blacklist": ["13900000000"]}, "restore": ["price"]},
         {"after": 2, "arm": "down"}],
        faults=[{"name": "down", "kind": "close"}],
    )
    assert [what for _, what in mock.clock.pending] == [
        "scenario: restore price; configure blacklist; set the balance; a handset replies (shop)", "scenario: arm down",
    ]


def test_an_account_that_was_closed_is_left_alone() -> None:
    timeline = [{"after": 1, "account": "shop", "balance": 1}, {"after": 1, "balance": 2}]
    mock = mock_with(timeline, accounts=[SHOP, {"name": "bank", "password": "p"}])
    del mock.gateway.accounts["shop"]
    mock.clock.advance(seconds=1)
    assert mock.gateway.accounts["bank"].balance == 2


def test_nothing_is_half_applied(tmp_path: Any) -> None:
    """A wrong file makes no server; neither does an address that is not allowed beside a scenario that is right."""
    file = tmp_path / "wrong.toml"
    file.write_text("[[accounts]]\nname = 'shop'\n", "utf-8")
    with pytest.raises(ScenarioError, match="password"):
        MockServer(scenario=file)
    with pytest.raises(ForbiddenTargetError):
        MockServer(scenario=Scenario.of({"accounts": [SHOP]}), defaults={"report_url": "http://192.0.2.1/"})
