"""What a value of a scenario may be: checks it, and describes itself as JSON Schema."""

from __future__ import annotations

import math
import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from difflib import get_close_matches
from typing import Any, ClassVar

from winnerlook_mock.scenario.problems import Path, Problem, shown_key

JsonSchema = dict[str, Any]
_NOUNS = {
    bool: "true or false", int: "an integer", float: "a number with a fraction", str: "a string", list: "a list", dict: "a table",
}


class Shape:
    """A kind of value. Values are those of JSON: moments have been written as strings. `words` say what is right."""

    words: str
    kind: ClassVar[type]
    """What Python has a value of this shape as."""

    def problems(self, value: object, path: Path) -> Iterator[Problem]:
        """What is wrong with a value that stands there."""
        if type(value) is self.kind:
            yield from self._inside(value, path)
        else:
            yield self._strange(value, path)

    def _inside(self, value: Any, path: Path) -> Iterator[Problem]:  # noqa: ARG002  # for shapes that look further
        """What is wrong in a value of the right kind."""
        yield from ()

    def schema(self) -> JsonSchema:
        """The same as JSON Schema, draft 2020-12."""
        raise NotImplementedError

    def _strange(self, value: object, path: Path) -> Problem:
        return Problem(path, f"is {_NOUNS.get(type(value), 'no value that TOML has')}", f"it is {self.words}")


@dataclass(frozen=True)
class Switch(Shape):
    """True or false."""

    words: str = "true or false"
    kind = bool

    def schema(self) -> JsonSchema:
        return {"type": "boolean"}


@dataclass(frozen=True)
class Number(Shape):
    """A number between bounds, which it may reach; `whole` wants an integer."""

    words: str
    least: float = 0
    most: float = 10**12
    whole: bool = False

    def problems(self, value: object, path: Path) -> Iterator[Problem]:
        if not (type(value) is int or (type(value) is float and not self.whole)):
            yield self._strange(value, path)
        elif not (math.isfinite(value) if type(value) is float else True) or not self.least <= value <= self.most:
            yield Problem(path, "is out of bounds", f"it is {self.words}")

    def schema(self) -> JsonSchema:
        return {"type": "integer" if self.whole else "number", "minimum": self.least, "maximum": self.most}


@dataclass(frozen=True)
class Text(Shape):
    """A string. `pattern` is a regular expression that JavaScript reads in the same way; without one, any string but the empty one."""

    words: str
    pattern: str = ""
    empty: bool = False
    kind = str

    def _inside(self, value: Any, path: Path) -> Iterator[Problem]:
        if not _is_text(value):
            yield Problem(path, "holds half a surrogate pair", f"it is {self.words}")
        elif not self._fits(value):
            yield Problem(path, "has another form" if value else "is empty", f"it is {self.words}")

    def _fits(self, value: str) -> bool:
        if not self.pattern:
            return bool(value) or self.empty
        return re.search(self.pattern, value) is not None and not value.endswith("\n")  # which $ lets pass in Python, not in JavaScript

    def schema(self) -> JsonSchema:
        if self.pattern:
            return {"type": "string", "pattern": self.pattern}
        return {"type": "string"} if self.empty else {"type": "string", "minLength": 1}


@dataclass(frozen=True)
class OneOf(Shape):
    """One of several words."""

    choices: tuple[str, ...]
    kind = str

    @property
    def words(self) -> str:  # type: ignore[override]  # what is right is known by the choices
        """All of them."""
        return f"one of {', '.join(self.choices)}"

    def _inside(self, value: Any, path: Path) -> Iterator[Problem]:
        if value not in self.choices:
            yield Problem(path, "is none of those that there are", suggestion(value, self.choices) or f"it is {self.words}")

    def schema(self) -> JsonSchema:
        return {"enum": list(self.choices)}


@dataclass(frozen=True)
class Many(Shape):
    """A list of things of one shape."""

    of: Shape
    words: str
    kind = list

    def _inside(self, value: Any, path: Path) -> Iterator[Problem]:
        for position, item in enumerate(value):
            yield from self.of.problems(item, (*path, position))

    def schema(self) -> JsonSchema:
        return {"type": "array", "items": self.of.schema()}


@dataclass(frozen=True)
class Pair(Shape):
    """A list of two things."""

    first: Shape
    second: Shape
    words: str
    kind = list

    def _inside(self, value: Any, path: Path) -> Iterator[Problem]:
        if len(value) != 2:  # noqa: PLR2004  # a pair
            yield Problem(path, f"has {len(value)} items", f"it is {self.words}")
        else:
            yield from self.first.problems(value[0], (*path, 0))
            yield from self.second.problems(value[1], (*path, 1))

    def schema(self) -> JsonSchema:
        return {"type": "array", "prefixItems": [self.first.schema(), self.second.schema()], "items": False, "minItems": 2}


@dataclass(frozen=True)
class Either(Shape):
    """A thing of one shape or of another."""

    shapes: tuple[Shape, ...]
    words: str

    def problems(self, value: object, path: Path) -> Iterator[Problem]:
        found = [list(shape.problems(value, path)) for shape in self.shapes]
        if all(found):
            # Of the shape that it comes nearest to: its parts are wrong, not the whole.
            deeper = next((problems for problems in found if any(problem.path != path for problem in problems)), None)
            strange = self._strange(value, path)
            wrong = next((problem.wrong for problems in found for problem in problems if problem.wrong != strange.wrong), strange.wrong)
            yield from deeper or [replace(strange, wrong=wrong)]

    def schema(self) -> JsonSchema:
        return {"anyOf": [shape.schema() for shape in self.shapes]}


@dataclass(frozen=True)
class Keyed(Shape):
    """A table whose keys the writer chooses."""

    key: Text
    of: Shape
    words: str
    kind = dict

    def _inside(self, value: Any, path: Path) -> Iterator[Problem]:
        for key, item in value.items():
            if any(self.key.problems(key, path)):
                yield Problem((*path, key), "is a wrong key", f"a key is {self.key.words}")
            yield from self.of.problems(item, (*path, key))

    def schema(self) -> JsonSchema:
        return {"type": "object", "propertyNames": self.key.schema(), "additionalProperties": self.of.schema()}


@dataclass(frozen=True)
class Table(Shape):
    """A table with known keys. `needed` must be there, of `choice` exactly one where there are any, of `action` one at least; `elsewhere`
    says where keys go that are looked for here."""

    name: str
    fields: Mapping[str, Shape]
    words: str
    needed: tuple[str, ...] = ()
    choice: tuple[str, ...] = ()
    action: tuple[str, ...] = ()
    elsewhere: Mapping[str, str] = field(default_factory=dict)
    meanings: Mapping[str, str] = field(default_factory=dict)
    kind = dict

    def _inside(self, value: Any, path: Path) -> Iterator[Problem]:
        yield from self._missing(value, path)
        for key, item in value.items():
            if key in self.fields:
                yield from self.fields[key].problems(item, (*path, key))
            else:
                right = self.elsewhere.get(key) or suggestion(key, tuple(self.fields)) or f"it has {', '.join(self.fields)}"
                yield Problem((*path, key), f"there is no {shown_key(key)} in {self.words}", right)

    def _missing(self, value: dict[str, object], path: Path) -> Iterator[Problem]:
        for key in self.needed:
            if key not in value:
                yield Problem(path, f"has no {key}", f"{self.words} needs {', '.join(self.needed)}")
        if self.choice and sum(key in value for key in self.choice) != 1:
            yield Problem(path, f"has {'both' if value.keys() >= set(self.choice) else 'none'} of {' and '.join(self.choice)}",
                          f"{self.words} has one of them")
        if self.action and not value.keys() & set(self.action):
            yield Problem(path, "does nothing", f"{self.words} has one at least of {', '.join(self.action)}")

    def schema(self) -> JsonSchema:
        return {"$ref": f"#/$defs/{self.name}"}

    def definition(self) -> JsonSchema:
        """The schema that `schema` refers to."""
        properties = {
            key: {**shape.schema(), **({"description": self.meanings[key]} if key in self.meanings else {})}
            for key, shape in self.fields.items()
        }
        whole: JsonSchema = {"type": "object", "properties": properties, "additionalProperties": False}
        if self.needed:
            whole["required"] = list(self.needed)
        if self.choice:
            whole["oneOf"] = [{"required": [key]} for key in self.choice]
        if self.action:
            whole["anyOf"] = [{"required": [key]} for key in self.action]
        return whole

    def tables(self) -> Iterator[Table]:
        """This one, and all that are in it."""
        yield self
        for shape in self.fields.values():
            inner = shape.of if isinstance(shape, Many) else shape
            if isinstance(inner, Table):
                yield from inner.tables()


def suggestion(given: str, known: Sequence[str]) -> str:
    """What was likely meant, as a question; empty where nothing is near."""
    near = get_close_matches(given[:40], known, n=1)
    return f"did you mean {near[0]}?" if near else ""


def _is_text(value: str) -> bool:
    try:
        value.encode()
    except UnicodeEncodeError:
        return False
    return True
