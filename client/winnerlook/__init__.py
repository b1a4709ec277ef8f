"""SDK for the Winnerlook (云信) SMS gateway's trigger interface.

    with Client("user", "pass", endpoint="http://127.0.0.1:8118") as sms:
        sent = sms.send("13900000000", "您的验证码是:2345【测试】", customer_uuid="order-42")

Every result and every exception of a send says how sure it is: see `Certainty`.
"""

from winnerlook._client import Client
from winnerlook._version import __version__
from winnerlook.certainty import Certainty
from winnerlook.codes import FailureCode
from winnerlook.errors import (
    AccountStateError,
    AnswerError,
    BadRequestError,
    BalanceError,
    BulkSendError,
    CallTimeoutError,
    ConfigurationError,
    ConnectError,
    ConnectionLostError,
    ContentRefusedError,
    CredentialsError,
    ForbiddenDtdError,
    GatewayError,
    HttpStatusError,
    InvalidRequestError,
    NotSoapError,
    NotXmlError,
    NumberRefusedError,
    ServiceError,
    SoapFaultError,
    ThrottledError,
    TransportError,
    UnknownCodeError,
    UnreadableResultError,
    WinnerlookError,
    WrongOperationError,
)
from winnerlook.evidence import Evidence
from winnerlook.individual import Separators
from winnerlook.operations import Operation
from winnerlook.records import Reply, Report
from winnerlook.results import Sent

__all__ = [
    "AccountStateError",
    "AnswerError",
    "BadRequestError",
    "BalanceError",
    "BulkSendError",
    "CallTimeoutError",
    "Certainty",
    "Client",
    "ConfigurationError",
    "ConnectError",
    "ConnectionLostError",
    "ContentRefusedError",
    "CredentialsError",
    "Evidence",
    "FailureCode",
    "ForbiddenDtdError",
    "GatewayError",
    "HttpStatusError",
    "InvalidRequestError",
    "NotSoapError",
    "NotXmlError",
    "NumberRefusedError",
    "Operation",
    "Reply",
    "Report",
    "Sent",
    "Separators",
    "ServiceError",
    "SoapFaultError",
    "ThrottledError",
    "TransportError",
    "UnknownCodeError",
    "UnreadableResultError",
    "WinnerlookError",
    "WrongOperationError",
    "__version__",
]
