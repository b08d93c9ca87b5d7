"""Labels of SELinux: a rule only where the policy says something else, and never a change of what is right."""

from __future__ import annotations

import os
from pathlib import Path
from typing import Any

import pytest
from ansible_collections.quorum.mesos.plugins.module_utils._host import labels
from ansible_collections.quorum.mesos.plugins.modules import _selinux_labels as selinux_labels

LISTING = """\
http_cache_port_t              tcp      8080, 8118, 8123, 10001-10010
zookeeper_client_port_t        tcp      2181
unreserved_port_t              tcp      61001-65535, 1024-32767
dns_port_t                     udp      53, 5353
"""


class Ended(Exception):
    """The module's answer."""


class FakeHost:
    """A host with a policy: types by place, the rules that were added, and the labels that files have."""

    def __init__(self, check_mode: bool = False, unknown: tuple[str, ...] = (), old: bool = False) -> None:
        self.check_mode, self.unknown, self.old = check_mode, unknown, old
        self.rules: dict[str, str] = {}
        self.like: dict[str, str] = {}
        self.listing = LISTING
        self.files: dict[str, str] = {}
        self.warnings: list[str] = []
        self.params: dict[str, Any] = {}

    def warn(self, text: str) -> None:
        self.warnings.append(text)

    def get_bin_path(self, _name: str) -> str:
        return "/usr/sbin/semanage"

    def policy(self, path: str) -> str:
        for place, model in self.like.items():
            if path == place or path.startswith(place + "/"):
                path = model + path[len(place) :]
        for pattern, kind in self.rules.items():
            place = pattern.removesuffix("(/.*)?").replace("\\", "")
            if path == place or path.startswith(place + "/"):
                return kind
        for place, kind in (("/var/lib/docker", "container_var_lib_t"), ("/var/lib", "var_lib_t"), ("/opt", "bin_t")):
            if path == place or path.startswith(place + "/"):
                return kind
        return "default_t"

    def run_command(self, command: list[str], **_options: Any) -> tuple[int, str, str]:
        tool, *words = command
        if tool == "matchpathcon":
            return 0, f"system_u:object_r:{self.policy(words[-1])}:s0\n", ""
        if tool == "restorecon":
            found = [path for path in self.files if path == words[-1] or ("-R" in words and path.startswith(words[-1]))]
            wrong = [path for path in found if self.files[path] != self.policy(path)]
            if "-n" not in words:
                self.files.update({path: self.policy(path) for path in wrong})
            return 0, "".join(f"Would relabel {path}\n" for path in wrong), ""
        if words[1] == "--list":
            return 0, self.listing, ""
        assert not self.check_mode
        kind = words[words.index("--type") + 1] if "--type" in words else ""
        if kind in self.unknown:
            return 1, "", f"ValueError: Type {kind} is invalid, must be a file or device type"
        if words[0] == "port":
            self.listing += f"{kind} tcp {words[-1]}\n"
        elif "--equal" in words:
            self.like[words[-1]] = words[words.index("--equal") + 1]
        elif self.old and words[1] == "--add" and words[-1] in self.rules:
            return 1, "", f"ValueError: File context for {words[-1]} already defined"
        else:
            self.rules[words[-1]] = kind
        return 0, "", ""

    def exit_json(self, **result: Any) -> None:
        raise Ended(result)

    def fail_json(self, **result: Any) -> None:
        raise Ended({"failed": True, **result})


def run(monkeypatch: pytest.MonkeyPatch, host: FakeHost, **params: Any) -> dict[str, Any]:
    directories = [{"type": None, "like": None, **one} for one in params.get("directories", [])]
    host.params = {"programs": params.get("programs", []), "directories": directories, "ports": params.get("ports", [])}
    monkeypatch.setattr(selinux_labels, "AnsibleModule", lambda **_options: host)
    monkeypatch.setattr(os.path, "isdir", lambda path: path in host.files)
    monkeypatch.setattr(os, "makedirs", lambda path, **_options: host.files.update({path: "default_t"}))
    with pytest.raises(Ended) as ended:
        selinux_labels.main()
    return ended.value.args[0]


def test_a_directory_that_the_policy_labels_rightly_needs_no_rule(monkeypatch: pytest.MonkeyPatch) -> None:
    host = FakeHost()
    host.files = {"/var/lib/zookeeper": "var_lib_t"}
    given = {"directories": [{"path": "/var/lib/zookeeper", "type": "var_lib_t"}]}
    assert run(monkeypatch, host, **given) == {"changed": False, "labels": []}
    assert host.rules == {}


@pytest.mark.parametrize("check_mode", [False, True])
def test_a_directory_elsewhere_gets_a_rule_and_its_files_the_label(
    monkeypatch: pytest.MonkeyPatch, check_mode: bool
) -> None:
    host = FakeHost(check_mode)
    host.files = {"/srv/mesos-1.11": "default_t", "/srv/mesos-1.11/meta": "default_t"}
    given = {"directories": [{"path": "/srv/mesos-1.11", "type": "container_file_t"}]}
    first = run(monkeypatch, host, **given)
    assert first == {"changed": True, "labels": ["/srv/mesos-1.11 is container_file_t"]}
    if check_mode:
        assert (host.rules, set(host.files.values())) == ({}, {"default_t"})
        return
    assert host.rules == {"/srv/mesos-1\\.11(/.*)?": "container_file_t"}
    assert set(host.files.values()) == {"container_file_t"}
    assert run(monkeypatch, host, **given)["changed"] is False


def test_another_rule_of_the_host_is_changed_also_by_old_tools(monkeypatch: pytest.MonkeyPatch) -> None:
    host = FakeHost(old=True)
    host.rules = {"/srv/zk(/.*)?": "etc_t"}
    assert run(monkeypatch, host, directories=[{"path": "/srv/zk/", "type": "var_lib_t"}])["changed"]
    assert host.rules == {"/srv/zk(/.*)?": "var_lib_t"}


def test_a_directory_like_another_is_made(monkeypatch: pytest.MonkeyPatch) -> None:
    host = FakeHost()
    given = {"directories": [{"path": "/data/docker", "like": "/var/lib/docker"}]}
    assert run(monkeypatch, host, **given)["labels"] == ["/data/docker is like /var/lib/docker"]
    assert host.files == {"/data/docker": "container_var_lib_t"}
    assert run(monkeypatch, host, **given)["changed"] is False


def test_a_type_that_the_policy_lacks_is_a_warning(monkeypatch: pytest.MonkeyPatch) -> None:
    host = FakeHost(unknown=("container_file_t",))
    host.files = {"/srv/slave": "default_t"}
    given = {"directories": [{"path": "/srv/slave", "type": "container_file_t"}]}
    assert run(monkeypatch, host, **given) == {"changed": False, "labels": []}
    assert "has no type container_file_t" in host.warnings[0]


def test_unpacked_programs_get_what_the_policy_says(monkeypatch: pytest.MonkeyPatch) -> None:
    host = FakeHost()
    host.files = {"/opt/mesos": "bin_t", "/opt/mesos/1/sbin/mesos-master": "user_tmp_t"}
    given = {"programs": ["/opt/mesos", "/opt/none"]}
    assert run(monkeypatch, host, **given)["labels"] == ["/opt/mesos is as the policy says"]
    assert set(host.files.values()) == {"bin_t"}
    assert run(monkeypatch, host, **given)["changed"] is False


def test_only_ports_without_a_label_of_their_own_get_one(monkeypatch: pytest.MonkeyPatch) -> None:
    host = FakeHost()
    ports = [{"port": number, "type": "http_cache_port_t"} for number in (8080, 10005, 8090, 53)]
    assert run(monkeypatch, host, ports=ports)["labels"] == [
        "port 8090 is http_cache_port_t",
        "port 53 is http_cache_port_t",
    ]
    assert run(monkeypatch, host, ports=ports)["changed"] is False


def test_a_tool_that_fails_is_quoted(monkeypatch: pytest.MonkeyPatch) -> None:
    host = FakeHost()
    host.run_command = lambda command, **_options: (1, "", "no policy is loaded")  # type: ignore[method-assign]
    result = run(monkeypatch, host, directories=[{"path": "/srv", "type": "var_lib_t"}])
    assert result["msg"] == (
        "SELinux does not take the labels (matchpathcon -n -m dir /srv: no policy is loaded); mend that on the host."
    )


def test_a_tool_that_is_missing_is_named(monkeypatch: pytest.MonkeyPatch) -> None:
    host = FakeHost()

    def missing(_command: list[str], **_options: Any) -> tuple[int, str, str]:
        raise FileNotFoundError("matchpathcon")

    host.run_command = missing  # type: ignore[method-assign]
    result = run(monkeypatch, host, directories=[{"path": "/srv", "type": "var_lib_t"}])
    assert "A tool of SELinux cannot be run (matchpathcon); install" in result["msg"]


def test_the_pattern_of_a_path(tmp_path: Path) -> None:
    assert labels.pattern("/srv/a.b+c") == "/srv/a\\.b\\+c(/.*)?"
