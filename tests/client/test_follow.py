"""`Client.follow`: records as they come, and every way in which it ends."""

from __future__ import annotations

import logging
import os
import threading
import time
import tracemalloc

import pytest

from tests.client.raw_server import RawServer, answering, envelope, read_request, reset
from tests.client.waits import REPORT, LateServer, Waits, Watched, follow, nothing
from winnerlook import (
    Certainty,
    Client,
    ConnectError,
    ConnectionLostError,
    CredentialsError,
    InvalidRequestError,
    Report,
    Retry,
    UnreadableResultError,
)
from winnerlook._follow import Following

PHONE = "13900000000"
TEXT = "您的验证码是:2345【测试】"
HOUR = 3600.0


def client(url: str, **options: object) -> Client:
    return Client("user", "pass", endpoint=url, **{"retries": 0, **options})


def polls(account) -> list[str]:
    return [entry.operation for entry in account.journal if entry.operation.startswith("Get")]


def test_records_come_as_they_arrive(sms, account):
    """O4, O6, R1: whichever kind, in the order of arrival; an empty round doubles the wait, a found record sets it back."""
    waits = Waits(lambda: sms.send(PHONE, TEXT, customer_uuid="1"), nothing, lambda: account.reply(PHONE, "收到"))
    first, second = follow(sms, waits)
    assert (first.customer_uuid, second.text) == ("1", "收到")
    assert waits.seconds == [5, 5, 10, 5]


@pytest.mark.parametrize(
    ("options", "operations"),
    [
        ({"replies": False}, ["GetReport2Connect"]), ({"reports": False}, ["GetMo2Connect"]),
        ({"encrypted": True}, ["GetReport2ByEncrypt", "GetMo2ByEncrypt"]),
    ],
)
def test_a_kind_may_be_switched_off_and_the_password_encrypted(sms, account, options, operations):
    """O9, O10."""
    assert list(follow(sms, Waits(), **options)) == []
    assert polls(account) == operations


def test_throttling_is_honoured(mock, account):
    """C11: -16 is no error here, once the client's own retries are used up; the polls get rarer."""
    with Client(account.user_code, account.user_pass, endpoint=mock.url, retries=Retry(1, base=0.0)) as sms:
        sms.send(PHONE, TEXT)
        for _ in range(4):
            account.fail_next("GetReport2Connect", -16)
        waits = Waits(nothing, nothing)
        (report,) = follow(sms, waits)
    assert isinstance(report, Report)
    assert waits.seconds == [5, 10, 5]
    assert polls(account).count("GetReport2Connect") == 4 + 2


def test_a_gateway_that_restarts_is_waited_for(caplog):
    """L2: nothing was asked, so nothing is lost; it is warned about without a secret."""
    answers = iter([REPORT, ""])

    def behaviour(connection):
        while read_request(connection):
            connection.sendall(envelope("GetReport2Connect", next(answers)))

    server = LateServer(behaviour)
    waits = Waits(nothing, nothing, server.open)
    with Client("user-tag", "secret-tag", endpoint=server.url, retries=0) as sms:
        (report,) = follow(sms, waits, replies=False)
    server.__exit__(None, None, None)
    assert report.customer_uuid == "a"
    assert waits.seconds == [5, 10, 20, 5]
    warnings = [record for record in caplog.records if record.levelno == logging.WARNING]
    assert len(warnings) == 3
    assert "nothing was sent" in caplog.text
    assert "-tag" not in caplog.text


def test_a_poll_that_may_have_lost_records_is_raised():
    """R1. Whoever goes on with the same iterator has it wait first."""
    answers = iter([None, REPORT, ""])

    def behaviour(connection):
        while read_request(connection):
            answer = next(answers)
            reset(connection) if answer is None else connection.sendall(envelope("GetReport2Connect", answer))

    waits = Waits(nothing)
    with RawServer(behaviour) as server, client(server.url) as sms:
        following = follow(sms, waits, replies=False)
        with pytest.raises(ConnectionLostError) as caught:
            next(following)
        assert caught.value.certainty is Certainty.UNKNOWN
        assert [report.customer_uuid for report in following] == ["a"]
    assert waits.seconds == [5, 5]


def test_what_could_be_read_of_an_answer_waits_for_the_next_follow():
    """R1."""
    with RawServer(answering(envelope("GetReport2Connect", REPORT + "1,13912345678,密文|"))) as server, client(server.url) as sms:
        with pytest.raises(UnreadableResultError):
            next(sms.follow(replies=False))
        assert next(sms.follow(replies=False)).customer_uuid == "a"


def test_wrong_credentials_are_raised(mock, account):
    """C2."""
    with Client(account.user_code, "wrong", endpoint=mock.url) as sms, pytest.raises(CredentialsError):
        next(sms.follow())


@pytest.mark.parametrize("options", [{"interval": 0}, {"interval": 61}, {"reports": False, "replies": False}])
def test_wrong_arguments_are_refused_at_once(sms, account, options):
    with pytest.raises(InvalidRequestError):
        sms.follow(**options)
    assert account.journal == []


def test_leaving_the_loop_keeps_what_was_polled(sms):
    sms.send_many(["13900000000", "13900000001", "13900000002"], TEXT)
    for _ in sms.follow():
        break
    assert next(sms.follow()).phone == "13900000001"
    assert [report.phone for report in sms.reports()] == ["13900000002"]


def test_the_end_of_the_with_block_stops_it(sms):
    sms.send_many(["13900000000", "13900000001"], TEXT)
    with sms.follow() as following:
        next(following)
    assert [report.phone for report in following] == ["13900000001"]
    sms.send(PHONE, TEXT)
    assert list(following) == []


def test_an_interruption_of_the_wait_loses_nothing(sms):
    def interrupt() -> None:
        sms.send(PHONE, TEXT)
        raise KeyboardInterrupt

    following = follow(sms, Waits(interrupt))
    with pytest.raises(KeyboardInterrupt):
        next(following)
    assert [report.phone for report in following] == [PHONE]


def in_thread(following: Following) -> tuple[threading.Thread, list[object]]:
    found: list[object] = []

    def work() -> None:
        try:
            found.extend(following)
        except Exception as error:
            found.append(error)

    thread = threading.Thread(target=work, daemon=True)
    thread.start()
    return thread, found


@pytest.mark.parametrize("how", ["stop", "close"])
def test_a_wait_ends_at_once(sms, how):
    """By `stop` from another thread, or when the client is closed."""
    waiting = Watched()
    following = follow(sms, waiting, interval=HOUR, max_interval=HOUR)
    thread, found = in_thread(following)
    assert waiting.begun.wait(10)
    following.stop() if how == "stop" else sms.close()
    thread.join(10)
    assert not thread.is_alive()
    assert found == []


@pytest.mark.parametrize("how", ["stop", "close"])
def test_a_poll_under_way_is_finished_and_its_records_are_handed_on(how):
    arrived, release = threading.Event(), threading.Event()
    requests = []

    def behaviour(connection):
        while read_request(connection):
            requests.append(1)
            arrived.set()
            release.wait(10)
            connection.sendall(envelope("GetReport2Connect", REPORT))

    with RawServer(behaviour) as server, client(server.url) as sms:
        following = sms.follow()
        thread, found = in_thread(following)
        assert arrived.wait(10)
        following.stop() if how == "stop" else sms.close()
        release.set()
        thread.join(10)
    assert [report.customer_uuid for report in found] == ["a"]
    assert len(requests) == 1


def test_closing_between_two_attempts_of_a_poll_is_a_clean_end(mock, account):
    """C11: -16 did nothing; the retry that the closed client refuses is not told as an error."""
    account.fail_next("GetReport2Connect", -16)
    with Client(account.user_code, account.user_pass, endpoint=mock.url, retries=1, on_attempt=lambda _: sms.close()) as sms:
        assert list(sms.follow()) == []


def test_a_closed_client_follows_nothing(sms):
    sms.close()
    with pytest.raises(ConnectError, match="this client was closed"):
        next(sms.follow())


@pytest.mark.parametrize("shared", [True, False], ids=["one iterator", "an iterator each"])
def test_threads_share_without_doubling_or_loss(mock, account, shared):
    """R1."""
    count = 300
    with Client(account.user_code, account.user_pass, endpoint=mock.url) as sms:
        one = sms.follow(interval=0.001, max_interval=0.002)
        followings = [one if shared else sms.follow(interval=0.001, max_interval=0.002) for _ in range(4)]
        workers = [in_thread(following) for following in followings]
        for n in range(count // 2):
            sms.send(PHONE, TEXT, customer_uuid=str(n))
            account.reply(PHONE, f"reply {n}")
        end = time.monotonic() + 30
        while sum(len(found) for _, found in workers) < count and time.monotonic() < end:
            time.sleep(0.001)
        for following in followings:
            following.stop()
        for thread, _ in workers:
            thread.join(10)
    everything = [getattr(record, "text", None) or record.customer_uuid for _, found in workers for record in found]
    assert sorted(everything) == sorted([*map(str, range(count // 2)), *(f"reply {n}" for n in range(count // 2))])


def test_following_for_long_takes_no_more_memory(sms):
    """Ten thousand rounds with records in each leave nothing behind."""
    number = 0

    def poll(operation: str) -> tuple[Report, ...]:
        nonlocal number
        number += 1
        return (Report(f"{number}", PHONE, "DELIVRD"),) if number % 2 else ()

    def deliver(operation: str) -> tuple[Report, ...]:
        page = poll(operation)
        backlog.extend(page)
        return page

    made = sms.follow(replies=False)
    (backlog,) = made._backlogs
    waits = Waits(*[nothing] * 20_000)
    waits.seconds = type("Forgetful", (list,), {"append": lambda self, _: None})()
    following = Following(deliver, made._backlogs, made._rhythm, waits)
    for _ in range(100):
        next(following)
    tracemalloc.start()
    begun = tracemalloc.get_traced_memory()[0]
    for _ in range(10_000):
        next(following)
    grown = tracemalloc.get_traced_memory()[0] - begun
    tracemalloc.stop()
    assert grown < 20_000


def test_a_client_forgets_followings_that_nobody_has(sms):
    for _ in range(100):
        sms.follow()
    assert len(sms._followings._all) <= 1


@pytest.mark.skipif(not hasattr(os, "fork"), reason="no fork here")
@pytest.mark.filterwarnings("ignore:.*multi-threaded.*fork:DeprecationWarning")
def test_a_fork_in_the_middle_of_a_poll_leaves_the_child_able_to_follow(sms):
    """A thread of the parent holds the lock for good: it is not there in the child."""
    waiting = Watched()
    following = follow(sms, waiting, interval=HOUR, max_interval=HOUR)
    thread, _ = in_thread(following)
    assert waiting.begun.wait(10)
    child = os.fork()
    if child == 0:
        threading.Timer(5, os._exit, [1]).start()
        following.stop()
        os._exit(0 if list(following) == [] else 2)
    assert os.waitstatus_to_exitcode(os.waitpid(child, 0)[1]) == 0
    following.stop()
    thread.join(10)
