# Copyright (c) quorum.mesos contributors
# GNU General Public License v3.0 or later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Manifests of a directory in the order in which a cluster of Kubernetes takes them, and what they need there."""

from __future__ import annotations

import json
import os
from typing import Any, Iterator

from ..._words import one_line
from ..manifests import yaml

# What others refer to comes first; what sends requests to pods comes when there are some.
_ORDER = (
    "Namespace", "ServiceAccount", "Secret", "ConfigMap", "StorageClass", "PersistentVolume", "PersistentVolumeClaim",
    "Service", "Deployment", "StatefulSet", "DaemonSet", "Job", "CronJob", "PodDisruptionBudget", "Ingress",
    "HTTPRoute",
)  # fmt: skip
WORKLOADS = ("Deployment", "StatefulSet", "DaemonSet")
_CLUSTER_WIDE = ("Namespace", "PersistentVolume", "StorageClass")
_SUFFIXES = (".yml", ".yaml", ".json")
_REMEDY = "name the directory that translate wrote"


class BadManifest(Exception):
    """A file is no manifest; the text names it and what to do."""


def read(directory: str, namespace: str = "") -> list[dict[str, Any]]:
    """Each object with its file and label, in order; those without a namespace get the given one."""
    found: dict[tuple[str, str, str], dict[str, Any]] = {}
    for path in _files(directory):
        for value in _documents(path):
            made = _object(value, path, namespace)
            key = (made["definition"]["kind"], made["namespace"], made["definition"]["metadata"]["name"])
            if key in found:
                raise BadManifest(
                    f"{made['label']} is in {found[key]['file']} and in {path}: remove the file that no translation "
                    "makes any more"
                )
            found[key] = made
    if not found:
        raise BadManifest(f"{directory} has no manifests (*.yml, *.yaml, *.json): {_REMEDY}")
    return sorted(found.values(), key=lambda one: (_rank(one["definition"]["kind"]), one["label"]))


def _rank(kind: str) -> int:
    return _ORDER.index(kind) if kind in _ORDER else len(_ORDER)


def _files(directory: str) -> list[str]:
    # What translate wrote has other targets beside it.
    below = os.path.join(directory, "kubernetes")
    directory = below if os.path.isdir(below) else directory
    try:
        names = sorted(os.listdir(directory))
    except OSError as error:
        raise BadManifest(f"{directory} cannot be read ({error.strerror}): {_REMEDY}") from error
    paths = [os.path.join(directory, name) for name in names if not name.startswith(".") and name.endswith(_SUFFIXES)]
    return [path for path in paths if os.path.isfile(path)]


def _documents(path: str) -> list[Any]:
    try:
        with open(path, encoding="utf-8") as file:
            found = [json.load(file)] if path.endswith(".json") else list(yaml.safe_load_all(file))
    except (OSError, ValueError, yaml.YAMLError) as error:
        raise BadManifest(f"{path} cannot be read ({one_line(error)}): correct it, or translate again") from error
    values: list[Any] = []
    for value in found:
        if isinstance(value, dict) and value.get("kind") == "List":
            values += value.get("items") or []
        elif value is not None:
            values.append(value)
    return values


def _object(value: Any, path: str, namespace: str) -> dict[str, Any]:
    fields = value if isinstance(value, dict) else {}
    metadata = fields.get("metadata")
    metadata = metadata if isinstance(metadata, dict) else {}
    named = (fields.get("apiVersion"), fields.get("kind"), metadata.get("name"))
    if not all(isinstance(one, str) and one for one in named):
        raise BadManifest(
            f"{path} has a document without apiVersion, kind or metadata.name: remove it, or translate again"
        )
    own = ""
    if fields["kind"] not in _CLUSTER_WIDE:
        own = metadata.get("namespace") or namespace or "default"
        fields = {**fields, "metadata": {**metadata, "namespace": own}}
    label = _label(fields["kind"], own, metadata["name"])
    return {"file": path, "label": label, "namespace": own, "definition": fields}


def _label(kind: str, namespace: str, name: str) -> str:
    return f"{kind} {namespace}/{name}" if namespace else f"{kind} {name}"


def workloads(objects: list[dict[str, Any]]) -> list[dict[str, Any]]:
    """What has pods that run on."""
    return [one for one in objects if one["definition"]["kind"] in WORKLOADS]


def namespaces(objects: list[dict[str, Any]]) -> dict[str, list[str]]:
    """Those that the cluster must have, and those that the manifests make themselves."""
    made = {one["definition"]["metadata"]["name"] for one in objects if one["definition"]["kind"] == "Namespace"}
    return {"needed": sorted({one["namespace"] for one in objects} - made - {""}), "made": sorted(made)}


def secrets(objects: list[dict[str, Any]]) -> list[dict[str, Any]]:
    """The Secrets that pods refer to and no manifest makes, with their keys and who needs them."""
    made = {_key(one) for one in objects if one["definition"]["kind"] == "Secret"}
    found: dict[tuple[str, str], dict[str, Any]] = {}
    for one in objects:
        for name, key in _references(one["definition"]):
            if (one["namespace"], name) in made:
                continue
            new = {"namespace": one["namespace"], "name": name, "keys": [], "of": one["label"]}
            entry = found.setdefault((one["namespace"], name), new)
            if key and key not in entry["keys"]:
                entry["keys"].append(key)
    return [found[key] for key in sorted(found)]


def _key(one: dict[str, Any]) -> tuple[str, str]:
    return one["namespace"], one["definition"]["metadata"]["name"]


def _references(value: Any) -> Iterator[tuple[str, str]]:
    """Names of Secrets, and the key where there is one; not those that may be missing."""
    if isinstance(value, list):
        for element in value:
            yield from _references(element)
    if not isinstance(value, dict):
        return
    for name, part in value.items():
        if name in ("secretKeyRef", "secretRef") and isinstance(part, dict) and not part.get("optional"):
            yield part.get("name", ""), part.get("key", "")
        elif name == "secret" and isinstance(part, dict) and part.get("secretName") and not part.get("optional"):
            items = [item.get("key", "") for item in part.get("items") or []]
            yield from ((part["secretName"], key) for key in items or [""])
        elif name == "imagePullSecrets" and isinstance(part, list):
            yield from ((item.get("name", ""), "") for item in part if isinstance(item, dict))
        else:
            yield from _references(part)


def missing(wanted: list[dict[str, Any]], there: list[dict[str, Any]]) -> str:
    """A sentence for the Secrets that the cluster does not have; empty where it has all."""
    known = {(one["metadata"].get("namespace"), one["metadata"].get("name")) for one in there}
    lacking = [one for one in wanted if (one["namespace"], one["name"]) not in known]
    if not lacking:
        return ""
    named = "; ".join(
        f"{one['namespace']}/{one['name']}{' with ' + ', '.join(one['keys']) if one['keys'] else ''} for {one['of']}"
        for one in lacking
    )
    return f"The cluster has no Secret {named}. Create them first; REPORT.md lists what they hold."
