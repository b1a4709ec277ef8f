"""The push receiver on real servers, with pushes of every kind, good and bad, and handlers that say too much."""

from __future__ import annotations

import json
from collections.abc import Callable
from contextlib import AbstractContextManager
from pathlib import Path
from typing import Any
from urllib.parse import quote_plus

import pytest
import urllib3

from tests.acceptance.canary.tags import Tags
from tests.acceptance.canary.watch import Watch
from tests.client.receiver.bodies import reply, report
from tests.client.receiver.test_asgi import on_uvicorn
from tests.client.receiver.test_wsgi import on_wsgiref
from winnerlook import ConfigurationError
from winnerlook.receiver import Push, Receiver, SqliteStore

Serve = Callable[[Receiver], AbstractContextManager[int]]
SERVERS: dict[str, Serve] = {
    "uvicorn": lambda receiver: on_uvicorn(receiver.asgi), "wsgiref": lambda receiver: on_wsgiref(receiver.wsgi),
}


def _bodies(tags: Tags) -> list[bytes]:
    """What may be pushed: the first two are right."""
    receipts, replies = [report(phone=tags.phone)], [reply(tags.text, dest_phone=tags.phone)]

    def push(records: list[dict[str, Any]], kind: int, **more: Any) -> str:
        return json.dumps({"list": records, "account": "shop", "type": kind, **more}, ensure_ascii=False)

    right = push(replies, 3)
    return [
        push(receipts, 1).encode(), f"json_str={quote_plus(right)}".encode(), push(replies, 3, note=tags.text).encode("gbk"),
        push(replies, 1).encode(), push([{**replies[0], "receive_time": tags.text}], 3).encode(),
        push([{**receipts[0], "phone": [tags.phone]}], 1).encode(),
        push(replies, 9).encode(), right[:-9].encode(), f"{tags.phone}{tags.text}".encode(), f'["{tags.text}"]'.encode(),
        push([{tags.phone: tags.text}], 3).encode(), (right * 50).encode(), f"json_str={tags.text}".encode("utf-16"),
        b"--x " + right.encode(),
    ]


@pytest.mark.parametrize("server", SERVERS)
def test_pushes(server: str, watch: Watch, tags: Tags, tmp_path: Path) -> None:
    """L2, P1-P4"""
    watch.leave_out("urllib3", "uvicorn.access")
    taken: list[Push] = []
    failures: list[BaseException] = []

    def handle(push: Push) -> None:
        if failures:
            raise failures[0]
        watch.see("handler", push, *push.records)
        taken.append(push)

    secret = tags.token  # the last part of a path, which servers write to their access logs: see docs/how-to/receiver.md
    receiver = Receiver(handle, secret=secret, account="shop", store=SqliteStore(tmp_path / "seen.sqlite"), max_bytes=5000)
    watch.see("receiver", receiver, receiver.wsgi, receiver.asgi)
    bodies = _bodies(tags)
    with SERVERS[server](receiver) as port, urllib3.PoolManager(retries=False) as pool:

        def post(body: bytes, path: str = f"/{secret}", method: str = "POST", **headers: str) -> int:
            answer = pool.request(method, f"http://127.0.0.1:{port}{path}", body=body, headers=headers)
            watch.say("answer", f"{answer.status} {answer.data.decode()} {dict(answer.headers)!r}")
            return answer.status

        statuses = [post(body) for body in bodies]
        assert statuses[:3] == [200, 200, 200]
        assert set(statuses[3:]) == {400, 413}
        failures.append(KeyError(f"{tags.phone} {tags.text}"))
        assert post(bodies[0].replace(b"303481", b"303482")) == 500
        assert post(bodies[0], "/" + tags.word) == 404
        assert post(bodies[0], method="PUT") == 405
    assert taken


def test_settings(watch: Watch, tags: Tags) -> None:
    """L2"""
    for wrong in ({"secret": f"{tags.password} {tags.password}"}, {"account": ""}, {"max_bytes": tags.phone}):
        with pytest.raises(ConfigurationError) as failed:
            Receiver(lambda push: None, **wrong)
        watch.see("settings", failed.value)
