"""Takes the gateway's pushes with Django and keeps them in SQLite: a whole project in one file.

    WINNERLOOK_PUSH_SECRET=long-and-random python examples/receive_django.py 8119

Needs django and waitress. The gateway's operator is given http://HOST:8119/push/long-and-random.
"""

import os
import sys

import waitress
from django.conf import settings
from django.core.wsgi import get_wsgi_application
from django.db import connection, transaction
from django.http import HttpRequest, HttpResponse
from django.urls import path
from django.views.decorators.csrf import csrf_exempt

from winnerlook.receiver import Push, Receiver, SqliteStore

DATABASE = {"ENGINE": "django.db.backends.sqlite3", "NAME": os.environ.get("PUSHED_DATABASE", "pushed.sqlite")}
settings.configure(
    ROOT_URLCONF=__name__, ALLOWED_HOSTS=["127.0.0.1"], SECRET_KEY="for this example only", DATABASES={"default": DATABASE},
    DATA_UPLOAD_MAX_MEMORY_SIZE=64 * 1024 * 1024,  # above 2.5 MB Django would answer 400 before the receiver can say 413
)


def save(push: Push) -> None:
    """Commits before it returns: only then is the gateway told that the push arrived. A project would use a model."""
    rows = [(push.account, r.phone, r.status) for r in push.reports] + [(push.account, r.phone, r.text) for r in push.replies]
    with transaction.atomic(durable=True), connection.cursor() as cursor:
        cursor.execute("CREATE TABLE IF NOT EXISTS pushed (account TEXT, phone TEXT, said TEXT)")
        cursor.executemany("INSERT INTO pushed VALUES (%s, %s, %s)", rows)


receiver = Receiver(save, secret=os.environ["WINNERLOOK_PUSH_SECRET"], store=SqliteStore("seen.sqlite"))


@csrf_exempt  # the gateway has no cookie; the secret says that it is the gateway
def push(request: HttpRequest, secret: str) -> HttpResponse:  # noqa: ARG001  # the receiver looks at the path itself
    answer = receiver.receive(request.method, request.path, request.body, request.headers.get("Content-Type"), request.META["REMOTE_ADDR"])
    return HttpResponse(answer.text, status=answer.status, headers=dict(answer.headers))


urlpatterns = [path("push/<str:secret>", push)]

if __name__ == "__main__":
    server = waitress.create_server(get_wsgi_application(), host="127.0.0.1", port=int(sys.argv[1]))
    print(f"ready: http://127.0.0.1:{server.effective_port}/push/", flush=True)
    server.run()
