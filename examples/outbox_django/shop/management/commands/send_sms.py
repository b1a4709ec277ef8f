import signal
from typing import Any

from django.core.management.base import BaseCommand

from shop.sms import outbox
from winnerlook import Client
from winnerlook.outbox import Worker


class Command(BaseCommand):
    help = "Sends what is in the outbox and fetches reports, until SIGTERM or Ctrl-C; both let the call under way finish."

    def handle(self, **_options: Any) -> None:
        with Client() as client:  # WINNERLOOK_ENDPOINT, WINNERLOOK_USER_CODE, WINNERLOOK_USER_PASS
            worker = Worker(outbox(), client)
            for number in (signal.SIGTERM, signal.SIGINT):
                signal.signal(number, lambda *_: worker.stop())
            worker.run()
