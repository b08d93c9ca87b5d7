"""Sphinx' settings for the docs site, which tools/docsite.py builds."""

from __future__ import annotations

import sys
from pathlib import Path

import yaml

HERE = Path(__file__).resolve().parent
sys.path.insert(0, str(HERE))
GALAXY = yaml.safe_load((HERE.parent.parent / "galaxy.yml").read_text(encoding="utf-8"))

project = "quorum.mesos"
project_copyright = "the quorum.mesos contributors"
version = release = GALAXY["version"]

extensions = ["myst_parser", "sphinx_antsibull_ext", "page_links", "side_contents"]
# Anchors of headings, as forges make them.
myst_heading_anchors = 4
documentation_url = GALAXY["documentation"]

html_theme = "furo"
html_title = f"quorum.mesos {version}"
html_copy_source = False
html_show_sphinx = False
html_use_index = False
# Furo has a light and a dark form.
antsibull_ext_color_scheme = "default-autodark"
pygments_style = "default"
pygments_dark_style = "monokai"
highlight_language = "none"
