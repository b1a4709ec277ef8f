"""The console: a web page for people at ``/_mock/``, made of plain HTML, CSS and ES modules, which uses nothing but the control API.

`static` holds the files as browsers get them; there is no build step, and nothing comes from another host. Importing this package costs
nothing.
"""

from winnerlook_mock.console.files import CSP, answer

__all__ = ["CSP", "answer"]
