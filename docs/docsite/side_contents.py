"""Leave out a page's own list of its headings: the theme shows one at the side, and marks a second one as an error."""

from __future__ import annotations

from typing import Any

from docutils import nodes
from sphinx.application import Sphinx


def drop_contents(app: Sphinx, page: nodes.document) -> None:
    for topic in list(page.findall(nodes.topic)):
        if "contents" in topic["classes"]:
            topic.parent.remove(topic)


def setup(app: Sphinx) -> dict[str, Any]:
    app.connect("doctree-read", drop_contents)
    return {"parallel_read_safe": True, "parallel_write_safe": True}
