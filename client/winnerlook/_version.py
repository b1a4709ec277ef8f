"""The release, as setup.cfg has it too."""

__version__ = "1.0.0"
