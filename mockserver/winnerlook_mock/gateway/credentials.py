"""Who calls: plain credentials, or the password inside an encrypted submitInfo (R10, E1-E4)."""

from __future__ import annotations

import hmac

from winnerlook import encryption
from winnerlook.operations import Operation
from winnerlook_mock.gateway.account import Account
from winnerlook_mock.gateway.notes import notes_on_password
from winnerlook_mock.gateway.refusal import Refusal
from winnerlook_mock.gateway.submission import Parameters, text_of


def authenticate(account: Account, operation: Operation, parameters: Parameters, notes: list[str] | None = None) -> Parameters:
    """Check the password and return the call's parameters, decrypted where they were encrypted. Raises Refusal with -3, -23, or -27
    where there is no submitInfo. `notes` gathers what the caller likely did wrong."""
    if operation.submit_info:
        if parameters.get("submitInfo") is None:
            _add(notes, "submitInfo is missing: this operation takes its parameters encrypted in it (E1, E2)")
            raise Refusal(-27)
        parameters = {**parameters, **_decrypted(account, text_of(parameters, "submitInfo"), notes)}
    given = text_of(parameters, "userPass")
    if not hmac.compare_digest(given.encode("utf-8", "surrogatepass"), account.user_pass.encode("utf-8", "surrogatepass")):
        _add(notes, *notes_on_password(operation, parameters, account.user_pass))
        raise Refusal(-3)
    return parameters


def _decrypted(account: Account, submit_info: str, notes: list[str] | None) -> dict[str, str]:
    from winnerlook_mock.gateway import diagnosis  # noqa: PLC0415  # brings the ciphers, which most servers never need

    try:
        plaintext = encryption.decrypt(submit_info, account.user_pass)
    except encryption.DecryptionError:
        if notes is not None:  # trying every likely mistake costs what a hundred calls do
            notes.extend(diagnosis.why_unreadable(submit_info, account.user_pass))
        raise Refusal(-23) from None
    for charset in (encryption.ENCODING, "utf-8"):
        try:
            fields = encryption.parse_plaintext(plaintext.decode(charset))
        except ValueError:  # bytes that do not fit, or no documented field
            continue
        _add(notes, *diagnosis.notes_on_writing(submit_info, plaintext))
        return fields
    if notes is not None:
        notes.extend(diagnosis.why_no_fields(submit_info, plaintext, account.user_pass))
    raise Refusal(-23)


def _add(notes: list[str] | None, *more: str) -> None:
    if notes is not None:
        notes.extend(more)
