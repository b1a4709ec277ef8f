"""Durable sending: messages wait in a database until they were sent, and what became of each is known or known to be unknown.

    outbox = Outbox("sqlite:////var/lib/shop/outbox.sqlite", account="shop").init()
    outbox.put("13900000000", "您的验证码是:2345【测试】", reference="order-42")
    Worker(outbox, Client("shop", "shop-pass")).run()

Needs the extra ``winnerlook[outbox]``. See docs/outbox.md.
"""

try:
    import alembic as _alembic  # noqa: F401
    import sqlalchemy as _sqlalchemy  # noqa: F401
except ModuleNotFoundError as error:
    raise ImportError(f"winnerlook.outbox needs {error.name}: pip install 'winnerlook[outbox]'", name=error.name) from error

from winnerlook.outbox._drain import Drained
from winnerlook.outbox._errors import LogError, NotInitialisedError, OutboxError, StoreError
from winnerlook.outbox._message import Hold, Message, ResendAfter
from winnerlook.outbox._outbox import Outbox
from winnerlook.outbox._polling import Polled
from winnerlook.outbox._putting import Put, PutMany
from winnerlook.outbox._settling import Entered
from winnerlook.outbox._states import TRANSITIONS, Move, State
from winnerlook.outbox._sweeps import Swept
from winnerlook.outbox._views import AttemptView, Breaker, MessageView, Status, Window
from winnerlook.outbox._worker import Worker

__all__ = [
    "TRANSITIONS",
    "AttemptView",
    "Breaker",
    "Drained",
    "Entered",
    "Hold",
    "LogError",
    "Message",
    "MessageView",
    "Move",
    "NotInitialisedError",
    "Outbox",
    "OutboxError",
    "Polled",
    "Put",
    "PutMany",
    "ResendAfter",
    "State",
    "Status",
    "StoreError",
    "Swept",
    "Window",
    "Worker",
]
