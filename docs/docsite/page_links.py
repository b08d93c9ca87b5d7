"""Links of the docs site that its pages do not write out, because they are read elsewhere too.

In a guide or README the name of a plugin or of a role's option in code leads to its page. A link to the published site,
as ansible-doc shows it, leads to the page of this one. A plugin or a page of Ansible itself leads to Ansible's site.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Any

from antsibull_docs.rst_labels import get_option_ref, get_plugin_ref
from docutils import nodes
from sphinx.addnodes import pending_xref
from sphinx.application import Sphinx
from sphinx.environment import BuildEnvironment
from sphinx.util import logging

COLLECTION = "quorum.mesos"
REFERENCE = "reference/"
OF_ANSIBLE = re.compile(r"ansible_collections\.ansible\.builtin\.(\w+)")
ANSIBLE = "https://docs.ansible.com/projects/ansible/latest"
# Labels of its pages that antsibull-docs writes: the page, and the words where a link has none of its own.
PAGES_OF_ANSIBLE = {
    "action_plugins": ("plugins/action.html", "action plugin"),
    "ansible_configuration_settings": ("reference_appendices/config.html", "Ansible's configuration settings"),
    "common_return_values": ("reference_appendices/common_return_values.html", "common return values"),
}
# The plain name of a role or inventory plugin is that of a program too, so these are named with the collection.
PLAIN = ("module", "lookup", "filter")
LOGGER = logging.getLogger(__name__)


def labels_of(text: str, roles: list[str]) -> Iterator[str]:
    """The labels under which the page of what a piece of code names may be."""
    name = text.removeprefix(f"{COLLECTION}.")
    for kind in PLAIN if name == text else (*PLAIN, "inventory", "role"):
        yield get_plugin_ref(f"{COLLECTION}.{name}", kind)
    for role in roles:
        if name.startswith(f"{role}_"):
            yield get_option_ref(f"{COLLECTION}.{role}", "role", "main", [name])


def link_names(app: Sphinx, page: nodes.document, docname: str) -> None:
    labels = app.env.get_domain("std").anonlabels
    pages = (name.removeprefix(REFERENCE) for name in app.env.found_docs if name.startswith(REFERENCE))
    roles = [name.removesuffix("_role") for name in pages if name.endswith("_role")]
    for literal in list(page.findall(nodes.literal)):
        if isinstance(literal.parent, nodes.reference | nodes.title):
            continue
        for label in labels_of(literal.astext(), roles):
            if label in labels:
                target, anchor = labels[label]
                address = f"{app.builder.get_relative_uri(docname, target)}#{anchor}"
                literal.replace_self(nodes.reference("", "", literal.deepcopy(), internal=True, refuri=address))
                break


def link_pages(app: Sphinx, page: nodes.document, docname: str) -> None:
    site = f"{app.config.documentation_url}/"
    for reference in page.findall(nodes.reference):
        address = reference.get("refuri", "")
        if not address.startswith(site):
            continue
        path, mark, anchor = address.removeprefix(site).partition("#")
        target = path.removesuffix(".html")
        if target not in app.env.found_docs:
            LOGGER.warning("the site has no page %s", address, location=reference)
            continue
        reference["refuri"] = f"{app.builder.get_relative_uri(docname, target)}{mark}{anchor}"
        reference["internal"] = True


def link_ansible(
    app: Sphinx, env: BuildEnvironment, wanted: pending_xref, text: nodes.Element
) -> nodes.reference | None:
    target = wanted["reftarget"]
    if found := OF_ANSIBLE.fullmatch(target):
        return nodes.reference(
            "", "", text, internal=False, refuri=f"{ANSIBLE}/collections/ansible/builtin/{found[1]}.html"
        )
    if target not in PAGES_OF_ANSIBLE:
        return None
    path, title = PAGES_OF_ANSIBLE[target]
    said = text if wanted["refexplicit"] else nodes.inline("", title)
    return nodes.reference("", "", said, internal=False, refuri=f"{ANSIBLE}/{path}")


def resolve(app: Sphinx, page: nodes.document, docname: str) -> None:
    link_pages(app, page, docname)
    if not docname.startswith(REFERENCE):
        link_names(app, page, docname)


def setup(app: Sphinx) -> dict[str, Any]:
    app.add_config_value("documentation_url", "", "env")
    app.connect("doctree-resolved", resolve)
    app.connect("missing-reference", link_ansible)
    return {"parallel_read_safe": True, "parallel_write_safe": True}
