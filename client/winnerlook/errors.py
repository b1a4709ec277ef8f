"""Everything that can go wrong, as a tree.

    WinnerlookError                     code, meaning, operation, certainty
    ├── ConfigurationError              a setting is missing or wrong (also a ValueError)
    ├── InvalidRequestError             refused before anything was sent (also a ValueError): parameter
    ├── GatewayError                    the gateway answered with a failure code
    │   ├── CredentialsError            -3 -17
    │   ├── BalanceError                -7
    │   ├── ThrottledError              -16
    │   ├── ContentRefusedError         -4 -5 -10 -24 -54
    │   ├── NumberRefusedError          -9 -12 -20 -46 -47 -48
    │   ├── AccountStateError           -11 -25 -51
    │   ├── BadRequestError             -18 -19 -23 -26 -27 -28 -41 -44
    │   ├── ServiceError                -1 -8
    │   └── UnknownCodeError            a negative number that the document does not list
    ├── TransportError                  the exchange broke: evidence
    │   ├── ConnectError                no connection, so nothing was sent
    │   │   └── CertificateError        the server's certificate is not trusted
    │   ├── CallTimeoutError            no whole answer in time (also a TimeoutError)
    │   └── ConnectionLostError         reset, or closed without a whole answer
    ├── AnswerError                     an answer came that is not one: status, content_type, body
    │   ├── HttpStatusError             not HTTP 200 and not a SOAP fault
    │   ├── SoapFaultError              fault_code, fault_string
    │   ├── NotXmlError
    │   ├── ForbiddenDtdError           it carries a document type declaration
    │   ├── NotSoapError                XML, but not an envelope of the SOAP version asked for
    │   ├── NotPlainError               XML, but not the one <string> of the plain HTTP form
    │   ├── WrongOperationError         the answer to another operation
    │   └── UnreadableResultError       the result string has another form: result, records, rest
    └── BulkSendError                   part of a split send failed: sent, failures, not_attempted

`certainty` says what is known of the call: REJECTED and NOT_SENT are safe to repeat as far as the gateway is concerned, UNKNOWN is not.
No text of an exception holds a password, a phone number or an SMS; the attributes that do (`body`, `result`, `records`) are named here.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Any, ClassVar, Self

from winnerlook import codes
from winnerlook.attempts import Attempt
from winnerlook.certainty import Certainty
from winnerlook.evidence import Evidence
from winnerlook.masking import describe_body, mask_code
from winnerlook.records import RecordsError, Reply, Report

if TYPE_CHECKING:
    from winnerlook.results import Sent


def _restore(cls: type[WinnerlookError], args: tuple[Any, ...], state: dict[str, Any]) -> WinnerlookError:
    error = cls.__new__(cls, *args)
    error.args = args
    error.__dict__.update(state)
    return error


class WinnerlookError(Exception):
    """Base of all. `operation` is the documented name, None where no call was under way; `code` and `meaning` are None unless the
    gateway answered with a failure code; `attempts` are the tries that were made."""

    default_certainty: ClassVar[Certainty] = Certainty.UNKNOWN

    def __init__(self, message: str, *, operation: str | None = None, certainty: Certainty | None = None) -> None:
        super().__init__(message)
        self.operation = operation
        self.certainty: Certainty = certainty or self.default_certainty
        self.code: int | None = None
        self.meaning: str | None = None
        self.attempts: tuple[Attempt, ...] = ()

    def __reduce__(self) -> tuple[Any, ...]:
        return _restore, (type(self), self.args, self.__dict__.copy())


class ConfigurationError(WinnerlookError, ValueError):
    """A setting is missing or wrong. Nothing was sent."""

    default_certainty = Certainty.NOT_SENT


class InvalidRequestError(WinnerlookError, ValueError):
    """The call was refused before anything was sent. `parameter` is the documented name of what is wrong."""

    default_certainty = Certainty.NOT_SENT

    def __init__(self, message: str, *, parameter: str, operation: str | None = None) -> None:
        super().__init__(message, operation=operation)
        self.parameter = parameter


class GatewayError(WinnerlookError):
    """The gateway answered with a failure code. Made by `from_code`, which picks the family's class."""

    family: ClassVar[codes.Family | None] = None
    _of_family: ClassVar[dict[codes.Family, type[GatewayError]]] = {}

    def __init_subclass__(cls, *, family: codes.Family | None = None) -> None:
        super().__init_subclass__()
        if family is not None:
            cls.family = family
            cls._of_family[family] = cls

    def __init__(self, message: str, *, operation: str, code: int, meaning: str, certainty: Certainty) -> None:
        super().__init__(message, operation=operation, certainty=certainty)
        self.code: int = code  # pyright: ignore[reportIncompatibleVariableOverride]  # always there, and set once
        self.meaning: str = meaning  # pyright: ignore[reportIncompatibleVariableOverride]

    @property
    def waiting_helps(self) -> bool:
        """Whether the same call may succeed later with nothing changed but the time."""
        known = codes.BY_VALUE.get(self.code)
        return known is not None and known.waiting_helps

    @staticmethod
    def from_code(code: int, operation: str) -> GatewayError:
        """The error for a code, documented or not (F5)."""
        known = codes.BY_VALUE.get(code)
        if known is None:
            return UnknownCodeError(
                f"{operation}: the gateway answered {mask_code(code)}, which its document does not list; ask the vendor "
                "what it means",
                operation=operation, code=code, meaning="", certainty=Certainty.UNKNOWN,
            )
        certainty = Certainty.REJECTED if known.not_sent else Certainty.UNKNOWN
        message = f"{operation}: the gateway answered {code} {known.meaning} ({known.english})"
        kind = GatewayError._of_family[known.family]
        return kind(message, operation=operation, code=code, meaning=known.meaning, certainty=certainty)


class CredentialsError(GatewayError, family=codes.Family.CREDENTIALS):
    """Wrong user name or password, or an address that is not bound to the account."""


class BalanceError(GatewayError, family=codes.Family.BALANCE):
    """The balance does not cover the call."""


class ThrottledError(GatewayError, family=codes.Family.THROTTLED):
    """Called too often; the same call succeeds later."""


class ContentRefusedError(GatewayError, family=codes.Family.CONTENT):
    """The text is refused: its template, its signature or a word in it."""


class NumberRefusedError(GatewayError, family=codes.Family.NUMBER):
    """A recipient is refused: wrong, blacklisted, or written to too often."""


class AccountStateError(GatewayError, family=codes.Family.ACCOUNT):
    """The account is frozen, has expired, or has used up its month."""


class BadRequestError(GatewayError, family=codes.Family.REQUEST):
    """The gateway does not accept a parameter."""


class ServiceError(GatewayError, family=codes.Family.SERVICE):
    """The gateway itself failed, or has no channel now. After -1 a send may have been taken on all the same."""


class UnknownCodeError(GatewayError):
    """A negative number that the document does not list: a failure, but what it says of a send is not known."""


class TransportError(WinnerlookError):
    """The exchange broke. `evidence` is what the connection saw."""

    def __init__(self, message: str, *, evidence: Evidence, operation: str | None = None) -> None:
        certainty = Certainty.NOT_SENT if evidence.nothing_left else Certainty.UNKNOWN
        super().__init__(message, operation=operation, certainty=certainty)
        self.evidence = evidence


class ConnectError(TransportError):
    """No connection could be made; no byte of the request left this machine."""


class CertificateError(ConnectError):
    """The server's certificate is not one to trust; no byte of the request left this machine. The text says what to do."""


class CallTimeoutError(TransportError, TimeoutError):
    """No whole answer came in time. Unless nothing had left, the gateway may have done the call."""


class ConnectionLostError(TransportError):
    """The connection was reset, or closed before a whole answer had come."""


class AnswerError(WinnerlookError):
    """An answer came that is not one. `body` holds its raw bytes: they may hold phone numbers and texts. `status` is the HTTP status."""

    def __init__(
        self, problem: str, *, operation: str, status: int, content_type: str | None, body: bytes, certainty: Certainty | None = None,
    ) -> None:
        super().__init__(
            f"{operation}: {problem} (HTTP {status}, {describe_body(body, content_type)})", operation=operation, certainty=certainty,
        )
        self.status = status
        self.content_type = content_type
        self.body = body


class HttpStatusError(AnswerError):
    """Not HTTP 200, and not a SOAP fault. A redirect ends here too: it is never followed."""


_FAULT_CODES = {"Client", "Server", "VersionMismatch", "MustUnderstand", "Sender", "Receiver", "DataEncodingUnknown"}


class SoapFaultError(AnswerError):
    """A SOAP fault. `fault_code` and `fault_string` are the server's own words, and may hold what the call carried."""

    fault_code: str = ""
    fault_string: str = ""

    @classmethod
    def of(cls, fault_code: str, fault_string: str, **answer: Any) -> Self:
        """From the server's words, which may quote the call or a reply and so stay out of the text (L2)."""
        code = fault_code.rpartition(":")[2]
        shown = f"{code} fault" if code in _FAULT_CODES else "fault"
        error = cls(f"the server answered with a SOAP {shown}; its words are in fault_string", **answer)
        error.fault_code = fault_code
        error.fault_string = fault_string
        return error


class NotXmlError(AnswerError):
    """The answer is not XML."""


class ForbiddenDtdError(AnswerError):
    """The answer carries a document type declaration, which no gateway needs and attackers do."""


class NotSoapError(AnswerError):
    """The answer is XML, but not an envelope of the SOAP version that was asked for."""


class NotPlainError(AnswerError):
    """The answer is XML, but not the one ``<string>`` that the plain HTTP form answers with."""


class WrongOperationError(AnswerError):
    """The answer belongs to another operation."""


class UnreadableResultError(AnswerError):
    """The result string is neither a failure code nor what the operation gives.

    `result` is the whole string, `records` those that could be read and `rest` what could not, when it was a poll: the gateway hands
    records out once, so keep them.
    """

    result: str = ""
    records: tuple[Report, ...] | tuple[Reply, ...] = ()
    rest: str = ""

    @classmethod
    def of(cls, problem: str, result: str, cause: RecordsError | None = None, **answer: Any) -> Self:
        """From the result string, and for a poll from what the reader says of it."""
        error = cls(problem, **answer)
        error.result = result
        error.records = cause.records if cause else ()
        error.rest = cause.rest if cause else result
        return error


class BulkSendError(WinnerlookError):
    """A send that was split into several calls failed in part or in whole.

    `sent` are the receipts of the calls that were accepted; `failures` pairs what each failed call carried with its error;
    `not_attempted` is what was not tried after a failure that would have met the rest as well. Items are phone numbers for
    ``send_many``, number and text pairs for ``send_each``. `certainty` is UNKNOWN if that of any failure is, else the first one's.
    """

    def __init__(
        self,
        operation: str,
        sent: Sequence[Sent],
        failures: Sequence[tuple[tuple[Any, ...], WinnerlookError]],
        not_attempted: Sequence[Any],
    ) -> None:
        first = failures[0][1]
        unknown = any(error.certainty is Certainty.UNKNOWN for _, error in failures)
        super().__init__(
            f"{operation}: calls accepted: {len(sent)}, failed: {len(failures)}, recipients not attempted: {len(not_attempted)}; "
            f"first failure: {first}",
            operation=operation, certainty=Certainty.UNKNOWN if unknown else first.certainty,
        )
        self.sent: tuple[Sent, ...] = tuple(sent)
        self.failures: tuple[tuple[tuple[Any, ...], WinnerlookError], ...] = tuple(failures)
        self.not_attempted: tuple[Any, ...] = tuple(not_attempted)
        self.code: int | None = first.code
        self.meaning: str | None = first.meaning
