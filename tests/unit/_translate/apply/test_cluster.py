"""Manifests in the order in which a cluster takes them, and what they need there."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest
from ansible_collections.quorum.mesos.plugins.module_utils._translate import manifests, translation
from ansible_collections.quorum.mesos.plugins.module_utils._translate.apply import cluster

APP = {
    "id": "/shop/web",
    "instances": 2,
    "env": {"DB_PASSWORD": "hunter2-hunter2", "API_TOKEN": "hunter3-hunter3"},
    "container": {
        "docker": {
            "image": "nginx",
            "network": "BRIDGE",
            "portMappings": [{"containerPort": 80, "servicePort": 82}],
        }
    },
}


def write(directory: Path, *objects: Any, name: str = "one.yml") -> Path:
    directory.mkdir(parents=True, exist_ok=True)
    (directory / name).write_text(manifests.as_yaml(list(objects)))
    return directory


def thing(kind: str, name: str = "a", **more: Any) -> dict[str, Any]:
    return {"apiVersion": "v1", "kind": kind, "metadata": {"name": name}, **more}


def labels(found: list[dict[str, Any]]) -> list[str]:
    return [one["label"] for one in found]


def test_what_the_translation_makes(tmp_path: Path) -> None:
    options = {"namespace": "shop", "ingress_class": "haproxy"}
    made = translation.for_target({**APP, "labels": {"HAPROXY_0_VHOST": "web.example.com"}}, options, "kubernetes")
    write(tmp_path / "out" / "kubernetes", *made["objects"])
    (tmp_path / "out" / "REPORT.md").write_text("a report")
    found = cluster.read(str(tmp_path / "out"))
    assert labels(found) == [
        "Service shop/shop-web", "Deployment shop/shop-web", "PodDisruptionBudget shop/shop-web",
        "Ingress shop/shop-web",
    ]  # fmt: skip
    assert sorted(one["definition"]["kind"] for one in found) == sorted(one["kind"] for one in made["objects"])
    assert labels(cluster.workloads(found)) == ["Deployment shop/shop-web"]
    assert cluster.namespaces(found) == {"needed": ["shop"], "made": []}
    (secret,) = cluster.secrets(found)
    assert secret["name"] == "shop-web-secrets"
    assert sorted(secret["keys"]) == ["API_TOKEN", "DB_PASSWORD"]


def test_the_order_and_the_namespace(tmp_path: Path) -> None:
    kinds = ["Widget", "Ingress", "Deployment", "ConfigMap", "Namespace", "PersistentVolume", "Service", "Secret"]
    write(tmp_path, *(thing(kind) for kind in kinds))
    write(tmp_path, thing("Deployment", "b"), name="two.yaml")
    (tmp_path / "three.json").write_text(json.dumps({"kind": "List", "items": [thing("Service", "c")]}))
    (tmp_path / "notes.txt").write_text("{{{")
    found = cluster.read(str(tmp_path), "shop")
    assert labels(found) == [
        "Namespace a", "Secret shop/a", "ConfigMap shop/a", "PersistentVolume a", "Service shop/a", "Service shop/c",
        "Deployment shop/a", "Deployment shop/b", "Ingress shop/a", "Widget shop/a",
    ]  # fmt: skip
    assert found[1]["definition"]["metadata"] == {"name": "a", "namespace": "shop"}
    assert cluster.namespaces(found) == {"needed": ["shop"], "made": ["a"]}
    assert cluster.read(str(tmp_path))[1]["namespace"] == "default"


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("a: [", r"one\.yml cannot be read .*: correct it"),
        ("a: 1", "has a document without apiVersion, kind or metadata.name"),
        ("[1]", "has a document without"),
        ("{apiVersion: v1, kind: Service, metadata: [a]}", "has a document without"),
        ("", r"has no manifests \(\*\.yml"),
        (
            "{apiVersion: v1, kind: Service, metadata: {name: a}}\n---\n" * 2,
            r"Service default/a is in .*one\.yml and in .*one\.yml: remove the file",
        ),
    ],
)
def test_what_is_no_manifest(tmp_path: Path, text: str, words: str) -> None:
    (tmp_path / "one.yml").write_text(text)
    with pytest.raises(cluster.BadManifest, match=words):
        cluster.read(str(tmp_path))


def test_a_directory_that_is_not_there(tmp_path: Path) -> None:
    with pytest.raises(cluster.BadManifest, match="name the directory that translate wrote"):
        cluster.read(str(tmp_path / "none"))


POD = {
    "imagePullSecrets": [{"name": "registry"}],
    "containers": [
        {
            "env": [
                {"name": "A", "valueFrom": {"secretKeyRef": {"name": "one", "key": "A"}}},
                {"name": "B", "valueFrom": {"secretKeyRef": {"name": "one", "key": "B"}}},
                {"name": "C", "valueFrom": {"secretKeyRef": {"name": "maybe", "key": "C", "optional": True}}},
                {"name": "D", "valueFrom": {"secretKeyRef": {"name": "made", "key": "D"}}},
            ],
            "envFrom": [{"secretRef": {"name": "all"}}],
        }
    ],
    "volumes": [{"name": "v", "secret": {"secretName": "file", "items": [{"key": "k", "path": "p"}]}}],
}


def test_the_secrets_that_are_missing(tmp_path: Path) -> None:
    write(tmp_path, thing("Deployment", spec={"template": {"spec": POD}}), thing("Secret", "made"))
    wanted = cluster.secrets(cluster.read(str(tmp_path), "shop"))
    assert {one["name"]: one["keys"] for one in wanted} == {
        "all": [], "file": ["k"], "one": ["A", "B"], "registry": [],
    }  # fmt: skip
    there = [{"metadata": {"name": name, "namespace": "shop"}} for name in ("all", "file", "registry")]
    assert cluster.missing(wanted, there) == (
        "The cluster has no Secret shop/one with A, B for Deployment shop/a. Create them first; REPORT.md lists what "
        "they hold."
    )
    elsewhere = {"metadata": {"name": "one", "namespace": "other"}}
    assert "shop/one" in cluster.missing(wanted, [*there, elsewhere])
    assert cluster.missing(wanted, [*there, {"metadata": {"name": "one", "namespace": "shop"}}]) == ""
