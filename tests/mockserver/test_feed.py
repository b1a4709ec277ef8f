"""What is new, for whoever watches: everybody is woken, and little is held."""

from __future__ import annotations

from winnerlook.operations import BY_NAME
from winnerlook_mock import MockServer
from winnerlook_mock.feed import Feed
from winnerlook_mock.gateway import Origin

BIG = b"x" * 1_000_000


def test_who_stops_watching_when_woken_takes_no_other_ones_turn() -> None:
    feed, woken = Feed(), []

    def once() -> None:
        woken.append("first")
        end()

    end = feed.subscribe(once)
    feed.subscribe(lambda: woken.append("second"))
    feed.publish("account", "a", None)
    feed.publish("account", "a", None)
    assert woken == ["first", "second", "second"]


def test_a_subscription_can_be_ended_twice() -> None:
    feed, woken = Feed(), []
    end = feed.subscribe(lambda: woken.append("first"))
    feed.subscribe(lambda: woken.append("second"))
    end()
    end()
    feed.publish("account", "a", None)
    assert woken == ["second"]


def test_bodies_that_the_journal_has_no_room_for_are_not_held_by_events() -> None:
    """The journal's bound is one for the server; an event says how much of the body it lacks."""
    mock = MockServer(journal_limit=3, journal_raw_bytes=100)
    for raw in (BIG, BIG, b"small"):
        mock.gateway.execute(BY_NAME["SendMsg"], {"userCode": "nobody"}, Origin("post", "127.0.0.1", raw))
    entries = [event.subject for event in mock.events_since(0)[0] if event.kind == "journal"]
    assert sum(len(entry.raw) for entry in entries) < 20_000
    assert [len(entry.raw) + entry.raw_dropped for entry in entries] == [len(BIG), len(BIG), 5]
    assert entries[-1].raw == b"small"
    assert [entry.number for entry in entries] == [1, 2, 3]
