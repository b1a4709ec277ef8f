"""Checks and reads values by JSON Schema: as much of it as the API's own schemas use, so that what is documented is what is done."""

from __future__ import annotations

import json
import math
import operator
import re
from collections.abc import Callable, Iterable, Mapping
from difflib import get_close_matches
from typing import Any

from winnerlook_mock.control.problems import Problem

Schema = Mapping[str, Any]


def _is_number(value: Any) -> bool:
    return _is_whole(value) or (isinstance(value, float) and math.isfinite(value))


def _is_whole(value: Any) -> bool:
    """JSON's integers have no bounds: one may be more than any float."""
    return value.is_integer() if isinstance(value, float) else isinstance(value, int) and not isinstance(value, bool)


_HALF_PAIR = re.compile(rb"\\u[dD][89a-fA-F]")
_UNPROCESSABLE = 422
_SHOWN = 60
_TYPES: dict[str, tuple[Callable[[Any], bool], str]] = {
    "string": (lambda value: isinstance(value, str), "a string"),
    "boolean": (lambda value: isinstance(value, bool), "true or false"),
    "integer": (_is_whole, "a whole number"),
    "number": (_is_number, "a number"),
    "object": (lambda value: isinstance(value, dict), "an object"),
    "array": (lambda value: isinstance(value, list), "an array"),
    "null": (lambda value: value is None, "null"),
}

_BOUNDS: dict[str, tuple[str, Callable[[Any, Any], bool]]] = {
    "minimum": ("a number not below", operator.ge), "maximum": ("a number not above", operator.le),
    "exclusiveMinimum": ("a number above", operator.gt),
}


class WrongValueError(ValueError):
    """A value that its schema does not allow; `pointer` is a JSON pointer to the part of it that is wrong."""

    def __init__(self, pointer: str, text: str) -> None:
        super().__init__(text)
        self.pointer = pointer


def checked(value: Any, schema: Schema, pointer: str = "") -> Any:
    """The value, whole numbers made integers where the schema wants them. Raises WrongValueError."""
    if not schema:  # anything goes, however deep
        return value
    allowed = schema.get("type", ())
    allowed = (allowed,) if isinstance(allowed, str) else tuple(allowed)
    if allowed and not any(_TYPES[name][0](value) for name in allowed):
        raise WrongValueError(pointer, f"this is {' or '.join(_TYPES[name][1] for name in allowed)}")
    if "enum" in schema and value not in schema["enum"]:
        raise WrongValueError(pointer, f"this is one of {', '.join(map(str, schema['enum']))}")
    if isinstance(value, str):
        _check_text(value, schema, pointer)
    elif _is_number(value):
        _check_number(value, schema, pointer)
        return int(value) if "integer" in allowed else value
    elif isinstance(value, list):
        return _checked_list(value, schema, pointer)
    elif isinstance(value, dict):
        return _checked_object(value, schema, pointer)
    return value


def from_text(text: str, schema: Schema) -> Any:
    """A value that was written in an address. Raises WrongValueError."""
    kind = schema.get("type")
    if kind in ("integer", "number"):
        pattern, read = (r"-?[0-9]{1,18}", int) if kind == "integer" else (r"-?[0-9]{1,18}(\.[0-9]{1,18})?([eE][-+]?[0-9]{1,3})?", float)
        if not re.fullmatch(pattern, text, re.ASCII):
            raise WrongValueError("", f"this is {_TYPES[kind][1]}")
        return checked(read(text), schema)
    if kind == "boolean":
        if text not in ("true", "false"):
            raise WrongValueError("", "this is true or false")
        return text == "true"
    return checked(text, schema)


def read_json(body: bytes) -> Any:
    """JSON in UTF-8. Raises Problem."""
    try:
        value = json.loads(body.decode(), parse_constant=_no_constant)
        if _HALF_PAIR.search(body):
            json.dumps(value, ensure_ascii=False).encode()
    except RecursionError:
        raise Problem(_UNPROCESSABLE, "the body is JSON nested deeper than anything here is", pointer="") from None
    except UnicodeEncodeError:
        raise Problem(_UNPROCESSABLE, "the body holds half a surrogate pair, which is no text", pointer="") from None
    except ValueError as error:
        reason = f" (line {error.lineno}, column {error.colno})" if isinstance(error, json.JSONDecodeError) else ""
        raise Problem(400, f"the body is not JSON in UTF-8{reason}") from None
    return value


def escaped(name: str) -> str:
    """A name as it stands in a JSON pointer."""
    return name.replace("~", "~0").replace("/", "~1")


def _no_constant(name: str) -> None:
    raise ValueError(name)


def _check_text(value: str, schema: Schema, pointer: str) -> None:
    if len(value) < schema.get("minLength", 0):
        raise WrongValueError(pointer, "this must not be empty")
    if len(value) > schema.get("maxLength", math.inf):
        raise WrongValueError(pointer, f"this has at most {schema['maxLength']} characters")
    if "pattern" in schema and not re.fullmatch(schema["pattern"].removeprefix("^").removesuffix("$"), value):
        raise WrongValueError(pointer, f"this is {schema.get('description') or 'a string like ' + schema['pattern']}")


def _check_number(value: float, schema: Schema, pointer: str) -> None:
    for name, (words, fits) in _BOUNDS.items():
        if name in schema and not fits(value, schema[name]):
            raise WrongValueError(pointer, f"this is {words} {schema[name]:.15g}")


def _checked_list(value: list[Any], schema: Schema, pointer: str) -> list[Any]:
    least, most = schema.get("minItems", 0), schema.get("maxItems", math.inf)
    if not least <= len(value) <= most:
        raise WrongValueError(pointer, f"this holds {least} to {most} values" if most < math.inf else f"this holds at least {least} values")
    return [checked(item, schema.get("items", {}), f"{pointer}/{at}") for at, item in enumerate(value)]


def _unknown(name: str, known: Iterable[str]) -> str:
    near = get_close_matches(name, known, n=1)
    return f"there is no {name!r} here" + (f": did you mean {near[0]}?" if near else f", but {', '.join(known) or 'nothing'}")


def _checked_object(value: dict[str, Any], schema: Schema, pointer: str) -> dict[str, Any]:
    known: Mapping[str, Schema] = schema.get("properties", {})
    others = schema.get("additionalProperties", True)
    for name in schema.get("required", ()):
        if name not in value:
            raise WrongValueError(f"{pointer}/{escaped(name)}", f"{name} is missing")
    if len(value) < schema.get("minProperties", 0):
        raise WrongValueError(pointer, f"say at least one of {', '.join(known)}")
    for name in value:
        if name not in known and others is False:
            raise WrongValueError(f"{pointer}/{escaped(name)}", _unknown(name[:_SHOWN], known))
    rest = others if isinstance(others, Mapping) else {}
    return {name: checked(item, known.get(name, rest), f"{pointer}/{escaped(name)}") for name, item in value.items()}
