"""Celery sends, and fetches what became of it.

    celery -A tasks worker -Q sms    # as many as wanted: two drains never take the same message, two polls never meet
    celery -A tasks beat             # one
"""

import os
from functools import cache

from celery import Celery
from store import outbox

from winnerlook import Client

celery = Celery("shop", broker=os.environ["CELERY_BROKER_URL"])
celery.conf.task_routes = {"tasks.*": {"queue": "sms"}}  # the gateway may be slow: these must not keep the shop's other tasks waiting
celery.conf.beat_schedule = {
    # A tick that waited until the next one came is of no use any more.
    "drain": {"task": "tasks.drain", "schedule": 1.0, "options": {"expires": 1.0}},
    "poll": {"task": "tasks.poll", "schedule": 3.0, "options": {"expires": 3.0}},
}


@cache
def client() -> Client:
    return Client()  # WINNERLOOK_ENDPOINT, WINNERLOOK_USER_CODE, WINNERLOOK_USER_PASS


@celery.task(ignore_result=True)
def drain() -> None:
    """Run twice or not at all, it loses nothing: what there is to send is in the database, the broker only says when."""
    outbox().drain(client(), most=100)


@celery.task(ignore_result=True)
def poll() -> None:
    outbox().poll(client())
