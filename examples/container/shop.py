"""The application under test: an order that is paid for tells its customer. Its settings are the SDK's environment variables."""

import os
import sys

import waitress
from flask import Flask, Response, request

from winnerlook import Client, GatewayError, WinnerlookError

app = Flask(__name__)
sms = Client()


@app.get("/health")
def health() -> str:
    return "well\n"


@app.post("/orders/<number>/paid")
def paid(number: str) -> Response | tuple[dict[str, str], int]:
    text = f"订单{number}已付款,我们会尽快发货【测试】"
    try:
        sent = sms.send(request.json["phone"], text, customer_uuid=number)
    except GatewayError as error:
        return {"problem": f"the gateway refused it: {error.meaning}"}, 502
    except WinnerlookError as error:
        return {"problem": f"whether it was sent is {error.certainty.value}"}, 504
    return {"batch": sent.batch_number}, 201


if __name__ == "__main__":
    server = waitress.create_server(app, host=os.environ.get("SHOP_HOST", "0.0.0.0"), port=int(os.environ.get("SHOP_PORT", "8000")))
    print(f"ready: http://127.0.0.1:{server.effective_port}", flush=True)
    try:
        server.run()
    except KeyboardInterrupt:
        sys.exit(0)
