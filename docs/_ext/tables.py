"""Tables of the reference, made of the tables that the product itself works by."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence

from docutils import nodes
from sphinx.application import Sphinx
from sphinx.util.docutils import SphinxDirective

from winnerlook import GatewayError, codes, operations
from winnerlook.config import SETTINGS
from winnerlook_mock.control.knowledge import tables
from winnerlook_mock.control.routes import ROUTES
from winnerlook_mock.scenario.declared import SCENARIO

Row = Sequence[object]


def code(text: object) -> str:
    """A cell in the typeface of programs; nothing where there is nothing."""
    return f"`{text}`" if text not in ("", None) else ""


def failure_codes() -> Iterable[Row]:
    """Every failure code of the document, and what it is in Python."""
    yield "code", "meaning", "the document's words", "in Python", "sent?", "waiting helps"
    for one in codes.ALL:
        sent = "no" if one.not_sent else "**unknown**"
        name = type(GatewayError.from_code(one.value, "")).__name__
        yield code(one.value), one.english, one.meaning, code(name), sent, "yes" if one.waiting_helps else ""


def reserved_codes() -> Iterable[Row]:
    """The numbers and user names that make a call fail."""
    yield "code", "recipient", "user name", "meaning"
    for row in tables()["codes"]:
        yield code(row["code"]), code(row["recipient"]), code(row["user"]), row["english"]


def reserved_deliveries() -> Iterable[Row]:
    """The numbers whose report says something else."""
    yield "recipient", "status", "after", "meaning"
    for row in tables()["deliveries"]:
        after = f"{row['delay']:g} s" if row["delay"] else "at once" if row["status"] else ""
        yield code(row["recipient"]), code(row["status"]) or "no report", after, row["meaning"]


def twelve_operations() -> Iterable[Row]:
    """The operations, with their parameters in the document's order."""
    yield "operation", "what", "parameters", "answers"
    for one in operations.ALL:
        parameters = ", ".join(code(each.name + ("" if each.required else "?")) for each in one.parameters)
        yield code(one.name), f"{one.en}<br>{one.zh}", parameters, one.result.value


def sdk_settings() -> Iterable[Row]:
    """The settings of a client."""
    yield "setting", "environment", "default", "what"
    for one in SETTINGS:
        default = "(to be set)" if one.default is None else code(str(one.default).lower() if one.default is True else one.default)
        yield code(one.name), code(one.variable), default or "none", one.meaning


def routes() -> Iterable[Row]:
    """What the control API answers."""
    yield "method", "path", "what", "in Python"
    for route in ROUTES:
        yield route.method, code(route.path), route.summary, ", ".join(map(code, route.python))


def scenario_keys(name: str) -> Iterable[Row]:
    """The keys that a table of a scenario may have."""
    yield "key", "value", "what"
    table = {each.name: each for each in SCENARIO.tables()}[name]
    for key, shape in table.fields.items():
        yield code(key), shape.words, table.meanings.get(key, "")


TABLES: dict[str, Callable[..., Iterable[Row]]] = {
    "failure-codes": failure_codes, "reserved-codes": reserved_codes, "reserved-deliveries": reserved_deliveries,
    "operations": twelve_operations, "sdk-settings": sdk_settings, "routes": routes, "scenario-keys": scenario_keys,
}


def markdown(rows: Iterable[Row]) -> str:
    """A table as Markdown."""
    head, *rest = ([str(cell).replace("|", r"\|").replace("\n", " ") for cell in row] for row in rows)
    return "\n".join("| " + " | ".join(row) + " |" for row in (head, ["---"] * len(head), *rest))


class ProductTable(SphinxDirective):
    """``{product-table} NAME [ARGUMENT]``."""

    required_arguments = 1
    optional_arguments = 1

    def run(self) -> list[nodes.Node]:
        """The table."""
        name, *arguments = self.arguments
        return self.parse_text_to_nodes(markdown(TABLES[name](*arguments)))


def setup(app: Sphinx) -> dict[str, bool]:
    """Tell Sphinx."""
    app.add_directive("product-table", ProductTable)
    return {"parallel_read_safe": True, "parallel_write_safe": True}
