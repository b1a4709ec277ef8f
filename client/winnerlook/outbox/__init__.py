"""Durable sending: messages wait in a database until they were sent, and what became of each is known or known to be unknown.

    outbox = Outbox("sqlite:////var/lib/shop/outbox.sqlite", account="shop").init()
    outbox.put("13900000000", "您的验证码是:2345【测试】", reference="order-42")
    Worker(outbox, Client("shop", "shop-pass")).run()

Needs the extra ``winnerlook[outbox]``. See docs/how-to/outbox.md.
"""

try:
    import alembic as _alembic  # noqa: F401
    import sqlalchemy as _sqlalchemy  # noqa: F401
except ModuleNotFoundError as _error:
    raise ImportError(f"winnerlook.outbox needs {_error.name}: pip install 'winnerlook[outbox]'", name=_error.name) from _error

from winnerlook.outbox._archive import Archive
from winnerlook.outbox._doubts import Doubt
from winnerlook.outbox._drain import Drained
from winnerlook.outbox._errors import (
    ArchiveError,
    LogError,
    NotInitialisedError,
    OutboxError,
    RetentionError,
    SettlementError,
    StoreError,
)
from winnerlook.outbox._events import Event
from winnerlook.outbox._keys import new_key
from winnerlook.outbox._manual import Settled
from winnerlook.outbox._message import Hold, Message, ResendAfter
from winnerlook.outbox._metrics import Metrics
from winnerlook.outbox._outbox import Outbox
from winnerlook.outbox._packing import Packing
from winnerlook.outbox._polling import Polled
from winnerlook.outbox._prune import Pruned
from winnerlook.outbox._putting import Put, PutMany
from winnerlook.outbox._replies import ReplyView, TakenReplies, UnmatchedView
from winnerlook.outbox._settling import Entered
from winnerlook.outbox._states import TRANSITIONS, Move, State
from winnerlook.outbox._status import Breaker, Queue, Status
from winnerlook.outbox._sweeps import Swept
from winnerlook.outbox._views import AttemptView, LogEntry, MessageView, RecordView, Window
from winnerlook.outbox._worker import Worker

__all__ = [
    "TRANSITIONS",
    "Archive",
    "ArchiveError",
    "AttemptView",
    "Breaker",
    "Doubt",
    "Drained",
    "Entered",
    "Event",
    "Hold",
    "LogEntry",
    "LogError",
    "Message",
    "MessageView",
    "Metrics",
    "Move",
    "NotInitialisedError",
    "Outbox",
    "OutboxError",
    "Packing",
    "Polled",
    "Pruned",
    "Put",
    "PutMany",
    "Queue",
    "RecordView",
    "ReplyView",
    "ResendAfter",
    "RetentionError",
    "Settled",
    "SettlementError",
    "State",
    "Status",
    "StoreError",
    "Swept",
    "TakenReplies",
    "UnmatchedView",
    "Window",
    "Worker",
    "new_key",
]
