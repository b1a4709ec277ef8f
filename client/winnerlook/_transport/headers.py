"""What every request says of its sender."""

from __future__ import annotations

from winnerlook._version import __version__

COMMON = {"User-Agent": f"winnerlook/{__version__}", "Accept": "text/xml, application/soap+xml", "Accept-Encoding": "identity"}
