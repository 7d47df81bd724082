"""Sphinx's configuration. The site is drawn from docs/, scripts/ and results/; nothing is executed.

ROSETTA_ROOT names another repository (the tests' miniature one), RESULTS another folder of records,
ROSETTA_BASEURL the address that the site will have; without one, it is what the project states.
"""

import os
import sys
from pathlib import Path

REPOSITORY = Path(__file__).resolve().parent
sys.path.insert(0, str(REPOSITORY))

from rosetta.site.base.repository import icon_links, repository_of, site_of  # noqa: E402

project = "Rosetta Stone"
author = "the contributors"
copyright = f"{author}, Apache License 2.0"
language = "en"
extensions = ["rosetta.site"]
rosetta_repository = repository_of(REPOSITORY)
rosetta_root = os.environ.get("ROSETTA_ROOT") or str(REPOSITORY)

exclude_patterns = ["conf.py", "README.md"]
myst_enable_extensions = ["attrs_block", "colon_fence", "deflist"]
myst_heading_anchors = 3
nb_execution_mode = "off"

html_theme = "pydata_sphinx_theme"
html_title = "Rosetta Stone of deep-learning frameworks"
html_short_title = project
html_favicon = str(REPOSITORY / "rosetta" / "site" / "static" / "rosetta.svg")
html_baseurl = os.environ.get("ROSETTA_BASEURL") or site_of(REPOSITORY)
html_codeblock_linenos_style = "inline"
html_copy_source = False
html_use_index = False
html_domain_indices = False
html_sidebars = {"**": []}
html_context = {"default_mode": "auto"}
html_theme_options = {
    "icon_links": icon_links(rosetta_repository),
    "search_bar_text": "Search code, output and prose",
    "navbar_align": "left",
    "navbar_end": ["theme-switcher", "navbar-icon-links"],
    "secondary_sidebar_items": ["page-toc"],
    "article_header_start": [],
    "show_prev_next": False,
    "back_to_top_button": False,
    "footer_start": ["footer-pages", "copyright"],
    "footer_end": [],
}
