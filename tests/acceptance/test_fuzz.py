"""The targets of ``make fuzz`` hold on their own seeds and on what was found: they run here without atheris."""

from __future__ import annotations

import importlib
import logging

import pytest

from fuzz import asgi
from fuzz.__main__ import TARGETS
from fuzz.inputs import written

FOUND = {
    "soap_door": [written(
        "application/soap+xml; charset=utf-8", "", "", body='<q:Envelope xmlns:s="http://www.w3.org/2003/05/soap-envelope"><s:Body>'
        '<GetMo2ByEncrypt xmlns="ht/ttp/me:puri.org/"/></s:Body></q:Envelope>',
    )],
    "answers": [written("http", "GetReportConnect", "200", "text/xml", body="<?xml version025285|,|宋 MO|0624,130")],
    "plain_door": [written("POST", "SendMsg", "", "", body="Msg=%%%&Msg=%\\x41%5c")],
    "push_receiver": [written("application/json", body="[" * 100_000)],
}
"""Inputs that broke a promise once, and some of their kind."""


@pytest.fixture(autouse=True)
def _logs_as_before():
    log = logging.getLogger("winnerlook_mock")
    before = log.handlers[:]
    asgi.watch_logs()
    yield
    log.handlers[:] = before


@pytest.mark.parametrize("name", TARGETS)
def test_seeds_and_what_was_found(name: str) -> None:
    target = importlib.import_module(f"fuzz.targets.{name}")
    assert len(target.SEEDS) >= 10
    for data in (*target.SEEDS, *FOUND[name], b"", b"\n", b"\xff\t\xff\n\xff"):
        target.one(data)


def test_an_error_that_is_only_logged_is_found() -> None:
    """A door answers whatever happens: its log is where a failure shows."""
    with pytest.raises(asgi.FailureLoggedError):
        logging.getLogger("winnerlook_mock.soap").error("failed")
