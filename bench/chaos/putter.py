"""A process that puts messages in every way that there is, and is killed while it does.

The caller's own table says which chunks were committed: a chunk that is there is not put again, and what is in the outbox must agree
with it to the message.
"""

from __future__ import annotations

import logging
import time
from dataclasses import dataclass, fields

import sqlalchemy as sa

from bench.chaos.plan import Chunk, Plan, Way
from bench.chaos.processes import end_with_parent
from bench.chaos.virtual_time import TimeSpec, VirtualTime
from bench.chaos.worker import open_outbox
from winnerlook.errors import InvalidRequestError
from winnerlook.outbox import Message, Outbox, StoreError

_AGAIN_AFTER = 0.1

orders = sa.Table(
    "chaos_orders", sa.MetaData(), sa.Column("chunk", sa.Integer, primary_key=True, autoincrement=False),
)


class _RolledBackError(Exception):
    pass


@dataclass(frozen=True, slots=True)
class PutterOrders:
    """What a putter is to do."""

    url: str
    time: TimeSpec
    plan: Plan


def put_all(given: PutterOrders) -> None:
    """What the process does: begin where the one before was killed."""
    end_with_parent()
    logging.disable(logging.CRITICAL)
    outbox, engine, now = open_outbox(given.url, given.time), caller_engine(given.url), VirtualTime(given.time)
    for number in range(given.plan.chunks):
        while True:
            try:
                if not _is_there(engine, number):
                    put(outbox, engine, given.plan.chunk(number, now()))
                break
            except (StoreError, sa.exc.DBAPIError):  # restarting, locked: nobody knows whether the commit was made, so look
                time.sleep(_AGAIN_AFTER)
            except InvalidRequestError as error:  # it took so long that a message's time is over: plan it anew
                if error.parameter != "expires_at":
                    raise


def caller_engine(url: str) -> sa.Engine:
    """The caller's own, as it might be set up anywhere."""
    if url.startswith("sqlite"):
        return sa.create_engine(url, connect_args={"timeout": 60})
    return sa.create_engine(sa.make_url(url).set(drivername="postgresql+psycopg"), pool_pre_ping=True)


def _is_there(engine: sa.Engine, number: int) -> bool:
    with engine.connect() as connection:
        return connection.execute(sa.select(orders.c.chunk).where(orders.c.chunk == number)).first() is not None


def put(outbox: Outbox, engine: sa.Engine, chunk: Chunk) -> None:
    """Put a chunk in its way, and then say that it is there."""
    if chunk.ghosts:
        _roll_back(outbox, engine, chunk)
    if chunk.way in {Way.JOINED, Way.ROLLED_BACK, Way.MANY_JOINED}:
        with engine.begin() as connection:
            connection.execute(sa.insert(orders).values(chunk=chunk.number))
            _joined(outbox, connection, chunk)
    else:
        if chunk.way is Way.SINGLE:
            for message in chunk.messages:
                _alone(outbox, message)
        else:
            outbox.put_many(chunk.messages, atomic=chunk.way is Way.MANY)
        with engine.begin() as connection:
            connection.execute(sa.insert(orders).values(chunk=chunk.number))
    for message in chunk.again:
        if not _alone(outbox, message):
            raise AssertionError("a second message with a known key was taken in")


def _joined(outbox: Outbox, connection: sa.Connection, chunk: Chunk) -> None:
    if chunk.way is Way.MANY_JOINED:
        outbox.put_many(chunk.messages, connection=connection)
        return
    for message in chunk.messages:
        _alone(outbox, message, connection)


def _alone(outbox: Outbox, message: Message, connection: sa.Connection | None = None) -> bool:
    options = {field.name: getattr(message, field.name) for field in fields(message)}
    return outbox.put(options.pop("phone"), options.pop("text"), connection=connection, **options).duplicate


def _roll_back(outbox: Outbox, engine: sa.Engine, chunk: Chunk) -> None:
    try:
        with engine.begin() as connection:
            for message in chunk.ghosts:
                _alone(outbox, message, connection)
            raise _RolledBackError  # noqa: TRY301  # what the caller's own code might meet
    except _RolledBackError:
        pass
