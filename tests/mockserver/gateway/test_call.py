"""What of a call may be seen: its repr may end up in a debugger or a log."""

from __future__ import annotations

from decimal import Decimal

import pytest

from tests.mockserver.gateway.caller import PHONE, TEXT, Caller
from winnerlook.operations import BY_NAME
from winnerlook_mock.gateway import Account, Origin
from winnerlook_mock.gateway.call import Call
from winnerlook_mock.gateway.refusal import Refusal

SECRETS = ("s3cret-Pa55", PHONE, TEXT)


def _shown() -> list[object]:
    origin = Origin("soap11", "127.0.0.1", raw=" ".join(SECRETS).encode())
    parameters = {"userCode": "u", "userPass": SECRETS[0], "DesNo": PHONE, "Msg": TEXT}
    caller = Caller()
    caller.send()
    caller.reply(PHONE, TEXT)
    return [
        origin, Call(BY_NAME["SendMsg"], parameters, origin), Account("u", SECRETS[0], Decimal(1)), Refusal(-7), caller.account.messages[0],
        caller.account.reports, next(iter(caller.gateway.journal)),
    ]


@pytest.mark.parametrize("shown", _shown(), ids=lambda shown: type(shown).__name__)
def test_a_repr_shows_neither_password_nor_number_nor_text(shown: object) -> None:
    """L2: of everything that a call leaves behind."""
    for secret in SECRETS:
        assert secret not in repr(shown)
        assert repr(secret.encode())[2:-1] not in repr(shown)


def test_the_user_name_is_what_was_given() -> None:
    origin = Origin("get", "::1")
    assert Call(BY_NAME["SendMsg"], {"userCode": "somebody"}, origin).user_code == "somebody"
    assert Call(BY_NAME["SendMsg"], {}, origin).user_code == ""
