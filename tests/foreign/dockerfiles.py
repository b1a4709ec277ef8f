"""What a Dockerfile says will be run, and in which environment."""

from __future__ import annotations

import json
import re
from dataclasses import dataclass
from pathlib import Path

_INSTRUCTION = re.compile(r"^(FROM|ENV|USER|HEALTHCHECK|ENTRYPOINT|CMD)[ \t]+(.*)$", re.MULTILINE)
_SETTING = re.compile(r'(\w+)=(?:"([^"]*)"|(\S+))')


@dataclass(frozen=True)
class Image:
    """The last stage of a Dockerfile."""

    environment: dict[str, str]
    user: int
    health: list[str]
    command: list[str]


def read(path: Path) -> Image:
    """The image that a Dockerfile makes."""
    text = re.sub(r"\\\n\s*", "", re.sub(r"^#.*\n", "", path.read_text("utf-8"), flags=re.MULTILINE))
    last: dict[str, str] = {}
    for name, rest in _INSTRUCTION.findall(text):
        last = {} if name == "FROM" else {**last, name: rest}
    return Image(
        environment={name: quoted or bare for name, quoted, bare in _SETTING.findall(last.get("ENV", "")) if name != "PATH"},
        user=int(last["USER"].split(":")[0]),
        health=json.loads(last["HEALTHCHECK"][last["HEALTHCHECK"].index("CMD ") + 4 :]),
        command=json.loads(last.get("ENTRYPOINT", "[]")) + json.loads(last["CMD"]),
    )
