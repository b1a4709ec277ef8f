"""Search in English and Chinese. Sphinx's own finds Chinese words only where a dictionary is installed; pairs of characters need none."""

from __future__ import annotations

import re

from sphinx.application import Sphinx
from sphinx.search.en import SearchEnglish

_PART = re.compile(r"[\u3400-\u9fff]+|[^\W\u3400-\u9fff]+")

# What a reader types has to be cut as the index was: this takes the place of Sphinx's own in searchtools.js.
_SPLITTER = r"""
function splitQuery(query) {
  const parts = query.match(/[\u3400-\u9fff]+|[\p{L}\p{N}_]+/gu) || [];
  return parts.flatMap((part) => {
    if (!/[\u3400-\u9fff]/.test(part) || part.length < 3) return [part];
    return Array.from({ length: part.length - 1 }, (_, at) => part.slice(at, at + 2));
  });
}
"""


class SearchEnglishAndChinese(SearchEnglish):
    """Words of letters, and each two Chinese characters that stand together."""

    lang = "en-zh"
    js_splitter_code = _SPLITTER

    def split(self, text: str) -> list[str]:
        """The words of a text."""
        words: list[str] = []
        for part in _PART.findall(text):
            chinese = part[0] >= "\u3400" and part[0] <= "\u9fff"
            words.extend((part[at:at + 2] for at in range(max(1, len(part) - 1))) if chinese else (part,))
        return words


def say_chinese(_app: Sphinx, page: str, _template: str, context: dict[str, object], _doctree: object) -> None:
    """Pages below ``zh/`` are in Chinese, and browsers choose fonts by that."""
    if page.startswith("zh/"):
        context["language"] = "zh-CN"


def setup(app: Sphinx) -> dict[str, bool]:
    """Tell Sphinx."""
    app.add_search_language(SearchEnglishAndChinese)
    app.connect("html-page-context", say_chinese)
    return {"parallel_read_safe": True, "parallel_write_safe": True}
