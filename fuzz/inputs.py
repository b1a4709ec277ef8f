"""The form of an input: words in a first line, separated by tabs, then a body of any bytes."""

from __future__ import annotations


def written(*words: str, body: bytes | str = b"") -> bytes:
    """An input."""
    return "\t".join(words).encode("latin-1") + b"\n" + (body.encode() if isinstance(body, str) else body)


def read(data: bytes, count: int) -> tuple[list[str], bytes]:
    """So many words, empty ones where there are fewer, and the body."""
    line, _, body = data.partition(b"\n")
    words = line.decode("latin-1").split("\t", count - 1)
    return [*words, *[""] * (count - len(words))], body


def chosen(word: str, options: tuple[str, ...]) -> str:
    """The word itself, or where it is none of these, one that it stands for: mutations shall not be lost on spelling."""
    return word if word in options else options[sum(word.encode("latin-1")) % len(options)]
