"""SDK for the Winnerlook (云信) SMS gateway's trigger interface.

    with Client("user", "pass", endpoint="http://127.0.0.1:8118") as sms:
        sent = sms.send("13900000000", "您的验证码是:2345【测试】", customer_uuid="order-42")

Every result and every exception of a send says how sure it is: see `Certainty`.
"""

from typing import TYPE_CHECKING, Any

from winnerlook._client import Client
from winnerlook._follow import Following
from winnerlook._version import __version__
from winnerlook.attempts import Attempt, attempt_of
from winnerlook.certainty import Certainty
from winnerlook.codes import FailureCode
from winnerlook.errors import (
    AccountStateError,
    AnswerError,
    BadRequestError,
    BalanceError,
    BulkSendError,
    CallTimeoutError,
    CertificateError,
    ConfigurationError,
    ConnectError,
    ConnectionLostError,
    ContentRefusedError,
    CredentialsError,
    ForbiddenDtdError,
    GatewayError,
    HttpStatusError,
    InvalidRequestError,
    NotPlainError,
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
from winnerlook.rate_limit import RateLimit
from winnerlook.records import Reply, Report
from winnerlook.results import Sent
from winnerlook.retry import Retry
from winnerlook.sms import segment_count, signature

if TYPE_CHECKING:
    from winnerlook._async_client import AsyncClient
    from winnerlook._async_follow import AsyncFollowing
    from winnerlook._soap.transport import zeep_transport

__all__ = [
    "AccountStateError",
    "AnswerError",
    "AsyncClient",
    "AsyncFollowing",
    "Attempt",
    "BadRequestError",
    "BalanceError",
    "BulkSendError",
    "CallTimeoutError",
    "Certainty",
    "CertificateError",
    "Client",
    "ConfigurationError",
    "ConnectError",
    "ConnectionLostError",
    "ContentRefusedError",
    "CredentialsError",
    "Evidence",
    "FailureCode",
    "Following",
    "ForbiddenDtdError",
    "GatewayError",
    "HttpStatusError",
    "InvalidRequestError",
    "NotPlainError",
    "NotSoapError",
    "NotXmlError",
    "NumberRefusedError",
    "Operation",
    "RateLimit",
    "Reply",
    "Report",
    "Retry",
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
    "attempt_of",
    "segment_count",
    "signature",
    "zeep_transport",
]


def __getattr__(name: str) -> Any:
    if name == "AsyncClient":
        try:
            from winnerlook._async_client import AsyncClient  # noqa: PLC0415  # aiohttp takes long to import: only whoever asks pays
        except ModuleNotFoundError as error:
            raise ImportError(f"AsyncClient needs {error.name}: pip install 'winnerlook[async]'", name=error.name) from error
        return AsyncClient
    if name == "AsyncFollowing":
        from winnerlook._async_follow import AsyncFollowing  # noqa: PLC0415  # asyncio takes its time too

        return AsyncFollowing
    if name == "zeep_transport":
        from winnerlook._soap.transport import zeep_transport  # noqa: PLC0415  # zeep takes long to import too

        return zeep_transport
    raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
