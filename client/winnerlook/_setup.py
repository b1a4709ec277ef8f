"""What both clients are made of."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from winnerlook import config
from winnerlook._calls import Calls
from winnerlook._codecs import codec_for
from winnerlook._core import Core
from winnerlook._exchanges import Exchanges
from winnerlook._telemetry import telemetry_hooks
from winnerlook._transport.endpoint import Endpoint
from winnerlook._transport.tls import Tls
from winnerlook.attempts import OnAttempt
from winnerlook.individual import Separators
from winnerlook.rate_limit import RateLimit
from winnerlook.retry import Retry


@dataclass(frozen=True, slots=True)
class Setup:
    """A client's parts, before any connection is made."""

    configuration: config.Configuration
    core: Core
    endpoint: Endpoint
    security: Tls


def set_up(
    arguments: Mapping[str, Any], *, config_file: str | None, profile: str | None, separators: Separators, on_attempt: OnAttempt | None,
) -> Setup:
    """Gather and check every setting. Raises ConfigurationError."""
    arguments = dict(arguments)
    retry, rate_limit = arguments.get("retries"), arguments.get("rate_limit")
    if isinstance(retry, Retry):
        arguments["retries"] = retry.retries
    if isinstance(rate_limit, RateLimit):
        arguments["rate_limit"] = 0.0
    configuration = config.load(arguments, file=config_file, profile=profile)
    settings = configuration.complete()
    exchanges = Exchanges(
        binding=settings.binding,
        codec=codec_for(settings.binding),
        timeouts=settings.timeouts,
        retry=retry if isinstance(retry, Retry) else Retry(settings.retries),
        rate_limit=rate_limit if isinstance(rate_limit, RateLimit) else RateLimit(settings.rate_limit) if settings.rate_limit else None,
        balance_interval=settings.balance_interval,
        hooks=(*telemetry_hooks(), *([on_attempt] if on_attempt else [])),
    )
    core = Core(Calls(settings.user_code, settings.user_pass, separators), exchanges)
    return Setup(configuration, core, Endpoint.parse(settings.endpoint), settings.security)
