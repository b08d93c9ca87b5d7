"""A value of an option stays in its place in each file that a role writes, or is refused in a sentence.

Each option of the argument specifications gets values that end a line, a quote, a command or a file, or that systemd,
Java, Docker or apt replace. What is accepted is read as its reader reads it, beside the same file with a harmless
value: nothing but the value may differ. HOSTILE_SEED= and HOSTILE_EACH= look for more.
"""

from __future__ import annotations

import contextlib
import os
import re
import shlex
from collections.abc import Callable
from typing import Any

import file_readers
import pytest
import yaml
from ansible.errors import AnsibleError
from ansible.template import trust_as_template
from hostile_values import MARKER, Case, cases
from rendered_role import ROLES, Role

SEED = int(os.environ.get("HOSTILE_SEED", "20241129"))
EACH = int(os.environ.get("HOSTILE_EACH", "1"))
Reader = Callable[[str], Any]
File = tuple[str, Reader]


def template(name: str) -> str:
    return f"lookup('ansible.builtin.template', '{name}')"


def inline(role: str, path: str, name: str) -> str:
    """The content of a file that a task has in itself, a template."""
    tasks = yaml.safe_load((ROLES / role / "tasks" / path).read_text())
    (content,) = [task["ansible.builtin.copy"]["content"] for task in tasks if task["name"] == name]
    return str(content)


PACKAGED = ("mesos_master", "mesos_slave", "marathon")
REPOSITORY = "Describe the repository to apt"
PINNED = "Pin the version for apt"
FILES: dict[str, list[File]] = {
    "zookeeper": [
        (template("zoo.cfg.j2"), file_readers.properties),
        (template("jaas.conf.j2"), file_readers.login),
        (template("java.options.j2"), file_readers.arguments),
        (template("zookeeper.service.j2"), file_readers.unit),
    ],
    "docker": [
        (template("quorum-docker-cleanup.timer.j2"), file_readers.unit),
        (template("quorum-docker-cleanup.service.j2"), file_readers.unit),
        (template("docker-images-kept.j2"), file_readers.lines),
        ("__docker_config | to_json", file_readers.document),
    ],
    **{
        role: [
            (template(f"{role.replace('_', '-')}.env.j2"), file_readers.environment),
            (template(f"{role.replace('_', '-')}.service.j2"), file_readers.unit),
            *([(f"__{role}_log_rule", file_readers.lines)] if role != "marathon" else []),
            *(
                [(template(f"quorum-sandbox-logs.{kind}.j2"), file_readers.unit) for kind in ("timer", "service")]
                if role == "mesos_slave"
                else []
            ),
        ]
        for role in PACKAGED
    },
    "_common": [
        (template(name), file_readers.lines)
        for name in ("hosts.j2", "quorum.nft.j2", "ufw.rules.j2", "firewalld-policy.xml.j2", "firewalld-service.xml.j2")
    ],
}
# It has the digest of the unit.
RECORD = re.compile(r"^ExecStartPre=-?[+]?/bin/sh -c \"unset .*$", re.MULTILINE)
# Parts of a role that are templates in a task.
INLINE = {
    role: [
        ("_common", "repository.yml", REPOSITORY, file_readers.stanza),
        ("_common", "package.yml", PINNED, file_readers.stanza),
    ]
    for role in PACKAGED
}
# Of the loops in which the templates of the firewalls are written.
ITEM = {"chain": "x", "version": 4, "name": "zz", "ports": trust_as_template("{{ __common_service_ports }}")}
BASE: dict[str, dict[str, Any]] = {
    "zookeeper": {"zookeeper_install_method": "container", "zookeeper_image": "zookeeper:3.8"},
    "docker": {},
    "_common": {"quorum_hosts_file": "present", "quorum_firewall": "nftables", "item": ITEM},
    **{role: {f"{role}_install_method": "container", f"{role}_image": "mesos:1.11.0"} for role in PACKAGED},
}
# Without it the units of the rotation are not written.
ALWAYS = {"mesos_slave": {"mesos_slave_sandbox_log_size": "1M"}}
NETWORK = {
    "quorum_address": {"type": "str"}, "quorum_other_addresses": {"type": "list"},
    "quorum_firewall_sources": {"type": "list"}, "quorum_hosts_file": {"type": "str"},
    "quorum_firewall": {"type": "str"}, "zookeeper_peer_port": {"type": "str"},
    "zookeeper_client_port": {"type": "str"}, "mesos_master_port": {"type": "str"},
    "mesos_slave_resources": {"type": "raw"}, "marathon_http_port": {"type": "str"},
}  # fmt: skip


def base(role: str, option: str) -> dict[str, Any]:
    """A host that the role accepts, with the method of installing for which the option is."""
    if role in PACKAGED and re.search(r"_(package|repository|packages|python_packages)", option):
        return {f"{role}_install_method": "package", f"{role}_package_version": "1.11.0", **ALWAYS.get(role, {})}
    return {**BASE[role], **ALWAYS.get(role, {})}


class Judge:
    """One role, and what its files say with harmless values."""

    def __init__(self, name: str) -> None:
        self.role = Role(name)
        self.known: dict[tuple[str, str], Any] = {}

    def files(self, options: dict[str, Any]) -> dict[str, Any]:
        """What the readers of all files of the role understand."""
        found: dict[str, Any] = {}
        for expression, reader in FILES[self.role.name]:
            found[expression] = reader(RECORD.sub("", str(self.role.value(expression, options))))
        for owner, path, name, reader in INLINE.get(self.role.name, []):
            if options[f"{self.role.name}_install_method"] != "package":
                continue
            if name == REPOSITORY and not self.role.value(f"{self.role.name}_repository", options):
                continue
            found[name] = reader(self.role.rendered(inline(owner, path, name), {**options, **self.installed()}))
        return found

    def installed(self) -> dict[str, Any]:
        source = f"__{self.role.name}_source"
        return self.role.trusted({
            "_common_repository": f"{{{{ {self.role.name}_repository }}}}",
            "_common_package": {
                "name": f"{{{{ {source}.package }}}}", "version": f"{{{{ {self.role.name}_package_version }}}}",
            },
        })  # fmt: skip

    def harmless(self, case: Case, options: dict[str, Any]) -> Any:
        key = (case.option, case.place)
        if key not in self.known:
            try:
                self.known[key] = self.files({**options, **case.same})
            except Exception as error:
                self.known[key] = error
        return self.known[key]

    def verdict(self, case: Case) -> str:
        """What becomes of a value: refused by whom, or what is wrong; nothing where it is in its place."""
        options = base(self.role.name, case.option)
        if self.role.refused_by_specification(case.options):
            return "refused by Ansible"
        try:
            problems = self.role.problems({**options, **case.options})
        except AnsibleError as error:
            return f"WRONG: no sentence but {str(error)[:300]}"
        if problems:
            return self.sentences(case, problems)
        try:
            found = self.files({**options, **case.options})
        except file_readers.Mangled as error:
            return f"WRONG: mangled: {error}"
        except AnsibleError as error:
            return f"WRONG: accepted, but {str(error)[:300]}"
        same = self.harmless(case, options)
        if isinstance(same, Exception):
            return "in its place" if names(found) == names(self.files(options)) else "WRONG: another file"
        wanted = replaced(same, MARKER, case.value)
        if found == wanted or (MARKER not in repr(same) and names(found) == names(same)):
            return "in its place"
        # A list that is given as a text is what the role makes of it.
        if case.place == "text" and found in self.split(case, options):
            return "in its place"
        return f"WRONG: {difference(found, wanted)}"

    def split(self, case: Case, options: dict[str, Any]) -> list[Any]:
        """The files with the list that a text may stand for."""
        lists: list[list[str]] = [[case.value], case.value.split(","), case.value.split()]
        with contextlib.suppress(ValueError):
            lists.append(shlex.split(case.value))
        found = []
        for words in lists:
            # One that another reading of the text would not take.
            with contextlib.suppress(file_readers.Mangled, AnsibleError):
                found.append(self.files({**options, case.option: words}))
        return found

    def sentences(self, case: Case, problems: list[str]) -> str:
        """Each is one line that names the host and ends; one names the option."""
        wrong = [text for text in problems if not re.fullmatch(r"a: [^\n\r\x00-\x1f\u2028\u0085]{10,1700}[.]", text)]
        if wrong:
            return f"WRONG: no sentence: {wrong[0][:300]!r}"
        prefix = f"the {self.role.name}_ options"
        if not any(case.option in text or prefix in text or by_flag(case.option, text) for text in problems):
            return f"WRONG: names no option: {problems[0][:300]}"
        return "refused by the role"


def by_flag(option: str, text: str) -> bool:
    """Settings that are a flag as well are told by that name."""
    name = re.sub(r"^(mesos_master|mesos_slave|marathon|docker)_", "", option)
    return name.replace("_", "-") in text.replace("_", "-")


def replaced(value: Any, old: str, new: str) -> Any:
    if isinstance(value, str):
        return value.replace(old, new)
    if isinstance(value, dict):
        return {replaced(key, old, new): replaced(item, old, new) for key, item in value.items()}
    if isinstance(value, (list, tuple)):
        return type(value)([replaced(item, old, new) for item in value])
    return value


def names(value: Any) -> Any:
    """What a file sets, without the values."""
    if isinstance(value, dict):
        return {key: names(item) for key, item in value.items()}
    if isinstance(value, (list, tuple)):
        return [names(item) for item in value]
    return None


def difference(found: dict[str, Any], wanted: dict[str, Any]) -> str:
    name = next(name for name in {**found, **wanted} if found.get(name) != wanted.get(name))
    return f"{name}: {str(found.get(name))[:400]} is not {str(wanted.get(name))[:400]}"


SEEN: dict[str, int] = {}


@pytest.mark.parametrize("name", ["zookeeper", "docker", *PACKAGED, "_common"])
def test_a_value_stays_in_its_place_or_is_refused(name: str) -> None:
    judge = Judge(name)
    specs = NETWORK if name == "_common" else judge.role.specs
    found: dict[str, list[str]] = {}
    count = 0
    for case in cases(specs, SEED, EACH):
        count += 1
        verdict = judge.verdict(case)
        told = f"{case.option} ({case.place}) = {case.value[:60]!r}: {verdict}"
        found.setdefault(verdict.split(":")[0], []).append(told)
    summary = {verdict: len(texts) for verdict, texts in found.items()}
    print(f"\nseed {SEED}: {count} values for {name}: {summary}")
    SEEN[name] = count
    assert found.get("WRONG", []) == [], "\n".join(found["WRONG"])
    assert summary["in its place"] > 0
    assert summary["refused by the role"] > 0


def test_they_are_many() -> None:
    roles = [Role(name) for name in ("zookeeper", "docker", *PACKAGED)]
    assert sum(len(list(cases(role.specs, SEED, EACH))) for role in roles) >= 300
