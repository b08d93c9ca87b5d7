# Copyright (c) quorum.mesos contributors
# GNU General Public License v3.0 or later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Pure: names of images in a registry."""

from __future__ import annotations

import re
import typing as t

_HOST = re.compile(r"(?:[a-zA-Z0-9](?:[a-zA-Z0-9-]*[a-zA-Z0-9])?(?:\.|(?=:|\Z)))+|\[[0-9a-fA-F:.]+\]")
_PART = re.compile(r"[a-z0-9]+(?:(?:[._]|__|-+)[a-z0-9]+)*")
DIGEST = re.compile(r"sha256:[0-9a-f]{64}")
_TAG_LENGTH = 24
_LONGEST = 255


def registry(name: str) -> str:
    """``host:port`` of the name; empty where Docker would go to its own registry."""
    first, slash, _rest = name.partition("/")
    return first if slash and (first == "localhost" or "." in first or ":" in first) else ""


def problem(name: str) -> str | None:
    """Why it is no name of an image in a registry, with what to do."""
    host = registry(name)
    if "://" in name:
        return "it is a URL: leave out %s//" % name.partition("//")[0]
    if not host:
        return "it names no registry: write host:port/%s, or docker.io/%s for Docker Hub" % (name, name)
    address, _colon, port = host.rpartition(":") if re.search(r":[^\]]*\Z", host) else (host, "", "")
    if not _HOST.fullmatch(address) or (port and not (port.isdigit() and 0 < int(port) < 65536)):
        return "%s is no host with a port: write it like registry.example.org:5000" % host
    path = name[len(host) + 1 :]
    if "@" in path or ":" in path:
        return "it has a tag or a digest: leave that out, the tag is computed from the source"
    if len(name) > _LONGEST or not path or not all(_PART.fullmatch(part) for part in path.split("/")):
        return "%s is no name of a repository: use small letters, digits, and single . _ - between them" % path
    return None


def tag(digest: str) -> str:
    """The tag of the image that is built from a source of this digest."""
    return "source-" + digest.partition(":")[2][:_TAG_LENGTH]


def login(config: t.Mapping[str, t.Any], host: str) -> t.Mapping[str, t.Any]:
    """What a config.json of Docker has for the registry."""
    auths = config.get("auths")
    if not isinstance(auths, dict):
        return {}
    if host == "docker.io":
        host = "https://index.docker.io/v1/"
    found = auths.get(host) or auths.get("https://" + host) or auths.get("http://" + host)
    return found if isinstance(found, dict) else {}
