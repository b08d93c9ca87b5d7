"""A stand-in for the API of a cluster of Kubernetes: objects, dry runs, strict schemas, pods that run or do not.

It is no cluster: nothing runs, and of defaults and admission it knows only what is written here.
"""

from __future__ import annotations

import copy
import json
import threading
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any
from urllib.parse import parse_qs, urlsplit

import kubernetes_validate
import yaml

RELEASE = "1.29"
KINDS = {
    "v1": {
        "namespaces": "Namespace", "pods": "Pod", "services": "Service", "secrets": "Secret", "configmaps": "ConfigMap",
        "events": "Event", "persistentvolumes": "PersistentVolume", "persistentvolumeclaims": "PersistentVolumeClaim",
    },
    "apps/v1": {"deployments": "Deployment", "statefulsets": "StatefulSet"},
    "batch/v1": {"jobs": "Job", "cronjobs": "CronJob"},
    "policy/v1": {"poddisruptionbudgets": "PodDisruptionBudget"},
    "networking.k8s.io/v1": {"ingresses": "Ingress"},
}  # fmt: skip
CLUSTER_WIDE = ("namespaces", "persistentvolumes")
MERGE = "application/merge-patch+json"


class Refused(Exception):
    def __init__(self, code: int, reason: str, message: str) -> None:
        super().__init__(message)
        self.status = {
            "kind": "Status", "apiVersion": "v1", "status": "Failure",
            "code": code, "reason": reason, "message": message,
        }  # fmt: skip
        self.code = code


class Kubernetes(ThreadingHTTPServer):
    """An image named like `missing...` cannot be pulled, `crash...` ends; the others run."""

    daemon_threads = True

    def __init__(self, *namespaces: str) -> None:
        super().__init__(("127.0.0.1", 0), _Handler)
        self.objects: dict[tuple[str, str, str], dict[str, Any]] = {}
        self.writes: list[str] = []
        self.dry_runs: list[str] = []
        self.refused_to_read: set[str] = set()
        self.lock = threading.Lock()
        self.version = 0
        for name in ("default", *namespaces):
            self.put("namespaces", "", {"apiVersion": "v1", "kind": "Namespace", "metadata": {"name": name}})

    def __enter__(self) -> Kubernetes:
        threading.Thread(target=self.serve_forever, args=(0.02,), daemon=True).start()
        return self

    def __exit__(self, *_error: object) -> None:
        self.shutdown()
        self.server_close()

    def kubeconfig(self, path: Path) -> Path:
        cluster = {"server": f"http://127.0.0.1:{self.server_address[1]}"}
        path.write_text(yaml.safe_dump({
            "apiVersion": "v1", "kind": "Config", "current-context": "stand-in",
            "clusters": [{"name": "stand-in", "cluster": cluster}],
            "users": [{"name": "tests", "user": {"token": "not-shown"}}],
            "contexts": [{"name": "stand-in", "context": {"cluster": "stand-in", "user": "tests"}}],
        }))  # fmt: skip
        path.chmod(0o600)
        return path

    def put(self, plural: str, namespace: str, value: dict[str, Any], dry: bool = False) -> dict[str, Any]:
        value = copy.deepcopy(value)
        metadata = value["metadata"]
        old = self.objects.get((plural, namespace, metadata["name"]), {})
        self.version += 0 if dry else 1
        same = old.get("spec") == value.get("spec")
        metadata["generation"] = old.get("metadata", {}).get("generation", 0) + (0 if old and same else 1)
        metadata.setdefault("uid", f"uid-{self.version}")
        if {**old, "metadata": {**old.get("metadata", {}), "resourceVersion": ""}} != {
            **value, "metadata": {**metadata, "resourceVersion": ""},
        }:  # fmt: skip
            metadata["resourceVersion"] = str(self.version)
        if not dry:
            self.objects[plural, namespace, metadata["name"]] = value
        return value

    def seen(self, plural: str, namespace: str, name: str) -> dict[str, Any]:
        found = self.objects.get((plural, namespace, name))
        if found is None:
            raise Refused(404, "NotFound", f'{plural} "{name}" not found')
        return self.with_status(found)

    def listed(self, plural: str, namespace: str, labels: dict[str, str]) -> list[dict[str, Any]]:
        found = [one for (kind, where, _name), one in self.objects.items() if (kind, where) == (plural, namespace)]
        if plural == "pods":
            found = [pod for one in self._deployments(namespace) for pod in pods_of(one)]
        return [one for one in found if labels.items() <= one["metadata"].get("labels", {}).items()]

    def _deployments(self, namespace: str) -> list[dict[str, Any]]:
        mine = ("deployments", namespace)
        return [one for (kind, where, _name), one in self.objects.items() if (kind, where) == mine]

    def with_status(self, value: dict[str, Any]) -> dict[str, Any]:
        if value["kind"] != "Deployment":
            return value
        pods = pods_of(value)
        ready = sum(1 for pod in pods if pod["status"]["conditions"][0]["status"] == "True")
        status: dict[str, Any] = {
            "observedGeneration": value["metadata"]["generation"],
            "replicas": len(pods), "updatedReplicas": len(pods),
        }  # fmt: skip
        status.update({"readyReplicas": ready, "availableReplicas": ready} if ready else {})
        if ready < len(pods):
            status["unavailableReplicas"] = len(pods) - ready
        return {**value, "status": status}


def pods_of(deployment: dict[str, Any]) -> list[dict[str, Any]]:
    spec, name = deployment["spec"], deployment["metadata"]["name"]
    (container,) = spec["template"]["spec"]["containers"]
    image = container["image"]
    state: dict[str, Any] = {"state": {"running": {}}, "ready": True}
    if image.startswith("missing"):
        text = f'Back-off pulling image "{image}"'
        state = {"state": {"waiting": {"reason": "ImagePullBackOff", "message": text}}, "ready": False}
    elif image.startswith("crash"):
        state = {
            "state": {"waiting": {"reason": "CrashLoopBackOff", "message": "back-off 5m0s restarting"}},
            "lastState": {"terminated": {"exitCode": 3, "reason": "Error"}}, "restartCount": 7, "ready": False,
        }  # fmt: skip
    return [
        {
            "apiVersion": "v1", "kind": "Pod",
            "metadata": {
                "name": f"{name}-{number}", "namespace": deployment["metadata"]["namespace"],
                "labels": spec["template"]["metadata"]["labels"],
            },
            "status": {
                "phase": "Running" if state["ready"] else "Pending",
                "conditions": [{"type": "Ready", "status": str(state["ready"])}],
                "containerStatuses": [{"name": container["name"], "image": image, **state}],
            },
        }
        for number in range(spec["replicas"])
    ]  # fmt: skip


def merged(value: Any, patch: Any) -> Any:
    """RFC 7396."""
    if not isinstance(patch, dict):
        return patch
    result = dict(value) if isinstance(value, dict) else {}
    for name, part in patch.items():
        if part is None:
            result.pop(name, None)
        else:
            result[name] = merged(result.get(name), part)
    return result


class _Handler(BaseHTTPRequestHandler):
    server: Kubernetes
    protocol_version = "HTTP/1.1"

    def do_GET(self) -> None:
        self._answer(self._read)

    def do_POST(self) -> None:
        self._answer(self._write)

    def do_PATCH(self) -> None:
        self._answer(self._write)

    def log_message(self, *_arguments: object) -> None:
        pass

    def _answer(self, work: Any) -> None:
        length = int(self.headers.get("Content-Length") or 0)
        body = json.loads(self.rfile.read(length)) if length else None
        try:
            with self.server.lock:
                code, value = 200, work(body)
        except Refused as refusal:
            code, value = refusal.code, refusal.status
        text = json.dumps(value).encode()
        self.send_response(code)
        self.send_header("Content-Type", "application/json")
        self.send_header("Content-Length", str(len(text)))
        self.end_headers()
        self.wfile.write(text)

    def _place(self) -> tuple[str, str, str, str]:
        """Version, plural, namespace and name."""
        parts = urlsplit(self.path).path.strip("/").split("/")
        version = parts[1] if parts[0] == "api" else "/".join(parts[1:3])
        rest = parts[2:] if parts[0] == "api" else parts[3:]
        namespace = ""
        if rest[:1] == ["namespaces"] and len(rest) > 2:
            namespace, rest = rest[1], rest[2:]
        if version not in KINDS or not rest or rest[0] not in KINDS[version]:
            raise Refused(404, "NotFound", "the server could not find the requested resource")
        return version, rest[0], namespace, rest[1] if len(rest) > 1 else ""

    def _read(self, _body: Any) -> Any:
        path = urlsplit(self.path).path.rstrip("/")
        if path == "/version":
            return {"major": "1", "minor": RELEASE.split(".")[1], "gitVersion": f"v{RELEASE}.0"}
        if path == "/api":
            return {"kind": "APIVersions", "versions": ["v1"]}
        if path == "/apis":
            groups = [version.split("/")[0] for version in KINDS if "/" in version]
            return {"kind": "APIGroupList", "apiVersion": "v1", "groups": [
                {"name": group, "versions": [{"groupVersion": f"{group}/v1", "version": "v1"}],
                 "preferredVersion": {"groupVersion": f"{group}/v1", "version": "v1"}} for group in groups
            ]}  # fmt: skip
        for version, kinds in KINDS.items():
            if path in (f"/api/{version}", f"/apis/{version}"):
                return {"kind": "APIResourceList", "groupVersion": version, "resources": [
                    {"name": plural, "singularName": kind.lower(), "namespaced": plural not in CLUSTER_WIDE,
                     "kind": kind, "verbs": ["create", "get", "list", "patch"]} for plural, kind in kinds.items()
                ]}  # fmt: skip
        version, plural, namespace, name = self._place()
        assert self.headers["Authorization"] == "Bearer not-shown"
        if plural in self.server.refused_to_read:
            raise Refused(403, "Forbidden", f"{plural} is forbidden: User tests cannot get it")
        if name:
            return self.server.seen(plural, namespace, name)
        words = parse_qs(urlsplit(self.path).query).get("labelSelector", [""])[0]
        labels = dict(word.split("=") for word in words.split(",") if word)
        items = self.server.listed(plural, namespace, labels)
        return {"kind": f"{KINDS[version][plural]}List", "apiVersion": version, "metadata": {}, "items": items}

    def _write(self, body: Any) -> Any:
        _version, plural, namespace, name = self._place()
        dry = parse_qs(urlsplit(self.path).query).get("dryRun") == ["All"]
        if namespace and ("namespaces", "", namespace) not in self.server.objects:
            raise Refused(404, "NotFound", f'namespaces "{namespace}" not found')
        value = body
        if self.command == "PATCH":
            assert self.headers["Content-Type"] == MERGE, self.headers["Content-Type"]
            value = merged(self.server.seen(plural, namespace, name), body)
            value.pop("status", None)
        elif (plural, namespace, value["metadata"]["name"]) in self.server.objects:
            raise Refused(409, "AlreadyExists", "it is there already")
        label = f"{value['kind']} {value['metadata']['name']}"
        try:
            kubernetes_validate.validate(without_server_fields(value), RELEASE, strict=True)
        except kubernetes_validate.ValidationError as error:
            raise Refused(422, "Invalid", f"{label} is invalid: {error.message}") from None
        (self.server.dry_runs if dry else self.server.writes).append(label)
        return self.server.with_status(self.server.put(plural, namespace, value, dry))


def without_server_fields(value: dict[str, Any]) -> dict[str, Any]:
    return {name: part for name, part in value.items() if name != "status"}
