from typing import Any

from django.apps import AppConfig
from django.db.models.signals import post_migrate

from shop import sms


class ShopConfig(AppConfig):
    name = "shop"

    def ready(self) -> None:
        post_migrate.connect(make_outbox_tables, sender=self)


def make_outbox_tables(**_signal: Any) -> None:
    sms.outbox().init()
