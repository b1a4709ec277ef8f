"""SDK for the Winnerlook (云信) SMS gateway's trigger interface.

    with Client("user", "pass", endpoint="http://127.0.0.1:8118") as sms:
        sent = sms.send("13900000000", "您的验证码是:2345【测试】", customer_uuid="order-42")

Every result and every exception of a send says how sure it is: see `Certainty`.
"""

from importlib import import_module
from typing import TYPE_CHECKING, Any

from winnerlook._version import __version__

if TYPE_CHECKING:
    from winnerlook._async_client import AsyncClient
    from winnerlook._async_follow import AsyncFollowing
    from winnerlook._client import Client
    from winnerlook._follow import Following
    from winnerlook._soap.transport import zeep_transport
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

_ELSEWHERE = {
    "AsyncClient": "_async_client", "AsyncFollowing": "_async_follow", "Attempt": "attempts", "Certainty": "certainty", "Client": "_client",
    "Evidence": "evidence", "FailureCode": "codes", "Following": "_follow", "Operation": "operations", "RateLimit": "rate_limit",
    "Reply": "records", "Report": "records", "Retry": "retry", "Sent": "results", "Separators": "individual", "attempt_of": "attempts",
    "segment_count": "sms", "signature": "sms", "zeep_transport": "_soap.transport",
}
"""The module of each public name that is not an error."""
_MODULES = {
    "attempts", "certainty", "china_time", "codes", "config", "encryption", "errors", "evidence", "individual", "masking", "operations",
    "rate_limit", "records", "results", "retry", "sms",
}
"""What can be reached as an attribute without an import of its own."""


def __getattr__(name: str) -> Any:
    """Nothing is imported before it is asked for: programs import this package at their start, and call later or never."""
    if name in _MODULES:
        return import_module(f"winnerlook.{name}")
    if name not in __all__:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    try:
        value = getattr(import_module(f"winnerlook.{_ELSEWHERE.get(name, 'errors')}"), name)
    except ModuleNotFoundError as error:
        if name != "AsyncClient":
            raise
        raise ImportError(f"AsyncClient needs {error.name}: pip install 'winnerlook[async]'", name=error.name) from error
    globals()[name] = value
    return value


def __dir__() -> list[str]:
    return sorted({*globals(), *__all__, *_MODULES})
