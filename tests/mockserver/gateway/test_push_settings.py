"""What an operator sets for delivery and pushes of one account."""

from __future__ import annotations

from typing import Any

import pytest

from winnerlook_mock import Fixed, PushChaos, Settings, Uniform

RECEIVER = "http://127.0.0.1:8000/push"
WRONG = [
    ("delivery_delay", "soon"), ("delivery_delay", -1), ("delivery_delay", None),
    ("delivery_rules", ["139*"]), ("delivery_rules", {"13*9": "UNDELIV"}), ("delivery_rules", {"": "UNDELIV"}),
    ("delivery_rules", {139: "UNDELIV"}), ("delivery_rules", {"１３９*": "UNDELIV"}), ("delivery_rules", {"139*": ""}),
    ("delivery_rules", {"139*": "A B"}), ("delivery_rules", {"139*": "A,B"}), ("delivery_rules", {"139*": "A|B"}),
    ("delivery_rules", {"139*": 7}), ("delivery_rules", {"139*": "X" * 33}),
    ("delivery_statuses", "UNDELIV"), ("delivery_statuses", {"UNDELIV": 1.1}), ("delivery_statuses", {"UNDELIV": -0.1}),
    ("delivery_statuses", {"UNDELIV": "0.5"}), ("delivery_statuses", {"UNDELIV": True}), ("delivery_statuses", {"UNDELIV": float("nan")}),
    ("delivery_statuses", {"A": 0.6, "B": 0.5}), ("delivery_statuses", {"A,B": 0.5}), ("delivery_statuses", {1: 0.5}),
    ("seed", "1"), ("seed", 1.5), ("seed", True), ("seed", None), ("refund_failures", 1), ("refund_failures", None),
    ("unsubscribe_words", "TD"), ("unsubscribe_words", [""]), ("unsubscribe_words", [1]), ("unsubscribe_words", None),
    ("report_url", "127.0.0.1:8000"), ("report_url", "ftp://127.0.0.1/"), ("report_url", "http://"), ("report_url", None),
    ("report_url", b"http://127.0.0.1/"), ("report_url", "http://user@127.0.0.1/"), ("report_url", "http://127.0.0.1@10.0.0.1/"),
    ("report_url", "http://@127.0.0.1/"), ("report_url", "http://127.0.0.1:0/"), ("report_url", "http://127.0.0.1:99999/"),
    ("report_url", "http://127.0.0.1:x/"), ("report_url", "http://127.0.0.1/推送"), ("report_url", "http://127.0.0.1/a b"),
    ("report_url", "http://127.0.0.1/\r\nX-Other: 1"), ("report_url", " http://127.0.0.1/"), ("report_url", "http://127.0.0.1/\x00"),
    ("report_url", "http://127.0.0.1\\@10.0.0.1/"), ("report_url", "http://[::1/"), ("reply_url", "//127.0.0.1/"), ("reply_url", 7),
    ("push_form", 1), ("poll_pushed", "yes"), ("push_verify", None),
    ("push_batch", 0), ("push_batch", -1), ("push_batch", 1.5), ("push_batch", None), ("push_batch", True),
    ("push_interval", -1), ("push_interval", "5"), ("push_interval", float("inf")), ("push_interval", 1e300), ("push_interval", None),
    ("push_timeout", 0), ("push_timeout", -1), ("push_timeout", float("nan")), ("push_timeout", 1e300), ("push_timeout", None),
    ("push_backoff", 5), ("push_backoff", "5"), ("push_backoff", [-1]), ("push_backoff", ["5"]), ("push_backoff", [float("inf")]),
    ("push_backoff", [1e300]), ("push_backoff", None),
    ("push_chaos", 0.5), ("push_chaos", None), ("push_chaos", {"drops": 0.5}), ("push_chaos", {"drop": 1.1}),
    ("push_chaos", {"drop": -0.1}),
    ("push_chaos", {"early": True}), ("push_chaos", {"merge": "0.5"}), ("push_chaos", {"delay": -1}), ("push_chaos", {"delay": "soon"}),
    ("push_chaos", {"split": float("nan")}), ("push_chaos", {"reorder": None}), ("push_chaos", {"duplicate": 2}), ("push_chaos", {1: 2}),
    ("pushes_kept", -1), ("pushes_kept", 1.5), ("pushes_kept", None),
]


@pytest.mark.parametrize(("name", "value"), WRONG, ids=[f"{name}={value!r}" for name, value in WRONG])
def test_a_wrong_value_is_refused_and_its_setting_named(name: str, value: Any) -> None:
    """P1-P4, R15: an error says which setting it is, and what belongs there."""
    with pytest.raises(ValueError, match=name):
        Settings(**{name: value})


def test_what_may_be_set_is_accepted() -> None:
    """P1-P4, R15."""
    values: dict[str, Any] = dict(  # noqa: C408  # as it is called
        delivery_delay="uniform:1,2", delivery_rules={"*": "MK:0001", "+86139*": "NO_REPORT"}, delivery_statuses={"A": 0.5, "B": 0.5},
        seed=-7, unsubscribe_words=iter(["TD"]), report_url=RECEIVER, reply_url="https://[::1]:8443/a?b=c%20d", push_batch=1,
        push_interval=0.5, push_timeout=0.01, push_backoff=[0, 1.5], push_chaos={"drop": 1, "delay": "3"}, pushes_kept=0,
    )
    settings = Settings(**values)
    assert settings.delivery_delay == Uniform(1, 2)
    assert settings.unsubscribe_words == ("TD",)
    assert settings.push_backoff == (0, 1.5)
    assert settings.push_chaos == PushChaos(drop=1.0, delay=Fixed(3.0))
    assert Settings(**{**values, "push_backoff": []}).push_backoff == ()


def test_nothing_is_pushed_delayed_or_refunded_by_default() -> None:
    """P1, P2, R15: whoever sets nothing has a gateway that delivers at once, and is polled."""
    settings = Settings()
    assert (settings.report_url, settings.reply_url, settings.refund_failures, settings.delivery_delay) == ("", "", False, Fixed(0.0))
    assert settings.push_chaos == PushChaos()
    assert settings.push_backoff == (5, 30, 120, 600, 1800, 3600)


def test_nothing_is_shared_with_whoever_set_it() -> None:
    rules, statuses = {"139*": "UNDELIV"}, {"UNDELIV": 0.5}
    settings = Settings(delivery_rules=rules, delivery_statuses=statuses)
    rules.clear()
    statuses.clear()
    assert settings.delivery_rules == {"139*": "UNDELIV"}
    assert settings.delivery_statuses == {"UNDELIV": 0.5}
    assert Settings().delivery_rules is not Settings().delivery_rules


def test_the_repr_hides_numbers_and_secrets() -> None:
    """L2: the numbers in rules, and the part of an address that may be a secret; its host is shown."""
    shown = repr(Settings(
        delivery_rules={"13912345678": "UNDELIV"}, report_url=f"{RECEIVER}/s3cret-1?key=s3cret-2", reply_url="https://[::1]:8443/s3cret-3#s3cret-4",
        delivery_statuses={"EXPIRED": 0.25},
    ))
    for hidden in ("13912345678", "s3cret", "/push"):
        assert hidden not in shown
    for told in ("report_url=http://127.0.0.1:8000/…", "reply_url=https://[::1]:8443/…", "139****5678", "{'EXPIRED': 0.25}"):
        assert told in shown


@pytest.mark.parametrize("name", ["report_url", "reply_url"])
@pytest.mark.parametrize("url", ["http://user:s3cret@127.0.0.1/", "http://127.0.0.1/s3cret é", "gopher://127.0.0.1/s3cret"])
def test_what_was_wrong_with_an_address_is_not_quoted(name: str, url: str) -> None:
    """L2."""
    setting: dict[str, Any] = {name: url}
    with pytest.raises(ValueError, match=name) as error:
        Settings(**setting)
    assert "s3cret" not in str(error.value)
