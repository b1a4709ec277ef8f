"""Tests of the shop from outside: they know its address, and look over the control API at what reached the gateway."""

import json
import os
import urllib.error
import urllib.request
from typing import Any
from urllib.parse import urlencode

SHOP, MOCK, TOKEN = os.environ["SHOP_URL"], os.environ["MOCK_URL"], os.environ["MOCK_TOKEN"]


def call(method: str, url: str, body: object = None, **headers: str) -> Any:
    data = None if body is None else json.dumps(body).encode()
    request = urllib.request.Request(url, data, {"Content-Type": "application/json", **headers}, method=method)
    with urllib.request.urlopen(request, timeout=30) as answer:
        return json.loads(answer.read() or "null")


def api(method: str, path: str, body: object = None, **query: object) -> Any:
    return call(method, f"{MOCK}/_mock/api/v1{path}?{urlencode(query)}", body, Authorization=f"Bearer {TOKEN}")


def test_a_customer_is_told_of_the_payment() -> None:
    answer = call("POST", f"{SHOP}/orders/4711/paid", {"phone": "13900000000"})
    message = api("GET", "/wait", account="shop", to="13900000000", contains="4711", timeout=10)
    assert message["text"] == "订单4711已付款,我们会尽快发货【测试】"
    assert message["batch_number"] == answer["batch"]
    assert api("GET", "/journal", q="account:shop has:warning")["entries"] == []


def test_a_refusal_is_the_shops_own_error() -> None:
    api("POST", "/faults", {"kind": "code", "code": -7, "account": "shop", "operation": "SendMsg", "times": 1})
    try:
        call("POST", f"{SHOP}/orders/4712/paid", {"phone": "13900000001"})
    except urllib.error.HTTPError as error:
        assert (error.code, "余额不足" in json.loads(error.read())["problem"]) == (502, True)
    else:
        raise AssertionError("the shop said nothing")
    assert api("GET", "/messages", account="shop", to="13900000001")["messages"] == []
