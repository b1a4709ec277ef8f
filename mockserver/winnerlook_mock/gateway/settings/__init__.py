"""What an operator sets for one account."""

from __future__ import annotations

from dataclasses import dataclass

from winnerlook_mock.gateway.settings.acceptance import AcceptanceSettings
from winnerlook_mock.gateway.settings.delivery import NO_REPORT, DeliverySettings
from winnerlook_mock.gateway.settings.pushing import PushChaos, PushSettings

__all__ = ["NO_REPORT", "PushChaos", "Settings"]


@dataclass(kw_only=True, repr=False)
class Settings(AcceptanceSettings, DeliverySettings, PushSettings):
    """An account's settings: what it accepts, what becomes of it, and what is pushed. Raises ValueError for what no operator could set."""

    def __post_init__(self) -> None:
        self.check_acceptance()
        self.check_delivery()
        self.check_pushing()
