"""Takes the pushes of the gateway: delivery reports and replies that it POSTs to a server of yours (P1-P4).

    receiver = Receiver(save, secret="long-and-random", store=SqliteStore("seen.sqlite"))
    app.mount("/push", receiver.asgi)            # FastAPI, Starlette; receiver.wsgi, or receiver.receive in a view of your own

``save(push)`` commits before it returns; only then is the gateway told that the push arrived. A push whose handler fails is answered
with an error, so that the gateway tries again.
"""

from winnerlook.pushes import Push, PushError, PushType
from winnerlook.receiver._answers import Answer
from winnerlook.receiver._receiver import Receiver
from winnerlook.receiver._sqlite import SqliteStore
from winnerlook.receiver._stores import BusyError, MemoryStore, Store

__all__ = ["Answer", "BusyError", "MemoryStore", "Push", "PushError", "PushType", "Receiver", "SqliteStore", "Store"]
