"""The shop's database, and the outbox in it: that is why one transaction can hold an order and its SMS.

    python store.py    # makes the tables of both; once for each new version, before anything starts

SHOP_DATABASE is sqlite:///FILE for one machine, or postgresql+psycopg://USER:PASSWORD@HOST/NAME.
"""

import os
from functools import cache

from sqlalchemy import create_engine
from sqlalchemy.orm import DeclarativeBase, Mapped, mapped_column, sessionmaker

from winnerlook.outbox import Outbox

DATABASE = os.environ.get("SHOP_DATABASE", "sqlite:///shop.sqlite")
engine = create_engine(DATABASE)
Session = sessionmaker(engine)


class Base(DeclarativeBase):
    pass


class Order(Base):
    __tablename__ = "orders"
    number: Mapped[str] = mapped_column(primary_key=True)
    phone: Mapped[str]


@cache  # when first used, not when imported: Celery forks in between
def outbox() -> Outbox:
    return Outbox(DATABASE, account=os.environ["WINNERLOOK_USER_CODE"])


if __name__ == "__main__":
    Base.metadata.create_all(engine)
    outbox().init()
