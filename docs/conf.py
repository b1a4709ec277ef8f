"""How the site is built: `make docs`. Tables of the reference are made of the product's own, by `_ext`."""

import sys
from pathlib import Path

from winnerlook import __version__

sys.path.insert(0, str(Path(__file__).parent / "_ext"))

project = "winnerlook"
author = "the winnerlook contributors"
release = version = __version__

extensions = ["myst_parser", "sphinx.ext.autodoc", "tables", "commands", "public", "beyond", "chinese", "offline"]
exclude_patterns = ["_ext"]

default_role = "literal"  # what docstrings put in single quotes is a name
myst_heading_anchors = 3
myst_enable_extensions = ["tasklist"]

autodoc_default_options = {"members": True}
autodoc_member_order = "bysource"
autodoc_typehints = "signature"
autodoc_typehints_format = "short"
autodoc_preserve_defaults = True
python_maximum_signature_line_length = 100
add_module_names = False

html_theme = "furo"
html_title = f"winnerlook {release}"
html_static_path = ["_static"]
html_css_files = ["site.css"]
html_search_language = "en-zh"
html_copy_source = False
html_show_sourcelink = False
html_show_copyright = False
