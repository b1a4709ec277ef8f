"""The twelve operations of the trigger interface as data (facts A1-A5, S1, O1-O12, R3-R8).

Everything that has to know what an operation is called, what it takes and what it answers reads it here: the client, the
command line, the mock server and the tests. Names keep the document's own capitals.
"""

from __future__ import annotations

from dataclasses import dataclass
from enum import Enum

NAMESPACE = "http://tempuri.org/"
"""Target namespace of every element (S1)."""
HTTP_BASE = "http://118.178.116.15"
"""The vendor's live HTTP address (A1)."""
HTTPS_BASE = "https://118.178.116.15:8443"
"""The vendor's live HTTPS address (A2)."""
ROOT = "/winnerrxd"
"""First segment of every path."""
MISSPELT_ROOT = "/winerrxd"
"""How the document's SOAP samples and some of its tables spell it, with one n. The mock answers there too, and notes it."""
SOAP_PATH = ROOT + "/api/ws/trigger"
"""SOAP 1.1 and 1.2, one address; ``?wsdl`` returns the WSDL (A3, A4)."""
PLAIN_PATH = ROOT + "/api/trigger/"
"""Plain HTTP GET and POST; the operation's name follows (A5)."""

DEFAULT_SMS_TYPE = 101
"""What smsType is when nothing else was agreed with the vendor."""
MAX_CUSTOMER_UUID = 60
"""Characters in a customerUuid; one more is -27 (R7)."""
MAX_EXTENSION_DIGITS = 16
"""Digits in an ExeNo; anything but 1-16 digits is -44 (R8)."""
MAX_POLLED = 500
"""Records that one poll returns at most (R1)."""
REPORTS_KEPT_DAYS = 3
"""Days that the gateway keeps what was not fetched (R1)."""
BALANCE_INTERVAL_SECONDS = 5
"""Seconds between two questions for the balance; sooner is -16 (R2)."""


class Result(Enum):
    """What an operation's result string means when it is not a failure code."""

    BALANCE = "balance"
    BATCH_NUMBER = "batch number"
    REPORTS = "reports: batch,phone,status,customId"
    TIMED_REPORTS = "reports: batch,phone,time,status,customId"
    REPLIES = "replies: phone, text, time, customId"
    SENDER_REPLIES = "replies: phone, text, time, number the SMS was sent from, customId"


@dataclass(frozen=True, slots=True)
class Parameter:
    """One documented parameter. `type` is str or int; `required` is the document's, not the WSDL's (which makes every string optional)."""

    name: str
    zh: str
    en: str
    required: bool = True
    type: type[str] | type[int] = str


@dataclass(frozen=True, slots=True)
class Operation:
    """One documented operation.

    `parameters` are in the document's and the WSDL's order. `submit_info` names the fields inside an encrypted ``submitInfo`` (E2).
    `max_recipients` is what one call may carry by R3-R5, `code_19_bound` what the code table names (R6). `sample_result` is the
    document's own sample answer, its lost bars put back (F2).
    """

    fact: str
    name: str
    zh: str
    en: str
    parameters: tuple[Parameter, ...]
    result: Result
    sample_result: str
    submit_info: tuple[Parameter, ...] = ()
    max_recipients: int = 0
    code_19_bound: int = 0

    @property
    def sends(self) -> bool:
        """Whether a call may put an SMS on its way."""
        return self.result is Result.BATCH_NUMBER

    @property
    def polls(self) -> bool:
        """Whether a call takes records out of the gateway, which then forgets them (R1)."""
        return not self.sends and self.result is not Result.BALANCE

    @property
    def soap_action(self) -> str:
        """The SOAPAction of SOAP 1.1 and the action of SOAP 1.2 (S2)."""
        return NAMESPACE + self.name

    @property
    def plain_path(self) -> str:
        """Path of the plain HTTP form (A5)."""
        return PLAIN_PATH + self.name

    @property
    def required(self) -> tuple[str, ...]:
        """Names of the parameters that must be there."""
        return tuple(p.name for p in self.parameters if p.required)


_USER_CODE = Parameter("userCode", "登录名称", "login name")
_USER_PASS = Parameter("userPass", "登录密码", "login password")
_ONE_NUMBER = Parameter("DesNo", "手机号码，每次 1 个", "phone number, one a call")
_NUMBERS = Parameter("DesNo", "手机号码，以英文逗号分隔，每次不超过 50 个", "phone numbers, comma-separated, at most 50 a call")
_MSG = Parameter("Msg", "短信内容", "text of the SMS")
_PAIRS = Parameter("Msg", "号码与短信内容对，每次不超过 50 条", "number and text pairs, at most 50 a call")
_AUTOGRAPH = Parameter("autograph", "签名编号，一般留空", "signature number, normally left empty", required=False)
_EXE_NO = Parameter("ExeNo", "自定义扩展号，1-16 位数字", "extension of the sending number, 1-16 digits", required=False)
_CUSTOMER_UUID = Parameter("customerUuid", "用户标识，最长 60 位", "the caller's own id, at most 60 characters", required=False)
_SMS_TYPE = Parameter("smsType", "短信类型，未指定时为 101", "kind of SMS, 101 when nothing else was agreed", required=False, type=int)
_BATCH_NUMBER = Parameter("batchNumber", "备用参数，留空", "spare, left empty", required=False)
_SUBMIT_INFO = Parameter("submitInfo", "DES 加密后的参数", "the other parameters, DES-encrypted")
_CHANNEL = Parameter("Channel", "留空或 0，兼容用", "empty or 0, for compatibility", required=False)

_LOGIN = (_USER_CODE, _USER_PASS)
_SAMPLE_BATCH = "2200001476358475197"
_SAMPLE_BATCH_2 = "2200001476358475198"
_SAMPLE_REPORT = "2314357620085030624,139000000000,DELIVRD,yj001|"
_SAMPLE_TIMED_REPORT = "2314357620085030624,13900000000,2014/06/10 15:34:11, DELIVRD,yj001|"
_SAMPLE_REPLY = "13816025285|,|宋超测试的 MO 信息! 123456789|,|2016/10/13 13:51:08|,|yj001"
_SAMPLE_SENDER_REPLY = "13816025285|,|宋超测试的 MO 信息! 12345|,|2016/10/13 13:51:08|,|106911378882931|,|yj001"

ALL: tuple[Operation, ...] = (
    Operation("O1", "GetBalanceConnect", "获取余额", "ask for the balance", _LOGIN, Result.BALANCE, "100"),
    Operation(
        "O2", "SendMsg", "短信发送", "send one SMS", (*_LOGIN, _ONE_NUMBER, _MSG, _AUTOGRAPH, _CUSTOMER_UUID, _SMS_TYPE),
        Result.BATCH_NUMBER, _SAMPLE_BATCH, max_recipients=1, code_19_bound=1,
    ),
    Operation("O3", "GetMoConnect", "获取回复", "fetch replies", _LOGIN, Result.REPLIES, _SAMPLE_REPLY),
    Operation(
        "O4", "GetMo2Connect", "获取回复（带下发号码）", "fetch replies with the number the SMS was sent from", _LOGIN,
        Result.SENDER_REPLIES, _SAMPLE_SENDER_REPLY,
    ),
    Operation(
        "O5", "GetReportConnect", "获取状态报告", "fetch delivery reports", (*_LOGIN, _BATCH_NUMBER), Result.REPORTS, _SAMPLE_REPORT,
    ),
    Operation(
        "O6", "GetReport2Connect", "获取状态报告（带时间）", "fetch delivery reports with their time", _LOGIN,
        Result.TIMED_REPORTS, _SAMPLE_TIMED_REPORT,
    ),
    Operation(
        "O7", "SendBatchMsg", "批量发送相同内容短信", "send one text to many numbers", (*_LOGIN, _NUMBERS, _MSG, _AUTOGRAPH, _SMS_TYPE),
        Result.BATCH_NUMBER, _SAMPLE_BATCH_2, max_recipients=50, code_19_bound=1000,
    ),
    Operation(
        "O8", "sendMsgByEncrypt", "短信加密发送", "send one SMS, encrypted", (_USER_CODE, _SUBMIT_INFO, _AUTOGRAPH),
        Result.BATCH_NUMBER, _SAMPLE_BATCH_2,
        submit_info=(_USER_PASS, _ONE_NUMBER, _MSG, _SMS_TYPE, _CHANNEL), max_recipients=1, code_19_bound=1,
    ),
    Operation(
        "O9", "GetReport2ByEncrypt", "加密获取状态报告", "fetch delivery reports with their time, encrypted", (_USER_CODE, _SUBMIT_INFO),
        Result.TIMED_REPORTS, _SAMPLE_TIMED_REPORT, submit_info=(_USER_PASS,),
    ),
    Operation(
        "O10", "GetMo2ByEncrypt", "加密获取回复", "fetch replies, encrypted", (_USER_CODE, _SUBMIT_INFO),
        Result.REPLIES, _SAMPLE_REPLY, submit_info=(_USER_PASS,),
    ),
    Operation(
        "O11", "sendMsgExt", "短信扩展发送", "send one SMS from an extended number",
        (*_LOGIN, _ONE_NUMBER, _MSG, _AUTOGRAPH, _EXE_NO, _CUSTOMER_UUID, _SMS_TYPE),
        Result.BATCH_NUMBER, _SAMPLE_BATCH, max_recipients=1, code_19_bound=1,
    ),
    Operation(
        "O12", "SendIndividualMsg", "短信发送（个性化）", "send a text of its own to each number",
        (*_LOGIN, _PAIRS, _SMS_TYPE, _CUSTOMER_UUID),
        Result.BATCH_NUMBER, _SAMPLE_BATCH, max_recipients=50, code_19_bound=500,
    ),
)
"""The operations in the document's order."""

BY_NAME: dict[str, Operation] = {operation.name: operation for operation in ALL}
"""The operations by their documented names."""
