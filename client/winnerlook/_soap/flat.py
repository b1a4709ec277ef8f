"""The short way for what nearly every call is: flat texts and numbers out, one text in.

Nothing here knows the interface by itself. A template is cut out of an envelope that zeep built from the WSDL, and whatever is not of the
one plain shape is left to zeep: `fill` and `read` then give None. Property tests hold both to zeep's own results.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from winnerlook._validation import NOT_XML
from winnerlook._wire import Parameters
from winnerlook.operations import Operation

_NOT_AS_IT_IS = re.compile(f"[&<>\r]|{NOT_XML.pattern}")
_FIRST_NUMBER = 1_812_000_000


@dataclass(frozen=True, slots=True)
class _Field:
    name: str
    kind: type
    opening: str
    closing: str


@dataclass(frozen=True, slots=True)
class Template:
    """An operation's envelope, cut where the values stand."""

    head: str
    fields: tuple[_Field, ...]
    tail: str

    @classmethod
    def cut(cls, operation: Operation, build: Callable[[Parameters], bytes]) -> Template | None:
        """From the envelope that `build` makes of values which occur nowhere else; None where it has another shape than expected."""
        values: dict[str, str | int] = {
            parameter.name: _FIRST_NUMBER + place if parameter.type is int else f"value-of-{parameter.name}-{place}"
            for place, parameter in enumerate(operation.parameters)
        }
        rest = build(values).decode("utf-8")
        head, fields = "", list[_Field]()
        for parameter in operation.parameters:
            before, value, rest = rest.partition(str(values[parameter.name]))
            opening, closing = re.search(r"<([\w:]+)>\Z", before), re.match(r"</([\w:]+)>", rest)
            if not value or opening is None or closing is None or opening[1] != closing[1]:
                return None
            if fields and opening.start() != 0:
                return None
            head, rest = head or before[: opening.start()], rest[closing.end() :]
            fields.append(_Field(parameter.name, parameter.type, opening[0], closing[0]))
        return cls(head, tuple(fields), rest)

    def fill(self, parameters: Parameters) -> bytes | None:
        """The envelope with these values; None where zeep must see to it: it refuses some values, and writes others in its own way."""
        pieces, written = [self.head], 0
        for field in self.fields:
            value = parameters.get(field.name)
            if value is None:
                continue
            if type(value) is not field.kind:
                return None
            text = str(value)
            if _NOT_AS_IT_IS.search(text):
                if NOT_XML.search(text):
                    return None
                text = text.replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;").replace("\r", "&#13;")
            pieces += (field.opening, text, field.closing)
            written += 1
        if not written or written != len(parameters):  # no value, None for a value, or a name that zeep will complain of
            return None
        pieces.append(self.tail)
        return "".join(pieces).encode()


@dataclass(frozen=True, slots=True)
class Reply:
    """The tags of an operation's answer, from the outermost in."""

    envelope: str
    body: str
    response: str
    result: str

    def read(self, root: Any) -> str | None:
        """The result in an answer that holds the one element and nothing else, no attribute, comment or header; None for any other."""
        if root.tag != self.envelope or len(root) != 1:
            return None
        body = root[0]
        if body.tag != self.body or len(body) != 1:
            return None
        response = body[0]
        if response.tag != self.response or response.attrib or len(response) != 1:
            return None
        result = response[0]
        if result.tag != self.result or result.attrib or len(result):
            return None
        return result.text or ""
