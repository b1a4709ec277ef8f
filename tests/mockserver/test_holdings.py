"""What a server holds, while others change it."""

from __future__ import annotations

import contextlib
import sys
import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor

import pytest

from winnerlook_mock import MockServer


@pytest.fixture
def _hasty() -> Iterator[None]:
    """Threads change places as often as they can."""
    before = sys.getswitchinterval()
    sys.setswitchinterval(1e-6)
    yield
    sys.setswitchinterval(before)


@pytest.mark.usefixtures("_hasty")
def test_a_reset_bears_that_accounts_come_and_go() -> None:
    mock, end = MockServer(), time.monotonic() + 1

    def reset() -> None:
        while time.monotonic() < end:
            mock.reset()

    def come_and_go() -> None:
        while time.monotonic() < end:
            account = mock.account()
            with contextlib.suppress(LookupError):  # the reset was faster
                mock.remove(account)

    with ThreadPoolExecutor(3) as pool:
        for work in [pool.submit(reset), *(pool.submit(come_and_go) for _ in range(2))]:
            work.result()
