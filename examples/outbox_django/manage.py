"""A shop in Django whose orders send SMS: order and SMS are saved in one transaction, a worker sends, the gateway pushes its reports back.

    export WINNERLOOK_ENDPOINT=http://127.0.0.1:8118 WINNERLOOK_USER_CODE=demo WINNERLOOK_USER_PASS=demo-pass
    export WINNERLOOK_PUSH_SECRET=long-and-random
    python manage.py migrate          # Django's tables, and the outbox's
    python manage.py send_sms         # the worker, as a service of its own; as many as wanted
    waitress-serve --listen=127.0.0.1:8000 shop.wsgi:application
    curl --data 'product=1&phone=13900000000' http://127.0.0.1:8000/orders

Needs django, waitress and winnerlook[outbox]. `winnerlook-mock serve` is a gateway to try it on; the outbox's part is in shop/sms.py.
"""

import os
import sys

from django.core.management import execute_from_command_line

if __name__ == "__main__":
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "shop.settings")
    execute_from_command_line(sys.argv)
