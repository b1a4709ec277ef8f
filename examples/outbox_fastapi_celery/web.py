"""A shop in FastAPI whose orders send SMS by Celery: order and SMS are saved in one transaction.

    export WINNERLOOK_ENDPOINT=http://127.0.0.1:8118 WINNERLOOK_USER_CODE=demo WINNERLOOK_USER_PASS=demo-pass
    export CELERY_BROKER_URL=redis://127.0.0.1
    python store.py
    celery -A tasks worker -Q sms & celery -A tasks beat &
    uvicorn web:app --port 8000
    curl --json '{"number": "A-1", "phone": "13900000000"}' http://127.0.0.1:8000/orders

Needs fastapi, uvicorn, celery and winnerlook[outbox]. `winnerlook-mock serve` is a gateway to try it on.
"""

from contextlib import suppress

from fastapi import BackgroundTasks, FastAPI, HTTPException
from kombu.exceptions import OperationalError
from pydantic import BaseModel
from sqlalchemy.exc import IntegrityError
from store import Order, Session, outbox
from tasks import drain

from winnerlook import InvalidRequestError

app = FastAPI()


class NewOrder(BaseModel):
    number: str
    phone: str


@app.post("/orders", status_code=201)
def take(new: NewOrder, afterwards: BackgroundTasks) -> dict[str, str]:
    """Order and SMS: both, or none."""
    try:
        # Not a session from Depends: FastAPI may commit that only after the answer has left.
        with Session.begin() as session:
            session.add(Order(number=new.number, phone=new.phone))
            outbox().put(new.phone, f"您的订单{new.number}已收到【测试】", reference=new.number, connection=session.connection())
    except InvalidRequestError as error:
        raise HTTPException(422, str(error)) from None
    except IntegrityError:
        raise HTTPException(409, "there is an order with this number") from None
    afterwards.add_task(nudge)
    return {"order": new.number}


def nudge() -> None:
    """Sends at once. Where the broker is out of reach, the message waits for beat's next tick, and nobody waits for the broker."""
    with suppress(OperationalError):
        drain.apply_async(expires=1.0, retry=False)
