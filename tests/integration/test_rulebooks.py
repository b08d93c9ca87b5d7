"""The rulebooks of the collection, run by the real ansible-rulebook on a cluster of the lab engine."""

from __future__ import annotations

import contextlib
import json
import os
import subprocess
import threading
import time
from collections.abc import Callable, Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any

import module_runs
import pytest
import requests
import rulebook_venv
from gate import Gate
from local_cluster import LocalCluster, wait_until, zookeeper_installed

pytestmark = [
    # Java starts, and then Ansible for each action.
    pytest.mark.long,
    pytest.mark.skipif(not zookeeper_installed(), reason="needs the Debian package zookeeper and java"),
]

CHECKOUT = Path(__file__).resolve().parents[2]
SECONDS = 180
REQUEST_SECONDS = 60
SECRET = "must-not-be-shown"


@pytest.fixture(scope="module")
def cluster(tmp_path_factory: pytest.TempPathFactory) -> Iterator[LocalCluster]:
    flags = {"containerizers": "mesos", "resources": "cpus:2;mem:1024;disk:1024;ports:[31000-31100]"}
    login = {"http_credentials": f"operator:{SECRET}"}
    directory = tmp_path_factory.mktemp("rulebooks")
    with LocalCluster(directory, agents=2, marathons=1, agent_flags=flags, marathon_flags=login) as cluster:
        yield cluster


@pytest.fixture(scope="module")
def programs() -> Path:
    try:
        return rulebook_venv.programs()
    except rulebook_venv.Unavailable as why:
        pytest.skip(str(why))


class Hook(ThreadingHTTPServer):
    """Keeps what it is sent."""

    daemon_threads = True

    def __init__(self) -> None:
        self.pages: list[dict[str, str]] = []
        outer = self

        class Handler(BaseHTTPRequestHandler):
            def do_POST(self) -> None:
                outer.pages.append(json.loads(self.rfile.read(int(self.headers["Content-Length"]))))
                self.send_response(204)
                self.end_headers()

            def log_message(self, *_words: Any) -> None:
                pass

        super().__init__(("127.0.0.1", 0), Handler)
        threading.Thread(target=self.serve_forever, args=(0.05,), daemon=True).start()

    def page(self, title: str) -> str:
        return next((page["text"] for page in self.pages if title in page["title"]), "")


class Rulebook:
    """One that runs; what it prints is in a file, with no secret in it."""

    def __init__(self, programs: Path, directory: Path, name: str, **variables: Any) -> None:
        self._log = directory / "rulebook.log"
        password = directory / "password"
        password.write_text(f"{SECRET}\n")
        (directory / "inventory.yml").write_text("all: {hosts: {localhost: {ansible_connection: local}}}\n")
        given = {"marathon_username": "operator", "marathon_password_file": str(password), **variables}
        (directory / "vars.yml").write_text(json.dumps(given))
        environment = {
            "PATH": f"{programs}:/usr/bin:/bin",
            "HOME": str(directory),
            "LC_ALL": "C.UTF-8",
            "ANSIBLE_COLLECTIONS_PATH": str(CHECKOUT / ".collections"),
            "ANSIBLE_NOCOLOR": "true",
            "PYTHONUNBUFFERED": "1",
            "MARATHON_PASSWORD": SECRET,
            "TMPDIR": os.environ.get("TMPDIR", "/tmp"),
        }
        command = ["ansible-rulebook", "--rulebook", f"quorum.mesos.{name}", "-i", "inventory.yml"]
        with self._log.open("wb") as log:
            self._process = subprocess.Popen(
                [*command, "--vars", "vars.yml", "--print-events", "--verbose"],
                executable=str(programs / "ansible-rulebook"),
                cwd=directory, env=environment, stdin=subprocess.DEVNULL, stdout=log, stderr=subprocess.STDOUT,
            )  # fmt: skip

    def __enter__(self) -> Rulebook:
        try:
            self.wait("it is connected", lambda: "event_stream_connected" in self.output)
        except BaseException:
            self._end()
            raise
        return self

    def __exit__(self, *_error: Any) -> None:
        self._end()
        assert SECRET not in self.output

    def _end(self) -> None:
        self._process.terminate()
        try:
            self._process.wait(30)
        except subprocess.TimeoutExpired:
            self._process.kill()
            self._process.wait(30)

    @property
    def output(self) -> str:
        return self._log.read_text(encoding="utf-8", errors="replace")

    def wait(self, what: str, condition: Callable[[], Any]) -> Any:
        deadline = time.monotonic() + SECONDS
        while True:
            with contextlib.suppress(requests.RequestException):
                if found := condition():
                    return found
            assert self._process.poll() is None, f"{what}: it ended\n{self.output[-5000:]}"
            assert time.monotonic() < deadline, f"{what}: not within {SECONDS} s\n{self.output[-5000:]}"
            time.sleep(0.2)


class Operator:
    """Who works on the cluster by hand."""

    def __init__(self, cluster: LocalCluster) -> None:
        self._url = cluster.marathon_url
        self._ask = requests.Session()
        self._ask.trust_env = False
        self._ask.auth = ("operator", SECRET)

    def put(self, app: dict[str, Any]) -> None:
        path = f"{self._url}/v2/apps{app['id']}"
        self._ask.put(path, json=app, params={"force": "true"}, timeout=REQUEST_SECONDS).raise_for_status()

    def get(self, path: str) -> Any:
        return self._ask.get(self._url + path, timeout=REQUEST_SECONDS).json()

    def app(self, app_id: str) -> dict[str, Any]:
        return self.get(f"/v2/apps{app_id}").get("app", {})

    def remove(self, app_id: str) -> None:
        self._delete(f"/v2/apps{app_id}")

    def cancel(self, app_id: str) -> str:
        """The deployment that changed the app."""

        def running() -> list[str]:
            return [one["id"] for one in self.get("/v2/deployments") if app_id in one["affectedApps"]]

        found = wait_until("it is deployed", running)[0]
        self._delete(f"/v2/deployments/{found}")
        return found

    def _delete(self, path: str) -> None:
        self._ask.delete(self._url + path, params={"force": "true"}, timeout=REQUEST_SECONDS).raise_for_status()


@pytest.fixture
def operator(cluster: LocalCluster) -> Operator:
    return Operator(cluster)


def definition(name: str, **more: Any) -> dict[str, Any]:
    return {"id": f"/rules/{name}", "cmd": "exec sleep 1000", "cpus": 0.1, "mem": 16, **more}


def test_a_failed_deployment_is_paged_also_one_that_was_missed(
    cluster: LocalCluster, programs: Path, operator: Operator, tmp_path: Path
) -> None:
    marathon, hook = cluster.marathons[0], Hook()
    page_url = f"http://127.0.0.1:{hook.server_port}"
    with Gate(marathon.ip, marathon.port) as gate, Rulebook(
        programs, tmp_path, "page_failed_deployment", marathon_url=gate.url, page_url=page_url, page_apps=["/rules"]
    ) as rulebook:
        operator.put(definition("never", cpus=1000))
        first = operator.cancel("/rules/never")
        rulebook.wait("the first page", lambda: first in hook.page("deployment failed"))
        hook.pages.clear()
        operator.put(definition("never", cpus=1001))
        # Seen to run, and then no more.
        rulebook.wait("the second deployment", lambda: len(operator.get("/v2/deployments")) == 1)
        time.sleep(2)
        gate.close()
        rulebook.wait("the page of the outage", lambda: hook.page("No events"))
        second = operator.cancel("/rules/never")
        gate.open()
        page = rulebook.wait("the page of what was missed", lambda: hook.page("deployment failed"))
    assert second in page and "while no events were received" in page
    operator.remove("/rules/never")
    hook.shutdown()
    hook.server_close()


def test_an_agent_in_reserve_is_taken_when_the_queue_waits(
    cluster: LocalCluster, programs: Path, operator: Operator, tmp_path: Path
) -> None:
    master = cluster.leader().url
    reserve = cluster.agents[1].ip
    drained = module_runs.run("mesos_agent", {"url": [master], "name": reserve, "state": "drained"}, False)
    assert drained.result["agent"]["state"] == "drained", drained
    variables = {"mesos_url": [master], "reserve_agent": reserve, "queue_seconds": 2, "queue_interval": 1}
    with Rulebook(
        programs, tmp_path, "scale_waiting_queue", marathon_url=[cluster.marathon_url], **variables
    ) as rulebook:
        operator.put(definition("large", cpus=1.5, instances=2))
        rulebook.wait("both instances run", lambda: operator.app("/rules/large").get("tasksRunning") == 2)
    hosts = {task["host"] for task in operator.app("/rules/large")["tasks"]}
    assert reserve in hosts
    operator.remove("/rules/large")


def test_a_directory_is_deployed_again_when_somebody_changes_an_app(
    cluster: LocalCluster, programs: Path, operator: Operator, tmp_path: Path
) -> None:
    apps = tmp_path / "apps"
    apps.mkdir()
    declared = definition("declared", env={"LEVEL": "declared", "API_TOKEN": SECRET}, instances=0)
    (apps / "declared.json").write_text(json.dumps(declared))
    operator.put(declared)
    wait_until("it is deployed", lambda: not operator.get("/v2/deployments"))
    with Rulebook(
        programs, tmp_path, "redeploy_drift",
        marathon_url=cluster.marathon_url, apps_dir=str(apps), drift_apps=["/rules"],
    ) as rulebook:  # fmt: skip
        operator.put({**declared, "env": {"LEVEL": "by hand"}})
        assert operator.app("/rules/declared")["env"]["LEVEL"] == "by hand"
        rulebook.wait("it is as declared", lambda: operator.app("/rules/declared")["env"] == declared["env"])
    operator.remove("/rules/declared")
