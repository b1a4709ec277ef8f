"""The document's own examples, as values."""

from __future__ import annotations

from winnerlook import encryption
from winnerlook.operations import ALL, Operation

USER, PASSWORD = "zhangsan", "123"
PHONE, TEXT = "18616300000", "你的验证码是:2345【饿了么】"
VALUES: dict[str, str] = {
    "userCode": USER, "userPass": PASSWORD, "DesNo": PHONE, "Msg": TEXT, "autograph": "", "ExeNo": "42", "customerUuid": "yj001",
    "smsType": "101", "batchNumber": "", "Channel": "0",
}
PAIRS = f"{PHONE}|~|甲【测试】|-|18616300001|~|乙【测试】"


def values(operation: Operation) -> dict[str, str]:
    """An example of a call, in the document's order."""
    given = {parameter.name: VALUES.get(parameter.name, "") for parameter in operation.parameters}
    if operation.submit_info:
        poll, send = encryption.poll_plaintext(PASSWORD), encryption.send_plaintext(PASSWORD, PHONE, TEXT, 101)
        given["submitInfo"] = encryption.encrypt(poll if operation.polls else send, PASSWORD)
    if operation.name == "SendIndividualMsg":
        given["Msg"] = PAIRS
    return given


NAMES = tuple(operation.name for operation in ALL)
