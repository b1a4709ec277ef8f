"""``python -m supply.audit``: whether any version that the wheel and its extras pull in has a known vulnerability, by pip-audit.

It asks the package index; one that it cannot ask about is a failure, never a pass.
"""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

from supply.bare import environment, pip, tool

_BUILD = Path("build/supply")


def main() -> int:
    """0 where none is known, 1 where one is or where it could not be found out."""
    _BUILD.mkdir(parents=True, exist_ok=True)
    frozen = pip(["--python", str(environment(_BUILD / "bare")), "freeze"]).splitlines()
    listed = _BUILD / "requirements.txt"
    listed.write_text("\n".join(line for line in frozen if not line.startswith("winnerlook ")) + "\n", "utf-8")
    command = tool("pip-audit", "pip-audit>=2.7", _BUILD / "pip-audit")
    options = ["--strict", "--no-deps", "--disable-pip", "--progress-spinner", "off", "--requirement", str(listed)]
    code = subprocess.run([str(command), *options], check=False).returncode
    print("no known vulnerability" if code == 0 else "NOT clean, or not found out: see above")
    return code


if __name__ == "__main__":
    sys.exit(main())
