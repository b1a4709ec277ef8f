"""The push receiver: any body is answered with a documented status, and what is taken survives being written and read again (P1-P4)."""

from __future__ import annotations

from urllib.parse import quote_plus

from fuzz.inputs import read, written
from winnerlook.pushes import Push, PushError, format_push, parse_push, read_body
from winnerlook.receiver import MemoryStore, Receiver

_RECEIPTS = (
    '{"list":[{"phone":"15021750000","receive_status":"DELIVRD","receive_time":1529466210680,"sub_no":"2400350000122303481",'
    '"customer_uuid":"yj001"}],"account":"zhangsan","type":1}'
)
_REPLIES = (
    '{"list":[{"dest_phone":"15021750000","resp_content":"收到","resp_time":1529466210680,"show_num":"10690835400387",'
    '"customer_uuid":""}],"account":"zhangsan","type":3}'
)
_FORM = "application/x-www-form-urlencoded"

SEEDS: list[bytes] = [
    written(kind, body=body)
    for push in (_RECEIPTS, _REPLIES)
    for kind, body in (
        ("application/json; charset=utf-8", push.encode()), ("application/json;charset=gbk", push.encode("gbk")),
        ("", push.encode("utf-8-sig")),
        (_FORM, f"json_str={quote_plus(push)}".encode()), (_FORM, f"a=b&json_str={push}".encode()),
    )
]


def one(data: bytes) -> None:
    """One push."""
    (kind,), body = read(data, 1)
    taken: list[Push] = []
    receiver = Receiver(taken.append, store=MemoryStore())
    answer = receiver.receive("POST", "/", body, kind or None, "127.0.0.1")
    assert answer.status in {200, 400}, answer
    assert len(taken) <= (answer.status == 200)
    try:
        push = read_body(body, kind or None)
    except PushError:
        assert answer.status == 400
        return
    assert answer.text == "success"
    assert parse_push(format_push(push)) == push
    assert receiver.receive("POST", "/", body, kind or None, "127.0.0.1").status == 200
    assert len(taken) <= 1, "the same push was handed on twice"
