"""What a package makes public: every name of its ``__all__``, by kind, with its docstring."""

from __future__ import annotations

import inspect
import sys
from collections.abc import Iterator
from enum import Enum
from importlib import import_module

from docutils import nodes
from sphinx.application import Sphinx
from sphinx.pycode import ModuleAnalyzer
from sphinx.util.docutils import SphinxDirective

KINDS = {"classes": "class", "enumerations": "class", "functions": "function", "exceptions": "exception", "values": "data"}


def kind_of(thing: object) -> str:
    """The section that a public name belongs to."""
    if inspect.isclass(thing):
        if issubclass(thing, BaseException):
            return "exceptions"
        return "enumerations" if issubclass(thing, Enum) else "classes"
    return "functions" if callable(thing) else "values"


def named(package: str) -> dict[str, list[str]]:
    """The public names of a package by section; classes of which there is one to begin with come first."""
    module = import_module(package)
    sections: dict[str, list[str]] = {kind: [] for kind in KINDS}
    for name in module.__all__:
        if not name.startswith("__"):
            sections[kind_of(getattr(module, name))].append(name)
    return sections


def described(package: str, name: str, kind: str) -> Iterator[str]:
    """What asks autodoc for a name. It finds the words below a value only in the module that makes it, which is a private one."""
    if kind != "values":
        yield f".. auto{KINDS[kind]}:: {package}.{name}"
        if kind == "exceptions":
            yield "   :show-inheritance:"
        return
    yield f".. py:data:: {package}.{name}"
    yield ""
    for module in sorted(each for each in sys.modules if each.startswith(f"{package}.")):
        for line in ModuleAnalyzer.for_module(module).find_attr_docs().get(("", name), ()):
            yield f"   {line}"


def written(package: str, first: list[str]) -> Iterator[str]:
    """The sections in Markdown; the names in `first` open theirs."""
    for kind, names in named(package).items():
        if names:
            ordered = [name for name in first if name in names] + [name for name in names if name not in first]
            yield f"## {kind.capitalize()}"
            yield "```{eval-rst}"
            for name in ordered:
                yield from described(package, name, kind)
                yield ""
            yield "```"


class PublicNames(SphinxDirective):
    """``{public-names} PACKAGE [NAME …]``: its public names, those that are given first."""

    required_arguments = 1
    optional_arguments = 20

    def run(self) -> list[nodes.Node]:
        """The sections."""
        package, *first = self.arguments
        return self.parse_text_to_nodes("\n".join(written(package, first)), allow_section_headings=True)


class ModuleText(SphinxDirective):
    """``{module-text} MODULE``: its docstring, as it is written."""

    required_arguments = 1

    def run(self) -> list[nodes.Node]:
        """The text."""
        text = inspect.getdoc(import_module(self.arguments[0])) or ""
        return [nodes.literal_block(text, text, language="text")]


def setup(app: Sphinx) -> dict[str, bool]:
    """Tell Sphinx."""
    app.add_directive("public-names", PublicNames)
    app.add_directive("module-text", ModuleText)
    return {"parallel_read_safe": True, "parallel_write_safe": True}
