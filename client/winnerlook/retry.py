"""Which failures the client tries again by itself, and when."""

from __future__ import annotations

import random
import threading
from dataclasses import dataclass, field

from winnerlook._wire import ClosedError
from winnerlook.certainty import Certainty
from winnerlook.errors import CertificateError, ConfigurationError, ThrottledError, TransportError, WinnerlookError

_EARNED_BY_CALL = 0.1


@dataclass(slots=True)
class Retry:
    """Up to `retries` further attempts of a call that certainly was not done: no byte had left, or the gateway said -16.

    The wait before the n-th is drawn evenly between 0 and ``base * 2 ** (n - 1)`` seconds, at most `cap`. `budget` bounds retries over
    all calls of a client: it starts full, each retry costs one, each call gives a tenth back; so an outage is not met with a multiple
    of the usual load.
    """

    retries: int = 2
    base: float = 0.2
    cap: float = 5.0
    budget: float = 10.0
    _left: float = field(init=False, repr=False, default=0.0)
    _lock: threading.Lock = field(init=False, repr=False, compare=False, default_factory=threading.Lock)

    def __post_init__(self) -> None:
        if self.retries < 0 or self.base < 0 or self.cap < 0 or self.budget < 0:
            raise ConfigurationError("retries, base, cap and budget must not be negative")
        self._left = self.budget

    @staticmethod
    def allows(error: WinnerlookError) -> bool:
        """Whether a failure is one that a retry can neither double nor fail to mend."""
        if isinstance(error, TransportError):
            hopeless = isinstance(error, CertificateError) or isinstance(error.__cause__, ClosedError)
            return error.certainty is Certainty.NOT_SENT and not hopeless
        return isinstance(error, ThrottledError)

    def delay(self, retry: int) -> float:
        """Seconds to wait before the n-th retry, counted from 1."""
        return random.uniform(0.0, min(self.cap, self.base * 2 ** (retry - 1)))  # noqa: S311  # jitter, not a secret

    def earn(self) -> None:
        """A call was made."""
        with self._lock:
            self._left = min(self.budget, self._left + _EARNED_BY_CALL)

    def spend(self) -> bool:
        """Take one retry out of the budget, if there is one."""
        with self._lock:
            if self._left < 1.0:
                return False
            self._left -= 1.0
            return True
