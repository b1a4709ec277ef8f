"""The outbox, in Django's own database: that is why one transaction can hold an order and its SMS."""

import os
from functools import cache

from django.db import connection
from sqlalchemy import URL

from winnerlook.outbox import Outbox
from winnerlook.receiver import Receiver


@cache  # when first used, not when imported: a server may fork in between, and Django's tests have a database of their own
def outbox() -> Outbox:
    return Outbox(database_url(), account=os.environ["WINNERLOOK_USER_CODE"])


@cache
def receiver() -> Receiver:
    return Receiver(outbox().receiver_handler, secret=os.environ["WINNERLOOK_PUSH_SECRET"], account=os.environ["WINNERLOOK_USER_CODE"])


def database_url() -> URL:
    django = connection.settings_dict
    if connection.vendor == "sqlite":
        return URL.create("sqlite", database=str(django["NAME"]))
    login = {"username": django["USER"] or None, "password": django["PASSWORD"] or None}
    return URL.create("postgresql", host=django["HOST"] or None, port=django["PORT"] or None, database=django["NAME"], **login)
