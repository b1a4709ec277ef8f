"""What settings mean, in the words of their own docstrings: editors show them."""

from __future__ import annotations

import re
from dataclasses import fields
from inspect import cleandoc

_PARAMETER = re.compile(r":param (?P<name>\w+): (?P<words>.*?)(?=\n:param |\n\n|\Z)", re.DOTALL)


def meanings_of(kind: type) -> dict[str, str]:
    """What each field of a dataclass means, in the order of the fields; empty where nothing says it. A field that has no words of its
    own has those of the field that mentions it."""
    documented: dict[str, str] = {}
    for owner in kind.__mro__:
        for match in _PARAMETER.finditer(cleandoc(owner.__doc__ or "")):
            words = " ".join(match["words"].replace("``", "").split())
            documented.setdefault(match["name"], words[:1].upper() + words[1:])
    names = [field.name for field in fields(kind)]
    return {name: documented.get(name) or _mentioned(name, documented) for name in names}


def _mentioned(name: str, documented: dict[str, str]) -> str:
    return next((words for words in documented.values() if f"`{name}`" in words), "")
