"""The table of all routes, from which the API is answered, documented and checked."""

from __future__ import annotations

from winnerlook_mock.control import accounts, clock, faults, figures, journal, messages, pushes, settings, streams, whole

ROUTES = (
    *accounts.ROUTES, *messages.ROUTES, *journal.ROUTES, *faults.ROUTES, *clock.ROUTES, *pushes.ROUTES, *streams.ROUTES, *settings.ROUTES,
    *figures.ROUTES, *whole.ROUTES,
)
