"""Work of one account, one piece after another."""

from __future__ import annotations

import threading
from concurrent.futures import wait

import pytest

from tests.mockserver.push.receiver import WAIT
from winnerlook_mock.push.lane import Lane


def test_jobs_are_done_in_the_order_of_their_starts_one_at_a_time() -> None:
    """P1: not of their making."""
    lane, done = Lane(), []
    busy = threading.Lock()

    def work(at: int) -> None:
        assert busy.acquire(blocking=False)
        done.append(at)
        busy.release()

    jobs = [lane.prepare(lambda at=at: work(at)) for at in range(200)]  # type: ignore[misc]
    for job in reversed(jobs):
        job.start()
    assert not wait([job.done for job in jobs], WAIT).not_done
    assert done == list(reversed(range(200)))


def test_nothing_is_done_before_it_is_started() -> None:
    """P1: a receipt waits for the answer of its send."""
    lane, done = Lane(), []
    late = lane.prepare(lambda: done.append("late"))
    soon = lane.prepare(lambda: done.append("soon"))
    soon.start()
    soon.done.result(WAIT)
    assert (done, late.done.done()) == (["soon"], False)
    late.start()
    late.done.result(WAIT)
    assert done == ["soon", "late"]


def test_a_job_may_start_others_of_its_lane() -> None:
    """P4: a duplicate."""
    lane, done = Lane(), []
    following = lane.prepare(lambda: done.append("following"))

    def work() -> None:
        following.start()
        done.append("first")

    lane.prepare(work).start()
    following.done.result(WAIT)
    assert done == ["first", "following"]


def test_one_that_fails_is_done_and_holds_up_none_behind_it(caplog: pytest.LogCaptureFixture) -> None:
    """L2: the log does not say what the error said."""
    lane = Lane()

    def fail() -> None:
        raise ValueError("13912345678")

    jobs = [lane.prepare(fail), lane.prepare(lambda: None)]
    for job in jobs:
        job.start()
    assert [job.done.result(WAIT) for job in jobs] == [None, None]
    assert caplog.messages == ["a push failed: ValueError"]
    assert "13912345678" not in caplog.text


def test_lanes_do_not_hold_each_other_up_and_their_threads_end() -> None:
    """P4: an account whose receiver hangs."""
    gate = threading.Event()
    slow, fast = Lane(), Lane()
    threads: list[threading.Thread] = []

    def hang() -> None:
        threads.append(threading.current_thread())
        gate.wait(WAIT)

    hanging = slow.prepare(hang)
    hanging.start()
    for _ in range(3):
        job = fast.prepare(lambda: threads.append(threading.current_thread()))
        job.start()
        job.done.result(WAIT)
    assert not hanging.done.done()
    gate.set()
    hanging.done.result(WAIT)
    for thread in threads:
        assert thread.daemon
        thread.join(WAIT)
        assert not thread.is_alive()


def test_many_threads_may_start_jobs() -> None:
    """P4: none is lost, none is done twice, none beside another."""
    lane, done = Lane(), []
    jobs = [[lane.prepare(lambda at=at, of=of: done.append((of, at))) for at in range(100)] for of in range(8)]  # type: ignore[misc]
    threads = [threading.Thread(target=lambda mine=mine: [job.start() for job in mine]) for mine in jobs]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(WAIT)
    assert not wait([job.done for mine in jobs for job in mine], WAIT).not_done
    assert sorted(done) == [(of, at) for of in range(8) for at in range(100)]
    assert all([at for its, at in done if its == of] == list(range(100)) for of in range(8))
