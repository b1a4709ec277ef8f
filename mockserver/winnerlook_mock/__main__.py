"""``python -m winnerlook_mock``."""

import sys

from winnerlook_mock.cli import main

sys.exit(main())
