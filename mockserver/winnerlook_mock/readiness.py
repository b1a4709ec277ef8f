"""Waiting for a mock in another process."""

from __future__ import annotations

import time

import urllib3

from winnerlook_mock.pages import READY

_PAUSE_SECONDS = 0.05
_OK = 200


class NotReadyError(RuntimeError):
    """No mock answered in time; the text says where it was looked for."""


def wait_until_ready(url: str, *, timeout: float = 30.0) -> None:
    """Return as soon as the mock at `url` (scheme, host and port) answers. Raises NotReadyError after `timeout` seconds."""
    deadline = time.monotonic() + timeout
    with urllib3.PoolManager(retries=False, timeout=1.0) as pool:
        while True:
            try:
                if pool.request("GET", url.rstrip("/") + READY).status == _OK:
                    return
                last = "something else answers there"
            except urllib3.exceptions.HTTPError:
                last = "nothing answers"
            if time.monotonic() >= deadline:
                raise NotReadyError(f"no mock at {url} within {timeout} s: {last}")
            time.sleep(_PAUSE_SECONDS)
