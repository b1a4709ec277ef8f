"""The ``winnerlook`` command."""

from winnerlook.cli.run import main

__all__ = ["main"]
