"""The help of the commands, as they print it."""

from __future__ import annotations

import argparse
import os
from collections.abc import Iterator
from importlib import import_module

from docutils import nodes
from sphinx.application import Sphinx
from sphinx.util.docutils import SphinxDirective

_WIDTH = "88"
PARSERS = {"winnerlook": ("winnerlook.cli.parser", "build"), "winnerlook-mock": ("winnerlook_mock.cli", "_parser")}


def parser_of(command: str) -> argparse.ArgumentParser:
    """The parser of a command."""
    module, function = PARSERS[command]
    made = getattr(import_module(module), function)()
    assert isinstance(made, argparse.ArgumentParser)
    return made


def helps(parser: argparse.ArgumentParser) -> Iterator[tuple[str, str]]:
    """A command and all those below it, each with its help."""
    os.environ.update(COLUMNS=_WIDTH, NO_COLOR="1")  # argparse asks the terminal for both
    yield parser.prog, parser.format_help()
    for action in parser._actions:  # noqa: SLF001  # argparse shows its commands nowhere else
        if isinstance(action, argparse._SubParsersAction):  # noqa: SLF001
            for below in action.choices.values():
                yield from helps(below)


class CommandHelp(SphinxDirective):
    """``{command-help} COMMAND``: a section for it and each of its commands."""

    required_arguments = 1

    def run(self) -> list[nodes.Node]:
        """The sections."""
        texts = (f"## `{prog}`\n\n```text\n{text.rstrip()}\n```" for prog, text in helps(parser_of(self.arguments[0])))
        return self.parse_text_to_nodes("\n\n".join(texts), allow_section_headings=True)


def setup(app: Sphinx) -> dict[str, bool]:
    """Tell Sphinx."""
    app.add_directive("command-help", CommandHelp)
    return {"parallel_read_safe": True, "parallel_write_safe": True}
