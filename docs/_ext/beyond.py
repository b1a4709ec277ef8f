"""What the pages link to outside ``docs``: on the site, examples are a page, and so are CONTRIBUTING and CHANGELOG."""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path

from docutils import nodes
from sphinx.application import Sphinx
from sphinx.util.docutils import SphinxDirective

ROOT = Path(__file__).parents[2]
EXAMPLES = ROOT / "examples"
TOP = {"contributing": "CONTRIBUTING.md", "changelog": "CHANGELOG.md", "security": "SECURITY.md"}
"""Pages that are a file of the repository's root."""

_LINK = re.compile(r"\[(?P<text>[^]]*)\]\((?P<path>(?!\w+:|#)[^)\s#]+)(?P<anchor>#[^)\s]*)?\)")
_LEXERS = {
    ".py": "python", ".toml": "toml", ".java": "java", ".php": "php", ".js": "js", ".cs": "csharp", ".sh": "sh", ".json": "json",
    ".yaml": "yaml", ".yml": "yaml", ".xml": "xml",
}


def label(path: Path) -> str:
    """What an example is called in links."""
    return "example-" + re.sub(r"[^a-z0-9]+", "-", path.relative_to(EXAMPLES).as_posix().lower())


def moved(match: re.Match[str], page: Path, docs: Path) -> str:
    """A link as the site has it; the text alone where the site has not got the file."""
    path = (page.parent / match["path"]).resolve()
    anchor = match["anchor"] or ""
    if path.is_relative_to(docs) and page.is_relative_to(docs):
        return match[0]
    if path.is_relative_to(docs):
        return f"[{match['text']}](/{path.relative_to(docs).as_posix()}{anchor})"
    if path.is_relative_to(EXAMPLES):
        return f"[{match['text']}](#{label(path) if path != EXAMPLES else 'examples'})"
    for name, file in TOP.items():
        if path == ROOT / file and (docs / f"{name}.md").exists():
            return f"[{match['text']}](/{name}.md{anchor})"
    return match["text"]


def rewrite(app: Sphinx, name: str, source: list[str]) -> None:
    """Links that leave the folder."""
    page = Path(app.srcdir, f"{name}.md")
    if name in TOP:
        page = ROOT / TOP[name]
        source[0] = page.read_text("utf-8")
        app.env.note_dependency(str(page))
    source[0] = _LINK.sub(lambda match: moved(match, page, Path(app.srcdir)), source[0])


def shown() -> Iterator[str]:
    """All examples in Markdown. A folder within another has no heading: what links to it leads to its first file."""
    for path in sorted(EXAMPLES.rglob("*")):
        if "__pycache__" in path.parts:
            continue
        depth = len(path.relative_to(EXAMPLES).parts)
        if path.is_dir():
            yield f"({label(path)})=" + (f"\n## {path.name}\n" if depth == 1 else "")
        elif path.stat().st_size and lexer(path):
            yield f"({label(path)})=\n{'##' if depth == 1 else '###'} `{path.relative_to(EXAMPLES).as_posix()}`\n"
            yield f"````{lexer(path)}\n{path.read_text('utf-8').rstrip()}\n````\n"


def lexer(path: Path) -> str:
    """Of what language a file is; nothing for what is no text."""
    return "docker" if path.name == "Dockerfile" else _LEXERS.get(path.suffix, "")


class ExampleFiles(SphinxDirective):
    """``{example-files}``."""

    def run(self) -> list[nodes.Node]:
        """A section for each."""
        return self.parse_text_to_nodes("\n".join(shown()), allow_section_headings=True)


def setup(app: Sphinx) -> dict[str, bool]:
    """Tell Sphinx."""
    app.connect("source-read", rewrite)
    app.add_directive("example-files", ExampleFiles)
    return {"parallel_read_safe": True, "parallel_write_safe": True}
