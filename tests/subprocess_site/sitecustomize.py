"""Imported by every Python that a test starts: the loopback rule holds there too."""

import sys
from pathlib import Path

sys.path.append(str(Path(__file__).parent.parent))
import loopback

sys.path.pop()
loopback.enforce()
