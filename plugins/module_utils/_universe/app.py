# Copyright (c) quorum.mesos contributors
# GNU General Public License v3.0 or later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""From a package and options to the app: what the run of DC/OS's package manager posts to Marathon."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from .._marathon.errors import DefinitionError
from . import bounded_json, labels, mustache, schema
from . import options as package_options
from .package import Package


@dataclass(frozen=True)
class App:
    """options are the defaults of the package with those of the user over them."""

    definition: dict[str, Any]
    options: dict[str, Any]


def render(package: Package, options: dict[str, Any], app_id: str | None, source: str, definition_label: bool) -> App:
    if package.template is None:
        raise DefinitionError("the package has no template for Marathon, so there is nothing to run")
    merged = _options(package, options)
    values = merged if package.resource is None else {**merged, "resource": package.resource}
    rendered = mustache.render(package.template, values)
    app = _app(rendered)
    own = _labels(app)
    app["labels"] = {**own, **labels.of_package(package, options, source, definition_label)}
    if app_id is not None:
        app["id"] = app_id
    return App(app, merged)


def _options(package: Package, options: dict[str, Any]) -> dict[str, Any]:
    if package.config is None:
        if options:
            raise DefinitionError(f"the package takes no options, but {', '.join(sorted(options))} is given")
        return {}
    bounded_json.check_depth(options, "options")
    merged = package_options.joined(package_options.defaults(package.config), options)
    if merged:
        # An empty one is not checked, even where the schema requires something.
        schema.check(merged, package.config)
    return merged


def _app(rendered: mustache.Rendered) -> dict[str, Any]:
    try:
        app = bounded_json.parse(rendered.text, "what the template gives")
    except DefinitionError as error:
        empty = f". It names options that have no value: {', '.join(rendered.empty)}" if rendered.empty else ""
        raise DefinitionError(f"{error}{empty}") from None
    if not isinstance(app, dict):
        raise DefinitionError("what the template gives is not a JSON object, as an app is")
    return app


def _labels(app: dict[str, Any]) -> dict[str, str]:
    found = app.get("labels", {})
    if not isinstance(found, dict):
        raise DefinitionError("labels of what the template gives is not a JSON object")
    wrong = [name for name, value in found.items() if not isinstance(value, str)]
    if wrong:
        raise DefinitionError(f"the labels {', '.join(wrong)} of what the template gives are not text")
    return found
