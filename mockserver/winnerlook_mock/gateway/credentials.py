"""Who calls: plain credentials, or the password inside an encrypted submitInfo (R10, E1-E4)."""

from __future__ import annotations

import hmac

from winnerlook import encryption
from winnerlook.operations import Operation
from winnerlook_mock.gateway.account import Account
from winnerlook_mock.gateway.refusal import Refusal
from winnerlook_mock.gateway.submission import Parameters, text_of


def authenticate(account: Account, operation: Operation, parameters: Parameters) -> Parameters:
    """Check the password and return the call's parameters, decrypted where they were encrypted. Raises Refusal with -3, -23, or -27
    where there is no submitInfo."""
    if operation.submit_info:
        if parameters.get("submitInfo") is None:
            raise Refusal(-27)
        parameters = {**parameters, **_decrypted(account, text_of(parameters, "submitInfo"))}
    given = text_of(parameters, "userPass")
    if not hmac.compare_digest(given.encode("utf-8", "surrogatepass"), account.user_pass.encode("utf-8", "surrogatepass")):
        raise Refusal(-3)
    return parameters


def _decrypted(account: Account, submit_info: str) -> dict[str, str]:
    try:
        plaintext = encryption.decrypt(submit_info, account.user_pass)
    except encryption.DecryptionError:
        raise Refusal(-23) from None
    for charset in (encryption.ENCODING, "utf-8"):
        try:
            return encryption.parse_plaintext(plaintext.decode(charset))
        except ValueError:  # bytes that do not fit, or no documented field
            continue
    raise Refusal(-23)
