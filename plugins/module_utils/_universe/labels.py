# Copyright (c) quorum.mesos contributors
# GNU General Public License v3.0 or later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The labels by which DC/OS knows the app of a package: its name, version and source, the user's options, all of it."""

from __future__ import annotations

import base64
import binascii
import gzip
import json
import zlib
from typing import Any

from .._marathon.errors import DefinitionError
from . import bounded_json
from . import options as package_options
from .package import Package

NAME, VERSION, SOURCE = "DCOS_PACKAGE_NAME", "DCOS_PACKAGE_VERSION", "DCOS_PACKAGE_SOURCE"
OPTIONS, DEFINITION = "DCOS_PACKAGE_OPTIONS", "DCOS_PACKAGE_DEFINITION"
FRAMEWORK, OWN_REMOVAL = "DCOS_PACKAGE_FRAMEWORK_NAME", "DCOS_COMMONS_UNINSTALL"
# The largest definition of the public Universe has 54 kB in its label.
MAX_DEFINITION = 8 * 1024 * 1024
_GZIP = 31


def of_package(package: Package, options: dict[str, Any], source: str, definition: bool) -> dict[str, str]:
    found = {
        NAME: package.name,
        VERSION: package.version,
        SOURCE: source,
        OPTIONS: _encoded(package_options.without_nulls(options)),
    }
    if definition:
        kind = f"application/vnd.dcos.universe.package+json;charset=utf-8;version=v{package.packaging[0]}"
        # Without the time, so that the same package gives the same text.
        data = gzip.compress(json.dumps(package.document(), sort_keys=True).encode(), mtime=0)
        found[DEFINITION] = _encoded(
            {
                "metadata": {"Content-Type": kind, "Content-Encoding": "gzip"},
                "data": base64.b64encode(data).decode(),
            }
        )
    return found


def kept(wanted: dict[str, str], current: dict[str, str], source: str | None) -> dict[str, str]:
    """The text that an app has already, where it says the same: another text would replace its instances.

    The order of keys and the compression are no difference. Where no source is given, that of the app stays.
    """
    result = dict(wanted)
    if source is None and SOURCE in current:
        result[SOURCE] = current[SOURCE]
    for name, read in ((OPTIONS, stored_options), (DEFINITION, _identity)):
        if name in wanted and name in current:
            seen = read(current)
            if seen is not None and seen == read(wanted):
                result[name] = current[name]
    return result


def stored_options(labels: dict[str, str]) -> dict[str, Any] | None:
    """None where the label is missing or broken."""
    return _decoded(labels.get(OPTIONS))


def stored_package(labels: dict[str, str]) -> dict[str, Any] | None:
    wrapped = _decoded(labels.get(DEFINITION)) or {}
    try:
        data = base64.b64decode(wrapped.get("data") or "", validate=True)
        if (wrapped.get("metadata") or {}).get("Content-Encoding") == "gzip":
            data = zlib.decompressobj(_GZIP).decompress(data, MAX_DEFINITION)
    except (AttributeError, TypeError, ValueError, zlib.error):
        return None
    return _object(data)


def _identity(labels: dict[str, str]) -> tuple[Any, Any, Any] | None:
    found = stored_package(labels)
    return None if found is None else (found.get("name"), found.get("version"), found.get("releaseVersion"))


def _encoded(value: dict[str, Any]) -> str:
    return base64.b64encode(json.dumps(value, separators=(",", ":")).encode()).decode()


def _decoded(text: Any) -> dict[str, Any] | None:
    try:
        return _object(base64.b64decode(text, validate=True))
    except (TypeError, ValueError, binascii.Error):
        return None


def _object(text: bytes) -> dict[str, Any] | None:
    """None for what no package has: anybody may have written the label."""
    try:
        return bounded_json.parse_object(text, "the label")
    except DefinitionError:
        return None
