"""The site needs no other host: the build fails where a page would load something from one."""

from __future__ import annotations

import re
from pathlib import Path

from sphinx.application import Sphinx
from sphinx.errors import ExtensionError

_LOADS = re.compile(
    r"""<(?:script|img|iframe|source|video|audio|embed|input)\b[^>]*\ssrc=["']?(?:https?:)?//[^"'>]*
    |<link\b(?![^>]*rel=["']?canonical)[^>]*\shref=["']?(?:https?:)?//[^"'>]*
    |@import\s+(?:url\()?["']?(?:https?:)?//[^"');]*
    |url\(["']?(?:https?:)?//[^"')]*""",
    re.VERBOSE | re.IGNORECASE,
)


def loads(site: Path) -> list[str]:
    """What pages and style sheets below a folder would load from elsewhere."""
    files = (path for path in sorted(site.rglob("*")) if path.suffix in {".html", ".css"})
    return [f"{path.relative_to(site)}: {match[0]}" for path in files for match in _LOADS.finditer(path.read_text("utf-8"))]


def check(app: Sphinx, exception: Exception | None) -> None:
    """Look at what was built."""
    if exception is None and app.builder.format == "html":
        found = loads(Path(app.outdir))
        if found:
            raise ExtensionError("pages load what other hosts have:\n" + "\n".join(found))


def setup(app: Sphinx) -> dict[str, bool]:
    """Tell Sphinx."""
    app.connect("build-finished", check)
    return {"parallel_read_safe": True, "parallel_write_safe": True}
