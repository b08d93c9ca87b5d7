"""What networks, proxies and Marathon itself do to requests: a correct continuation or a clear error.

Never is anything created twice, changed by a run that fails before its write, or called changed where it is not.
All cases are one run of Ansible.
"""

from __future__ import annotations

import contextlib
import json
import re
import ssl
from dataclasses import dataclass, field
from typing import Any

import case_playbook
import pytest
import requests
from certificates import Authority
from faulty_proxy import CLOSE, CUT, WRITE, Fault, FaultyProxy, Reply, deaf_port
from local_cluster import free_port

NO_LEADER = "<html><h2>HTTP ERROR: 502</h2><p>Could not determine the current leader</p></html>"
DENIED = {"message": "Not Authorized to perform this action!"}
FULL = {"message": "Max number (100) of running deployments is achieved. Wait for existing deployments to complete."}
REFUSED = {
    "message": "Object is not valid",
    "details": [
        {"path": "/cpus", "errors": ["error.min"]},
        {"path": "/container/docker/image", "errors": ["error.path.missing", "must not be empty"]},
        {"path": "/constraints(0)", "errors": ["Value needs to be one of UNIQUE, CLUSTER"]},
    ],
}
LOGIN_PAGE = Reply(302, headers={"Location": "https://sso.example.com/login"})
ELSEWHERE = Reply(200, "<html><title>Welcome to nginx!</title></html>")
ALWAYS = 99
# The GET that follows a write: the first is of the app, the second of the release.
IN_WAIT = {"on": "GET", "skip": 2}
SOON = {"timeout": 1, "connect_timeout": 1}


@dataclass
class Case:
    """words are a pattern of the message of a failure; without them it succeeds.

    writes is how many arrived at Marathon, stored what it has afterwards: whether there is an app, and its LEVEL.
    """

    name: str
    faults: list[Fault] = field(default_factory=list)
    words: str | None = None
    status: int | None = None
    writes: int = 1
    changed: bool = True
    exists: bool = False
    stored: str | None = "2"
    url: list[str] = field(default_factory=lambda: ["{own}"])
    options: dict[str, Any] = field(default_factory=dict)
    app: dict[str, Any] = field(default_factory=dict)
    module: str = "marathon_app"
    login: str | None = None
    tls: bool = False


def refused(name: str, faults: list[Fault], words: str, **more: Any) -> Case:
    """It fails, and Marathon has not got any write."""
    expected = {"writes": 0, "changed": False, "stored": "1" if more.get("exists") else None}
    return Case(name, faults, words, **{**expected, **more})


READS = [
    Case("read-502", [Fault("GET", Reply(502, NO_LEADER))]),
    Case("read-503", [Fault("GET", Reply(503, {"message": "timeout"}), times=2)]),
    Case("read-closed", [Fault("GET", CLOSE)]),
    Case("read-cut", [Fault("GET", CUT, lost=False)], exists=True),
    Case("read-stalls", [Fault("GET", 3.0)], options=SOON),
    refused(
        "no-leader", [Fault("GET", Reply(502, NO_LEADER), times=ALWAYS)],
        r"has no leader that answers at http\S+ \(HTTP 502: .*Could not determine the current leader\)",
    ),
    refused("stalls-always", [Fault("GET", 3.0, times=ALWAYS)], r"\(no answer within 1 s\)", options=SOON),
    refused("read-401", [Fault("GET", Reply(401, "no"))], r"\(401\): authentication is required: give url_user",
            status=401),
    refused("read-403", [Fault("GET", Reply(403, DENIED))], r"\(403\): Not Authorized to perform", status=403),
    refused("read-page", [Fault("GET", ELSEWHERE)], "something that is not JSON: Welcome to nginx!", status=200),
    # Neither may look as if the app did not exist.
    refused("read-404-page", [Fault("GET", Reply(404, "<h1>Not Found</h1>"))], "404 and something that is not JSON"),
    refused("read-404-json", [Fault("GET", Reply(404, {"message": "no route"}))], "not an address of Marathon.s API"),
    refused("login-page", [Fault("GET", LOGIN_PAGE)], "redirects GET .* to the login page https://sso", status=302),
    Case("unchanged", [Fault("GET", Reply(502, NO_LEADER)), Fault("GET", CLOSE)], exists=True, writes=0, changed=False,
         stored="1", app={"env": {"LEVEL": "1"}}),
]  # fmt: skip

WRITES = [
    Case("put-502-lost", [Fault(WRITE, Reply(502, NO_LEADER))]),
    Case("put-closed-lost", [Fault(WRITE, CLOSE)]),
    Case("put-closed-done", [Fault(WRITE, CLOSE, lost=False)]),
    Case("put-closed-twice", [Fault(WRITE, CLOSE, times=2)]),
    Case("put-stalls-lost", [Fault(WRITE, 3.0)], options=SOON),
    Case("put-stalls-done", [Fault(WRITE, 3.0, lost=False)], options=SOON),
    Case("put-503-lost", [Fault(WRITE, Reply(503, {"message": "timeout"}))]),
    Case("put-503-done", [Fault(WRITE, Reply(503, {"message": "timeout"}), lost=False)]),
    Case("put-500-done", [Fault(WRITE, Reply(500, "<html>Error processing request</html>"), lost=False)]),
    Case("put-cut-done", [Fault(WRITE, CUT, lost=False)]),
    Case("update-closed-lost", [Fault(WRITE, CLOSE)], exists=True),
    Case("update-closed-done", [Fault(WRITE, CLOSE, lost=False)], exists=True),
    # The first one arrives behind the second, which is the same.
    Case("put-late", [Fault(WRITE, CLOSE, late=4.0)], writes=2),
    refused("closed-always", [Fault(WRITE, CLOSE, times=ALWAYS)], "gave no answer to PUT .* may or may not have been"),
    refused("put-401", [Fault(WRITE, Reply(401, "no"))], r"refuses PUT \S+ \(401\): authentication is required",
            status=401),
    refused("put-403", [Fault(WRITE, Reply(403, DENIED))], r"does not allow this user PUT \S+ \(403\)", status=403,
            exists=True),
    refused("put-403-full", [Fault(WRITE, Reply(403, FULL))], "Max number .* raise its --max_running_deployments"),
    refused("put-404-page", [Fault(WRITE, Reply(404, "<h1>Not Found</h1>"))], "404 and something that is not JSON"),
    Case("put-page-lost", [Fault(WRITE, ELSEWHERE)]),
    Case("put-page-done", [Fault(WRITE, ELSEWHERE, lost=False)]),
    refused("page-always", [Fault(WRITE, ELSEWHERE, times=ALWAYS)],
            "gave no answer to PUT .* not JSON: Welcome to nginx!"),
    refused("put-login-page", [Fault(WRITE, LOGIN_PAGE)], "redirects PUT .* to the login page https://sso", status=302),
    refused(
        "put-422", [Fault(WRITE, Reply(422, REFUSED))],
        r"\(422\): Object is not valid; /constraints\(0\): Value needs to be one of UNIQUE, CLUSTER; "
        r"/container/docker/image: is required \(error.path.missing\), must not be empty; "
        r"/cpus: is too small \(error.min\), it is 0\.1, but must be 0 or more\. "
        r"Correct that in the definition of /\S+/put-422 .* nothing was changed",
        status=422, exists=True,
    ),
    refused("put-422-real", [], r"\(422\): .*/cpus: ", status=422, writes=1, app={"cpus": -1}),
]  # fmt: skip

WAITS = [
    Case("wait-502", [Fault(then=Reply(502, NO_LEADER), times=2, **IN_WAIT)]),
    Case("wait-closed", [Fault(then=CLOSE, **IN_WAIT)], exists=True),
    Case("wait-stalls", [Fault(then=3.0, **IN_WAIT)], options=SOON),
    # One of them does not end a wait.
    Case("wait-page", [Fault(then=ELSEWHERE, **IN_WAIT)]),
    Case("wait-500", [Fault(then=Reply(500, {"message": "oops"}), **IN_WAIT)], exists=True),
    Case("wait-429", [Fault(then=Reply(429, "slow down"), **IN_WAIT)]),
    Case("wait-set-500", [Fault(then=Reply(500, {"message": "oops"}), **IN_WAIT)], module="marathon_apps"),
    Case("wait-pod-429", [Fault(then=Reply(429, "slow down"), **IN_WAIT)], module="marathon_pod"),
    # The write is done: not to say so would be as false as the opposite.
    Case(
        "wait-401",
        [Fault(then=Reply(401, "no"), **IN_WAIT)],
        r"\(401\).*The change was written before \(deployment \S+\)",
        status=401,
        exists=True,
    ),
    Case(
        "wait-503",
        [Fault(then=Reply(503, NO_LEADER), times=ALWAYS, **IN_WAIT)],
        r"has no leader that answers .*The change was written before",
        options={"wait_timeout": 4},
    ),
]

REMOVALS = [
    Case("gone-closed-lost", [Fault("DELETE", CLOSE)], exists=True, stored=None, options={"state": "absent"}),
    Case("gone-closed-done", [Fault("DELETE", CLOSE, lost=False)], exists=True, stored=None,
         options={"state": "absent"}),
    refused("gone-404-page", [Fault("DELETE", Reply(404, "<h1>Not Found</h1>"))], "404 and something that is not JSON",
            exists=True, options={"state": "absent"}),
]  # fmt: skip

SETS = [
    Case("set-done", [Fault(WRITE, CLOSE, lost=False)], module="marathon_apps"),
    Case("set-lost", [Fault(WRITE, CLOSE)], module="marathon_apps"),
    Case("set-502", [Fault("GET", Reply(502, NO_LEADER))], module="marathon_apps", exists=True),
    refused("set-422", [Fault(WRITE, Reply(422, REFUSED))], "/cpus: is too small", module="marathon_apps", status=422),
    refused("set-404-page", [Fault("GET", Reply(404, "<h1>No</h1>"))], "not JSON", module="marathon_apps"),
    Case("pod-done", [Fault(WRITE, CLOSE, lost=False)], module="marathon_pod"),
    Case("pod-lost", [Fault(WRITE, CLOSE)], module="marathon_pod"),
    refused("pod-404-page", [Fault("GET", Reply(404, "<h1>No</h1>"))], "not JSON", module="marathon_pod"),
]

ADDRESSES = [
    Case("dead-first", url=["{closed}", "{own}"]),
    Case("deaf-first", url=["{deaf}", "{own}"], options=SOON),
    Case("standby-first", [Fault(".*", Reply(502, NO_LEADER), times=ALWAYS)], url=["{own}", "{sound}"], writes=0),
    Case("dies-before-the-write", [Fault(WRITE, CLOSE), Fault(".*", CLOSE, skip=2, times=ALWAYS)],
         url=["{own}", "{sound}"], writes=0),
    Case("dies-behind-the-write", [Fault(WRITE, CLOSE, lost=False), Fault(".*", CLOSE, skip=2, times=ALWAYS)],
         url=["{own}", "{sound}"]),
    refused("all-dead", [], r"at {closed} \(connection refused\), {deaf} \(no connection within 1 s\)\. Check that",
            url=["{closed}", "{deaf}"], options=SOON),
    Case("service/marathon", login="token=abc.def", options={"url_token": "abc.def"}),
    refused("old-token", [], "does not accept url_token, which may have expired", login="token=abc",
            options={"url_token": "abd"}, status=401),
    Case("basic", login="Basic b3BzOnM6Y3JldA==", options={"url_username": "ops", "url_password": "s:cret"}),
    refused("basic-wrong", [], "check url_username and url_password", login="Basic b3BzOnM6Y3JldA==",
            options={"url_username": "ops", "url_password": "other"}, status=401),
]  # fmt: skip

CA, CLIENT = {"ca_path": "{ca}"}, {"client_cert": "{certificate}", "client_key": "{key}"}
TLS = [
    Case("tls", tls=True, options={**CA, **CLIENT}),
    Case("tls-unverified", tls=True, options={**CLIENT, "validate_certs": False}),
    refused("tls-no-ca", [], "its certificate is not trusted .* give the certificate of its authority in ca_path",
            tls=True, options=CLIENT),
    refused("tls-no-client", [], "it requires a client certificate that it trusts, see client_cert",
            tls=True, options=CA),
    refused("tls-other-name", [], "its certificate is for another name", tls=True, options={**CA, **CLIENT},
            url=["https://localhost:{tls_port}/tls-other-name"]),
    refused("tls-no-file", [], r"ca_path '/nonexistent/ca\.pem' cannot be used: No such file", tls=True,
            options={**CLIENT, "ca_path": "/nonexistent/ca.pem"}),
    refused("tls-no-key", [], "client_cert '.*' cannot be used", tls=True,
            options={**CA, "client_cert": "{ca}"}),
    refused("tls-to-plain", [], r"it does not speak HTTPS there, use http://", url=["https://{plain}/tls-to-plain"]),
]  # fmt: skip

CASES = [*READS, *WRITES, *WAITS, *REMOVALS, *SETS, *ADDRESSES, *TLS]


class Bench:
    """The proxies, the apps that exist before, and the results."""

    def __init__(self, marathon: Any, group: str, plain: FaultyProxy, secure: FaultyProxy, places: dict[str, str]):
        self.marathon, self.group, self.places = marathon, group, places
        self._proxies = {False: plain, True: secure}
        self.results: dict[str, dict[str, Any]] = {}

    def proxy(self, case: Case) -> FaultyProxy:
        return self._proxies[case.tls]

    def id_of(self, case: Case) -> str:
        return f"{self.group}/{case.name.replace('/', '-')}"

    def app(self, case: Case, level: str) -> dict[str, Any]:
        # Without instances nothing has to start, and the deployment is over at once.
        return {"id": self.id_of(case), "cmd": "sleep 1000", "cpus": 0.1, "mem": 32, "instances": 0,
                "env": {"LEVEL": level}}  # fmt: skip

    def pod(self, case: Case, level: str) -> dict[str, Any]:
        container = {"name": "c", "exec": {"command": {"shell": "sleep 1000"}}, "resources": {"cpus": 0.1, "mem": 32}}
        return {"id": self.id_of(case), "environment": {"LEVEL": level}, "containers": [container],
                "scaling": {"kind": "fixed", "instances": 0}}  # fmt: skip

    def arguments(self, case: Case) -> dict[str, Any]:
        places = {**self.places, "own": self.proxy(case).url(case.name)}
        options = {
            name: value.format_map(places) if isinstance(value, str) else value for name, value in case.options.items()
        }
        if case.module == "marathon_pod":
            declared: Any = self.pod(case, "2")
        elif case.options.get("state") == "absent":
            declared = {"id": self.id_of(case)}
        else:
            declared = {**self.app(case, "2"), **case.app}
        if case.module == "marathon_apps":
            options["definitions"] = [declared]
        else:
            options["definition"] = declared
        return {"url": [url.format_map(places) for url in case.url], "wait_timeout": 60, "progress": False, **options}

    def level(self, case: Case) -> str | None:
        """The LEVEL of what Marathon has under the case's id."""
        if case.module == "marathon_pod":
            answer = self.marathon.write("GET", f"/v2/pods{self.id_of(case)}")
            return answer.json()["environment"]["LEVEL"] if answer.status_code == 200 else None
        app = self.marathon.app(self.id_of(case))
        return None if app is None else app["env"]["LEVEL"]

    def versions(self, case: Case) -> int:
        if case.module == "marathon_pod":
            return len(self.marathon.write("GET", f"/v2/pods{self.id_of(case)}::versions").json())
        return len(self.marathon.write("GET", f"/v2/apps{self.id_of(case)}/versions").json()["versions"])


@pytest.fixture(scope="module")
def bench(marathon, ansible, module_group, tmp_path_factory):
    directory = tmp_path_factory.mktemp("faults")
    authority = Authority(directory / "authority")
    context = ssl.create_default_context(ssl.Purpose.CLIENT_AUTH, cafile=str(authority.ca))
    context.load_cert_chain(authority.certificate, authority.key)
    context.verify_mode = ssl.CERT_REQUIRED
    with contextlib.ExitStack() as stack:
        plain, secure = (
            stack.enter_context(FaultyProxy(lambda: marathon.url, requests.Session, tls).serving())
            for tls in (None, context)
        )
        places = {
            "closed": f"http://127.0.0.1:{free_port()}",
            "deaf": f"http://127.0.0.1:{stack.enter_context(deaf_port())}",
            "plain": plain.address,
            "tls_port": secure.address.rpartition(":")[2],
            "sound": plain.url("sound"),
            "ca": str(authority.ca),
            "certificate": str(authority.certificate),
            "key": str(authority.key),
        }
        plain.add("sound")
        found = Bench(marathon, module_group, plain, secure, places)
        for case in CASES:
            found.proxy(case).add(case.name, *case.faults, login=case.login)
        before = [found.app(case, "1") for case in CASES if case.exists]
        marathon.write("PUT", f"/v2/groups{module_group}", {"apps": before}).raise_for_status()
        marathon.settle(module_group)
        runs = {host_of(case): (case.module, found.arguments(case)) for case in CASES}
        found.results = case_playbook.run(ansible.play, directory, runs)
        yield found


def host_of(case: Case) -> str:
    return case.name.replace("/", "-")


@pytest.mark.parametrize("case", CASES, ids=host_of)
def test_it_continues_or_says_what_is_wrong(bench: Bench, case: Case) -> None:
    result = bench.results[host_of(case)]
    shown = json.dumps(result, indent=1)
    assert result["failed"] == (case.words is not None), shown
    assert result["changed"] == case.changed, shown
    if case.words is not None:
        words = re.sub(r"\{(\w+)\}", lambda place: re.escape(bench.places[place[1]]), case.words)
        assert re.search(words, result["msg"]), shown
    if case.status is not None:
        assert result["status"] == case.status, shown
    # A dry run stores nothing.
    writes = [sent for sent in bench.proxy(case).writes(case.name) if "dryRun=true" not in sent]
    assert len(writes) == case.writes, writes
    assert bench.level(case) == case.stored
    if case.stored is not None:
        # One of each write that took effect, however often it was tried.
        assert bench.versions(case) == 1 + (case.exists and case.stored == "2")


def test_who_holds_the_lock(marathon, ansible, group) -> None:
    app = {"id": f"{group}/held", "cmd": "sleep 1000", "cpus": 1000, "mem": 32}
    deployment = marathon.write("PUT", f"/v2/apps{group}/held", app).json()["deploymentId"]
    result = ansible.module(definition={**app, "cpus": 0.1})
    assert result["failed"] and not result["changed"]
    assert re.search(rf"another deployment holds {group}/held \({deployment}\): wait .* or set force", result["msg"])
    (holder,) = marathon.deployments(group)
    step, steps = holder["currentStep"], holder["totalSteps"]
    assert f"{deployment} changes {group}/held, step {step} of {steps}" in result["msg"]
    assert (result["status"], result["deployments"]) == (409, [deployment])
    assert result["locked_by"] == [{"id": deployment, "affected": [f"{group}/held"], "step": step, "steps": steps}]
    assert marathon.app(f"{group}/held")["cpus"] == 1000
