"""``python -m supply.sbom``: ``dist/winnerlook-VERSION.cdx.json``, what the wheel and all its extras pull in, in CycloneDX 1.6.

The same wheel and the same versions give the same bytes: no time, no serial number, no path of this machine. cyclonedx-py checks what it
writes against the schema; what is changed afterwards is checked again.
"""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path
from typing import Any

from supply.bare import environment, tool, wheel

_BUILD = Path("build/supply")
_SPEC = "1.6"
_TOOL = "cyclonedx-bom>=7"
_CHECK = """
import sys
from cyclonedx.schema import SchemaVersion
from cyclonedx.validation.json import JsonStrictValidator
problem = JsonStrictValidator(SchemaVersion.V1_6).validate_str(sys.stdin.read())
sys.exit(str(problem) if problem else 0)
"""


def main() -> int:
    """0 where it was written and is valid."""
    _BUILD.mkdir(parents=True, exist_ok=True)
    command = tool("cyclonedx-py", _TOOL, _BUILD / "cyclonedx")
    made = subprocess.run(
        [command, "environment", "--output-reproducible", "--spec-version", _SPEC, environment(_BUILD / "bare")],
        check=True, stdout=subprocess.PIPE, text=True, encoding="utf-8",
    ).stdout
    document = _about_us(json.loads(made))
    version = document["metadata"]["component"]["version"]
    text = json.dumps(document, indent=2, sort_keys=True) + "\n"
    subprocess.run([command.with_name("python"), "-c", _CHECK], check=True, input=text, text=True, encoding="utf-8")
    file = Path("dist") / f"winnerlook-{version}.cdx.json"
    file.write_text(text, "utf-8")
    print(f"{file}: {len(document['components'])} components, CycloneDX {_SPEC}, valid")
    return 0


def _about_us(document: dict[str, Any]) -> dict[str, Any]:
    """The wheel is what the document is about, and was installed from no folder that anybody else has."""
    (own,) = (one for one in document["components"] if one["name"] == "winnerlook")
    for reference in own["externalReferences"]:
        if reference["url"].startswith("file:"):
            reference["url"] = wheel().name
    document["components"].remove(own)
    document["metadata"]["component"] = own
    return document


if __name__ == "__main__":
    sys.exit(main())
