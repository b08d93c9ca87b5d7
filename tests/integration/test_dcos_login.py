"""Logins at DC/OS, by a stand-in of its front door with the Marathon and the masters of the lab engine behind it.

The modules run in this process; some run once more by Ansible with -vvv, which shows no secret.
"""

from __future__ import annotations

import contextlib
import json
import re
import ssl
import uuid
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import case_playbook
import module_runs
import pytest
import requests
from certificates import Authority
from cryptography.hazmat.primitives import serialization
from dcos_stand_in import LOGIN, DcosStandIn, new_key
from faulty_proxy import deaf_port
from local_cluster import free_port
from secret_watch import MARK, SecretWatch

pytestmark = pytest.mark.engine("a Marathon that is given has no masters here")

JOURNAL = Path(__file__).resolve().parents[2] / "tests" / "support" / "journal"
PASSWORD, WRONG = "hunterright0815", "hunterwrong0815"
USER = {"url_username": "ops", "url_password": PASSWORD}
# Run by Ansible too.
BY_ANSIBLE = ("password", "password-wrong", "key-elsewhere", "mesos-key")
# Longer than a token lives at the door that gives short ones.
STAYS, LIFETIME = 8, 3
MARATHON, MESOS = "/service/marathon", "/mesos"


@dataclass
class Case:
    """words are a pattern of the message of a failure; without them it succeeds. door is the one that is used."""

    name: str
    options: dict[str, Any]
    words: str | None = None
    door: str = "open"
    module: str = "marathon_info"
    service: str = MARATHON
    warning: str | None = None
    more: dict[str, Any] = field(default_factory=lambda: {"gather": ["leader"]})


def refused(name: str, options: dict[str, Any], words: str, door: str = "open", **more: Any) -> Case:
    return Case(name, options, words, door, **more)


def of_mesos(name: str, options: dict[str, Any], words: str | None = None, door: str = "open") -> Case:
    return Case(name, options, words, door, "mesos_info", MESOS)


def app(name: str, **more: Any) -> dict[str, Any]:
    definition = {"id": f"{{group}}/{name}", "cmd": "sleep 1000", "cpus": 0.1, "mem": 32}
    return {"definition": definition, "wait_timeout": 120, "progress": False, **more}


SAFE = {"ca_path": "{ca}"}
AT_DOOR, BY_FILE = {"url_login": "{door}"}, {"url_service_account": "{account}"}
SLOW = {"timeout": 1, "connect_timeout": 1}
UNENCRYPTED = "the password of ops is sent there without encryption; use https"
CASES = [
    Case("token", {"url_token": "{token}"}),
    Case("password", {**USER, **AT_DOOR}, warning=UNENCRYPTED),
    Case("password-tls", {**USER, **AT_DOOR, **SAFE}, door="safe"),
    Case("key-tls", {**BY_FILE, **SAFE}, door="safe"),
    Case("key-elsewhere", {"url_service_account": "{inside}", **AT_DOOR}),
    Case("deploys", {**BY_FILE, **SAFE}, door="safe", module="marathon_app", more=app("deployed")),
    Case("renewed", {**BY_FILE, **AT_DOOR}, door="short", module="marathon_app", more=app("kept", healthy_for=STAYS)),
    refused("no-login", {},
            r"\(401\): authentication is required: give url_username and url_password, url_token or url_service"),
    refused("old-token", {"url_token": "{old}"}, "does not accept url_token, which may have expired"),
    refused("other-cluster", {**USER, "url_login": "{short}"},
            r"it does not accept the token that ops got at {short}/acs/api/v1/auth/login: check that url"),
    refused("password-wrong", {**USER, **AT_DOOR, "url_password": WRONG},
            r"The login of ops at {door}/\S+ failed: it was refused \(401: ERR_INVALID_CREDENTIALS, Invalid "
            r"credentials provided\.\): check url_username and url_password"),
    refused("key-wrong", {"url_service_account": "{other_key}", **AT_DOOR},
            r"The login of deployer at \S+ failed: .* check that the account in url_service_account exists there"),
    refused("key-unencrypted", BY_FILE, "login_endpoint of .* is http://{plain}/.*, which is not enc", door="none"),
    refused("html", {**USER, **AT_DOOR}, r"the answer has no token \(200: Welcome\): give the address of the DC/OS",
            door="html"),
    refused("redirect", {**USER, **AT_DOOR}, r"it redirects to {elsewhere}/\S+ \(302\), and nothing was sent there",
            door="redirect"),
    refused("no-dcos", {**USER, **AT_DOOR}, r"the answer has no token \(404: fault\): give the address", door="other"),
    refused("broken", {**USER, **AT_DOOR}, r"Marathon was not reached: \S+ \(the login of ops at {door}/\S+ failed "
            r"before: HTTP 503: fault\); check that {door}/\S+ is the login of the DC/OS cluster", door="broken"),
    refused("closed", {**USER, "url_login": "{closed}"}, "failed before: connection refused"),
    refused("deaf", {**USER, **SLOW, "url_login": "{deaf}"}, "failed before: no connection within 1 s"),
    refused("slow", {**USER, **SLOW, **AT_DOOR}, "failed before: no answer within 1 s", door="slow"),
    refused("untrusted", {**USER, **AT_DOOR}, "failed before: its certificate is not trusted", door="safe"),
    of_mesos("mesos-token", {"url_token": "{token}"}),
    of_mesos("mesos-password-tls", {**USER, **AT_DOOR, **SAFE}, door="safe"),
    of_mesos("mesos-key", {**BY_FILE, **AT_DOOR}),
    Case("mesos-command", {**BY_FILE, **AT_DOOR}, door="short", module="mesos_execute", service=MESOS,
         more={"cmd": f"sleep {LIFETIME + 1}; echo out", "wait_timeout": 120}),
    of_mesos("mesos-no-login", {}, r"\(401\): check its login \(url_username and url_password, url_token or url_s"),
    of_mesos("mesos-password-wrong", {**USER, **AT_DOOR, "url_password": WRONG},
             r"Mesos was not asked\. The login of ops at {door}/\S+ failed: it was refused"),
    of_mesos("mesos-broken", {**USER, **AT_DOOR},
             r"No Mesos master answers at .*HTTP 503: fault\): check that {door}/\S+ is the login", door="broken"),
]  # fmt: skip


@dataclass
class Bench:
    doors: dict[str, DcosStandIn]
    # For the templates of the cases.
    places: dict[str, str]
    arguments: dict[str, dict[str, Any]]
    secrets: list[str]
    results: dict[str, module_runs.Run]

    def place(self, case: Case) -> dict[str, str]:
        return {**self.places, "door": self.doors[case.door].url}


def account(path: Path, key: Any, **more: str) -> str:
    form = serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
    fields = {"uid": "deployer", "private_key": key.private_bytes(*form).decode(), "scheme": "RS256", **more}
    path.write_text(json.dumps(fields), encoding="utf-8")
    path.chmod(0o600)
    return str(path)


def filled(value: Any, places: dict[str, str]) -> Any:
    if isinstance(value, dict):
        return {name: filled(part, places) for name, part in value.items()}
    return value.format_map(places) if isinstance(value, str) else value


@contextlib.contextmanager
def front_doors(cluster: Any, tls: ssl.SSLContext, key: Any) -> Iterator[dict[str, DcosStandIn]]:
    services = {MARATHON: lambda: cluster.marathon_url, MESOS: lambda: cluster.leader().url}
    with contextlib.ExitStack() as stack:
        doors: dict[str, DcosStandIn] = {}

        def add(name: str, **options: Any) -> None:
            door = doors[name] = stack.enter_context(DcosStandIn(services, **options).serving())
            door.passwords["ops"], door.accounts["deployer"] = PASSWORD, key.public_key()

        for name, options in {"open": {}, "none": {}, "elsewhere": {}, "safe": {"context": tls},
                              "short": {"lifetime": LIFETIME}, "html": {"fault": "html"}, "slow": {"fault": 5.0},
                              "broken": {"fault": 503}, "other": {"fault": 404}}.items():  # fmt: skip
            add(name, **options)
        add("redirect", fault=302, elsewhere=doors["elsewhere"].url)
        yield doors


@pytest.fixture(scope="module")
def bench(cluster: Any, module_group: str, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Bench]:
    directory = tmp_path_factory.mktemp("dcos")
    authority = Authority(directory / "authority")
    tls = ssl.create_default_context(ssl.Purpose.CLIENT_AUTH)
    tls.load_cert_chain(authority.certificate, authority.key)
    key = new_key()
    with front_doors(cluster, tls, key) as doors, deaf_port() as deaf:
        places = {
            "group": module_group, "ca": str(authority.ca),
            "short": doors["short"].url, "elsewhere": doors["elsewhere"].url,
            "plain": doors["none"].url.partition("://")[2],
            "closed": f"http://127.0.0.1:{free_port()}", "deaf": f"http://127.0.0.1:{deaf}",
            "token": doors["open"].given_out("ops"), "old": doors["short"].given_out("ops"),
            "inside": account(directory / "inside.json", key, login_endpoint=f"https://leader.invalid{LOGIN}"),
            "other_key": account(directory / "other_key.json", new_key()),
        }  # fmt: skip
        files = {
            name: account(directory / f"{name}.json", key, login_endpoint=door.url + LOGIN)
            for name, door in doors.items()
        }
        key_lines = json.loads(Path(places["inside"]).read_text())["private_key"].splitlines()[1:-1]
        found = Bench(doors, places, {}, [PASSWORD, WRONG, places["token"], places["old"], *key_lines], {})
        for case in CASES:
            at = {**found.place(case), "account": files[case.door]}
            url = doors[case.door].url + case.service
            found.arguments[case.name] = {"url": url, **filled({**case.options, **case.more}, at)}
            found.results[case.name] = module_runs.run(case.module, found.arguments[case.name], check_mode=False)
        yield found


@pytest.mark.parametrize("case", CASES, ids=lambda case: case.name)
def test_it_logs_in_or_says_what_is_wrong(bench: Bench, case: Case) -> None:
    run = bench.results[case.name]
    assert run.traceback is None, run.traceback
    shown = json.dumps(run.result, indent=1)
    assert bool(run.result.get("failed")) == (case.words is not None), shown
    if case.words is not None:
        places = bench.place(case)
        words = re.sub(r"\{(\w+)\}", lambda place: re.escape(places[place[1]]), case.words)
        assert re.search(words, run.result["msg"]), shown
    if case.warning is not None:
        assert case.warning in " ".join(run.warnings)
    if case.door == "safe":
        assert "without encryption" not in " ".join(run.warnings)


def test_a_token_that_expires_in_a_wait_is_renewed(bench: Bench) -> None:
    assert len(bench.results["renewed"].result["tasks"]) == 1
    assert bench.results["mesos-command"].result["rc"] == 0
    asked = bench.doors["short"].requests
    logins = [status for _method, path, status in asked if path == LOGIN]
    expired = [path for _method, path, status in asked if status == 401 and path != LOGIN]
    # One for each of both modules, one for the door that takes no other's token, and one for each that had expired.
    assert set(logins) == {200} and len(logins) == 3 + len(expired) and len(expired) >= 2, asked


def test_a_login_that_is_refused_is_not_tried_again(bench: Bench) -> None:
    refusals = [path for _method, path, status in bench.doors["open"].requests if path == LOGIN and status == 401]
    # A password at Marathon, one at Mesos, and a key: a user is not locked out by repetitions.
    assert len(refusals) == 3


def test_nothing_goes_where_it_was_not_told_to(bench: Bench) -> None:
    assert bench.doors["elsewhere"].requests == []
    assert bench.doors["none"].requests == []
    for name in ("html", "redirect", "broken", "other", "slow"):
        assert {path for _method, path, _status in bench.doors[name].requests} <= {LOGIN}, name


def test_no_secret_is_seen(ansible: Any, bench: Bench, tmp_path: Path) -> None:
    home, mark = tmp_path / "home", uuid.uuid4().hex
    home.mkdir()
    environment = {
        "HOME": str(home), "ANSIBLE_HOME": str(home / "ansible"), "ANSIBLE_REMOTE_TEMP": str(home / "remote"),
        "PYTHONPATH": str(JOURNAL), "QUORUM_TEST_JOURNAL": str(tmp_path / "journal"), MARK: mark,
        # A module is a file then, whose name is in the process list.
        "ANSIBLE_PIPELINING": "false",
    }  # fmt: skip
    told: list[str] = []

    def play(*arguments: str) -> Any:
        done = ansible.run("ansible-playbook", *arguments, "-vvv", "--diff", environment=environment)
        told.append(done.output)
        return done

    runs = {case.name: (case.module, bench.arguments[case.name]) for case in CASES if case.name in BY_ANSIBLE}
    with SecretWatch(home, mark, bench.secrets) as watch:
        results = case_playbook.run(play, tmp_path, runs)
    assert [name for name, result in results.items() if result["failed"]] == ["password-wrong"]
    journal = (tmp_path / "journal").read_text(encoding="utf-8")
    secrets = [*bench.secrets, *(token for door in bench.doors.values() for token in door.tokens)]
    in_process = json.dumps([run.result for run in bench.results.values()])
    texts = {"output": told[0], "journal": journal, "results": json.dumps(results), "results here": in_process}
    for name, text in texts.items():
        assert [line for line in text.splitlines() if any(word in line for word in secrets)] == [], name
    assert watch.found == set()
    # What was looked at was there.
    assert "AnsiballZ_" in " ".join(watch.commands) and "quorum.mesos.mesos_info" in journal
    assert len(secrets) > 20


def test_plugins_log_in_too(ansible: Any, bench: Bench, tmp_path: Path) -> None:
    door, group = bench.doors["open"], bench.places["group"]
    given = {"url": door.url + MARATHON, "url_service_account": bench.places["inside"], "url_login": door.url}
    variables = {"marathon_service_account": bench.places["inside"], "marathon_login": door.url}
    question = f"query('quorum.mesos.marathon_endpoint', '{group}/deployed', only_healthy=false)"
    done = ansible.run(
        "ansible", "localhost", "--connection=local", "--module-name=ansible.builtin.debug",
        f"--args={json.dumps({'msg': '{{ ' + question + ' }}'})}",
        f"--extra-vars={json.dumps(variables)}",
        environment={"MARATHON_URL": given["url"]},
    )  # fmt: skip
    assert done.code == 0, done.output
    path = tmp_path / "dcos.marathon.yml"
    path.write_text(json.dumps({"plugin": "quorum.mesos.marathon", **given}))
    listed = ansible.run("ansible-inventory", f"--inventory={path}", "--graph")
    assert listed.code == 0, listed.output
    assert f"marathon_app_{group.strip('/').replace('-', '_')}__deployed" in listed.output
    password = {"MARATHON_USERNAME": "ops", "MARATHON_PASSWORD": WRONG, "MARATHON_LOGIN": door.url}
    path.write_text(json.dumps({"plugin": "quorum.mesos.marathon", "url": given["url"]}))
    failed = ansible.run("ansible-inventory", f"--inventory={path}", "--list", "-vvv", environment=password)
    assert "The login of ops at" in failed.output and "check url_username and url_password" in failed.output
    assert WRONG not in failed.output


def test_the_stand_in_lets_nobody_in_without_a_token(bench: Bench) -> None:
    door = bench.doors["open"]
    answer = requests.get(door.url + MARATHON + "/v2/info", timeout=10)
    assert answer.status_code == 401
    header = {"Authorization": f"token={bench.places['token']}"}
    assert requests.get(door.url + MARATHON + "/v2/info", headers=header, timeout=10).status_code == 200
