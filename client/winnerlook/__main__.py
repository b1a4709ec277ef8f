"""``python -m winnerlook`` is the ``winnerlook`` command."""

from winnerlook.cli import main

raise SystemExit(main())
