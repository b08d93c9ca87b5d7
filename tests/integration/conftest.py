"""A Marathon for the tests: the one at MARATHON_URL, else one of the lab engine that lives as long as they do.

The one at MARATHON_URL is logged in to with the variables of LOGIN, which the modules know too.
"""

from __future__ import annotations

import contextlib
import json
import os
import re
import subprocess
import sys
import uuid
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest
import requests
from local_cluster import LocalCluster, wait_until
from warm_ansible import WarmAnsible

CHECKOUT = Path(__file__).resolve().parents[2]
BIN = Path(sys.executable).parent
MODULE = "quorum.mesos.marathon_app"
LOGIN = tuple(f"MARATHON_{name}" for name in (
    "USERNAME", "PASSWORD", "TOKEN", "VALIDATE_CERTS", "CA_PATH", "CLIENT_CERT", "CLIENT_KEY"))  # fmt: skip


# The longest run of Ansible.
SECONDS = 900
GIVEN = bool(os.environ.get("MARATHON_URL"))


def pytest_configure(config: pytest.Config) -> None:
    config.addinivalue_line("markers", "engine(reason): no Marathon at MARATHON_URL can pass it")


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """What only the engine's cluster can pass is not asked of a Marathon that is given."""
    for item in items:
        if GIVEN and (mark := item.get_closest_marker("engine")):
            item.add_marker(pytest.mark.skip(reason=f"MARATHON_URL is given: {mark.args[0]}"))


@dataclass(frozen=True)
class Finished:
    """A run of Ansible."""

    code: int
    output: str

    @property
    def changed(self) -> int:
        """What the recap of a playbook counts."""
        found = re.search(r"^localhost +: .*\bchanged=(\d+)", self.output, re.MULTILINE)
        assert found, self.output
        return int(found.group(1))


class Ansible:
    """Runs Ansible's own programs on this checkout, with a home of their own and none of the caller's settings.

    Only the login of a given Marathon is kept.
    """

    def __init__(self, directory: Path, url: str) -> None:
        self.url = url
        kept = {
            name: value
            for name, value in os.environ.items()
            if not name.startswith(("ANSIBLE_", "MARATHON_", "MESOS_"))
            or (name in LOGIN and GIVEN)
        }
        self._environment = {
            **kept,
            "ANSIBLE_COLLECTIONS_PATH": str(CHECKOUT / ".collections"),
            "ANSIBLE_HOME": str(directory / "home"),
            "ANSIBLE_CONFIG": str(directory / "none.cfg"),
            "ANSIBLE_LOCALHOST_WARNING": "false",
            "ANSIBLE_INVENTORY_UNPARSED_WARNING": "false",
            "ANSIBLE_NOCOLOR": "true",
            "LC_ALL": "C.UTF-8",
        }
        self._warm = WarmAnsible(directory, self._environment)

    def close(self) -> None:
        self._warm.close()

    def run(self, program: str, *arguments: str, environment: dict[str, str] | None = None) -> Finished:
        if self._warm.can_run(program, environment or {}):
            return Finished(*self._warm.run(program, arguments, {**self._environment, **(environment or {})}, SECONDS))
        done = subprocess.run(
            [str(BIN / program), *arguments],
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
            env={**self._environment, **(environment or {})},
            timeout=SECONDS,
        )
        return Finished(done.returncode, done.stdout)

    def module(
        self, *switches: str, environment: dict[str, str] | None = None, module: str = MODULE, **options: Any
    ) -> dict[str, Any]:
        """The result of a module, which is marathon_app, with these options; switches like --check go to Ansible."""
        options = {"url": self.url, **options}
        done = self.run(
            "ansible",
            "localhost",
            "--connection=local",
            f"--extra-vars=ansible_python_interpreter={sys.executable}",
            f"--module-name={module}",
            f"--args={json.dumps({name: value for name, value in options.items() if value is not None})}",
            # Less words leave the diff out of the result.
            "-vvv",
            *switches,
            environment=environment,
        )
        found = re.search(r"^localhost \| (?:SUCCESS|CHANGED|FAILED!) => ", done.output, re.MULTILINE)
        assert found, done.output
        result, _end = json.JSONDecoder().raw_decode(done.output[found.end() :])
        return {"failed": done.code != 0, "output": done.output, **result}

    def playbook(self, *arguments: str, name: str = "quorum.mesos.apps", **variables: Any) -> Finished:
        return self.run("ansible-playbook", name, f"--extra-vars={json.dumps(variables)}", *arguments)

    def play(self, *arguments: str) -> Finished:
        return self.run("ansible-playbook", *arguments)


class Marathon:
    """What the tests look at without the module."""

    def __init__(self, url: str) -> None:
        self.url = url
        self.ask = _logged_in() if GIVEN else requests.Session()

    def app(self, app_id: str) -> dict[str, Any] | None:
        answer = self.ask.get(f"{self.url}/v2/apps{app_id}", timeout=10)
        return answer.json()["app"] if answer.status_code == 200 else None

    def write(self, method: str, path: str, body: Any = None, **params: str) -> requests.Response:
        return self.ask.request(method, self.url + path, json=body, params=params, timeout=30)

    def settle(self, group: str) -> None:
        """Until no deployment holds an app of the group."""

        wait_until(f"the deployments of {group} are over", lambda: not self.deployments(group))

    def deployments(self, group: str) -> list[dict[str, Any]]:
        """Those of the group: others may deploy what is theirs meanwhile."""
        listed = self.write("GET", "/v2/deployments").json()
        return [one for one in listed if any(f"{name}/".startswith(f"{group}/") for name in _affected(one))]


def _affected(deployment: dict[str, Any]) -> list[str]:
    return [*deployment["affectedApps"], *deployment.get("affectedPods", [])]


def _logged_in() -> requests.Session:
    given = {name.removeprefix("MARATHON_"): os.environ.get(name) for name in LOGIN}
    session = requests.Session()
    # REQUESTS_CA_BUNDLE and a .netrc would win.
    session.trust_env = False
    if given["USERNAME"]:
        session.auth = (given["USERNAME"], given["PASSWORD"] or "")
    if given["TOKEN"]:
        session.headers["Authorization"] = f"token={given['TOKEN']}"
    session.verify = given["CA_PATH"] or (given["VALIDATE_CERTS"] or "true").lower() in ("true", "yes", "1")
    if given["CLIENT_CERT"]:
        session.cert = (given["CLIENT_CERT"], given["CLIENT_KEY"]) if given["CLIENT_KEY"] else given["CLIENT_CERT"]
    return session


@pytest.fixture(scope="session")
def cluster(tmp_path_factory: pytest.TempPathFactory) -> Iterator[LocalCluster | None]:
    """The cluster of the lab engine; none where a Marathon is given."""
    if GIVEN:
        yield None
        return
    with LocalCluster(tmp_path_factory.mktemp("cluster"), masters=1, agents=2, marathons=2) as cluster:
        yield cluster


@pytest.fixture(scope="session")
def marathon(cluster: LocalCluster | None) -> Marathon:
    if cluster is not None:
        return Marathon(cluster.marathon_url)
    return Marathon(os.environ["MARATHON_URL"].split(",")[0].rstrip("/"))


@pytest.fixture(scope="session")
def ansible(tmp_path_factory: pytest.TempPathFactory, marathon: Marathon) -> Iterator[Ansible]:
    with contextlib.closing(Ansible(tmp_path_factory.mktemp("ansible"), marathon.url)) as ansible:
        yield ansible


def _group(marathon: Marathon) -> Iterator[str]:
    name = f"/quorum-test-{uuid.uuid4().hex[:8]}"
    yield name
    with contextlib.suppress(requests.RequestException):
        marathon.write("DELETE", f"/v2/groups{name}", force="true")


@pytest.fixture
def group(marathon: Marathon) -> Iterator[str]:
    """A group of its own for the apps of one test; nothing of it is left behind."""
    yield from _group(marathon)


@pytest.fixture(scope="module")
def module_group(marathon: Marathon) -> Iterator[str]:
    """A group for the apps that several tests of a file look at."""
    yield from _group(marathon)
