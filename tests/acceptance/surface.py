"""What programs may rely on: the public names with their signatures, members and fields, one package a file in ``api/``.

``make api`` writes the files anew; what the difference shows is what the changelog has to tell.
"""

from __future__ import annotations

import ast
import enum
import inspect
import textwrap
from collections.abc import Iterator
from functools import cached_property
from importlib import import_module
from pathlib import Path
from typing import Any

HOME = Path(__file__).parent / "api"
PACKAGES = ("winnerlook", "winnerlook.outbox", "winnerlook.receiver", "winnerlook_mock")
_OWN = ("winnerlook", "winnerlook_mock")
_MARKS = {inspect.Parameter.VAR_POSITIONAL: "*", inspect.Parameter.VAR_KEYWORD: "**"}
_PROTOCOLS = {
    "__enter__", "__exit__", "__aenter__", "__aexit__", "__iter__", "__next__", "__aiter__", "__anext__", "__len__", "__getitem__",
    "__call__", "__contains__",
}


def surface(package: str) -> str:
    """All of a package, in the order of its ``__all__``."""
    module = import_module(package)
    return "\n".join("\n".join(_described(name, getattr(module, name), set(module.__all__))) for name in module.__all__) + "\n"


def _described(name: str, value: Any, public: set[str]) -> Iterator[str]:
    if inspect.isclass(value):
        yield from _class(value, public)
    elif callable(value):
        yield _function(name, value)
    else:
        yield f"{name}: {type(value).__name__}"


def _class(cls: type, public: set[str]) -> Iterator[str]:
    bases = ", ".join(base.__name__ for base in cls.__bases__ if base is not object and not base.__name__.startswith("_"))
    yield f"class {cls.__name__}" + (f"({bases})" if bases else "")
    if issubclass(cls, enum.Enum):
        yield from (f"    {member.name} = {member.value!r}" for member in cls)
    elif any(_is_own(base) and "__init__" in vars(base) for base in cls.__mro__) and not getattr(cls, "_is_protocol", False):
        yield f"    {_function('', cls)}".replace(" -> None", "")
    members: dict[str, str] = {}
    for base in reversed(_merged(cls, public)):
        members.update(_members(base))
    yield from (f"    {members[name]}" for name in sorted(members))


def _merged(cls: type, public: set[str]) -> list[type]:
    """A class and the bases of it that have no entry of their own."""
    return [base for base in cls.__mro__ if base is cls or (_is_own(base) and base.__name__ not in public)]


def _is_own(cls: type) -> bool:
    return cls.__module__.partition(".")[0] in _OWN


def _members(cls: type) -> Iterator[tuple[str, str]]:
    for name, kind in _attributes(cls):
        yield name, f"{name}: {kind}"
    for name, value in vars(cls).items():
        if name in _PROTOCOLS or not name.startswith("_"):
            if isinstance(value, (property, cached_property)):
                getter = value.fget if isinstance(value, property) else value.func
                settable = ", may be set" if isinstance(value, property) and value.fset else ""
                yield name, f"{name}: {_type(getter.__annotations__.get('return', 'Any'))}  # property{settable}"
            elif isinstance(value, (staticmethod, classmethod)):
                yield name, f"@{type(value).__name__} {_function(name, value.__func__)}"
            elif inspect.isfunction(value):
                yield name, _function(name, value)


def _attributes(cls: type) -> Iterator[tuple[str, str]]:
    """What is annotated in the class or, as an attribute of ``self``, in its ``__init__``; what is not has no type here."""
    yield from ((name, _type(kind)) for name, kind in inspect.get_annotations(cls).items() if not name.startswith("_"))
    begin = vars(cls).get("__init__")
    if not inspect.isfunction(begin) or hasattr(cls, "__dataclass_fields__"):
        return
    for node in ast.walk(ast.parse(textwrap.dedent(inspect.getsource(begin)))):
        targets = node.targets if isinstance(node, ast.Assign) else [node.target] if isinstance(node, ast.AnnAssign) else []
        for target in targets:
            for one in target.elts if isinstance(target, ast.Tuple) else [target]:
                if isinstance(one, ast.Attribute) and not one.attr.startswith("_"):
                    yield one.attr, ast.unparse(node.annotation) if isinstance(node, ast.AnnAssign) else "…"


def _function(name: str, value: Any) -> str:
    signature = inspect.signature(value)
    given: list[str] = []
    starred = False
    for at, parameter in enumerate(signature.parameters.values()):
        if at == 0 and parameter.name in {"self", "cls"}:
            continue
        if parameter.kind is parameter.KEYWORD_ONLY and not starred:
            given.append("*")
            starred = True
        starred = starred or parameter.kind is parameter.VAR_POSITIONAL
        given.append(_parameter(parameter))
    returns = "" if signature.return_annotation is signature.empty else f" -> {_type(signature.return_annotation)}"
    return f"{'async ' if inspect.iscoroutinefunction(value) else ''}{name}({', '.join(given)}){returns}"


def _parameter(parameter: inspect.Parameter) -> str:
    text = _MARKS.get(parameter.kind, "") + parameter.name
    if parameter.annotation is not parameter.empty:
        text += f": {_type(parameter.annotation)}"
    if parameter.default is not parameter.empty:
        text += " = …" if callable(parameter.default) or " object at " in repr(parameter.default) else f" = {parameter.default!r}"
    return text


def _type(annotation: Any) -> str:
    return annotation if isinstance(annotation, str) else inspect.formatannotation(annotation)


def main() -> None:
    """Write the files anew."""
    for package in PACKAGES:
        (HOME / f"{package}.txt").write_text(surface(package), encoding="utf-8", newline="\n")


if __name__ == "__main__":
    main()
