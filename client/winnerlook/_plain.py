"""The plain HTTP form: a form by POST, or a query by GET; the answer one element (H1, H2)."""

from __future__ import annotations

from urllib.parse import urlencode

from winnerlook import errors
from winnerlook._wire import HTTP_OK, Parameters, WireAnswer, WireRequest, facts_of
from winnerlook._xml import parse_answer
from winnerlook.operations import NAMESPACE, Operation

_FORM = "application/x-www-form-urlencoded; charset=utf-8"
_ROOT = f"{{{NAMESPACE}}}string"


class PlainCodec:
    """POST, or GET where the caller insists: what stands between client and gateway may log a GET's query, and repeat it."""

    def __init__(self, method: str) -> None:
        self._method = method

    def encode(self, operation: Operation, parameters: Parameters) -> WireRequest:
        """UTF-8, percent-encoded (H2)."""
        form = urlencode({name: str(value) for name, value in parameters.items()}, encoding="utf-8")
        if self._method == "GET":
            return WireRequest(operation, f"{operation.plain_path}?{form}", {}, None, method="GET")
        return WireRequest(operation, operation.plain_path, {"Content-Type": _FORM}, form.encode("ascii"))

    def decode(self, operation: Operation, answer: WireAnswer) -> str:
        """The text of the one element (H1). Raises AnswerError."""
        if answer.status != HTTP_OK:
            raise errors.HttpStatusError("the server refused the request", **facts_of(operation, answer))
        root = parse_answer(operation, answer)
        if root.tag != _ROOT or len(root):
            raise errors.NotPlainError(f"the answer is not one <string> of {NAMESPACE}", **facts_of(operation, answer))
        return root.text or ""
