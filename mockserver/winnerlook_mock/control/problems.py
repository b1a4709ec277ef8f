"""What the control API answers when it cannot do what was asked: problem documents (RFC 9457)."""

from __future__ import annotations

import json
from http import HTTPStatus
from typing import Any

MEDIA_TYPE = "application/problem+json"


class Problem(Exception):  # noqa: N818  # an outcome, which is answered
    """An HTTP error in words that say what is wrong and what to do. `pointer` is a JSON pointer to the part of the body that is wrong,
    `parameter` the name of the query parameter, or part of the path."""

    def __init__(
        self, status: int, detail: str, *, pointer: str | None = None, parameter: str | None = None, headers: dict[str, str] | None = None,
    ) -> None:
        super().__init__(detail)
        self.status: int = status
        self.detail: str = detail
        self.pointer: str | None = pointer
        self.parameter: str | None = parameter
        self.headers: dict[str, str] = headers or {}

    def document(self) -> dict[str, Any]:
        """The problem as JSON has it; the type is ``about:blank``, for which the title is that of the status."""
        document: dict[str, Any] = {"type": "about:blank", "title": HTTPStatus(self.status).phrase, "status": self.status}
        document["detail"] = self.detail
        if self.pointer is not None:
            document["pointer"] = self.pointer
        if self.parameter is not None:
            document["parameter"] = self.parameter
        return document

    def body(self) -> bytes:
        """The document as it is sent; a lone surrogate, which a caller can write in JSON, is escaped."""
        return json.dumps(self.document(), ensure_ascii=False).encode("utf-8", "backslashreplace")
