"""What a role computes and writes for one host, without a play: its problems, and its templates as text."""

from __future__ import annotations

import functools
import sys
from pathlib import Path
from typing import Any

from ansible.module_utils.common.arg_spec import ArgumentSpecValidator
from ansible.parsing.dataloader import DataLoader
from ansible.plugins.loader import init_plugin_loader
from ansible.template import Templar, trust_as_template
from jinja2 import Environment

REPOSITORY = Path(__file__).resolve().parent.parent.parent
ROLES = REPOSITORY / "roles"
HOST = "a"

# What a role finds out of a host and of its archive before it writes anything.
FOUND: dict[str, Any] = {
    "ansible_facts": {
        "service_mgr": "systemd", "os_family": "Debian", "distribution": "Debian", "distribution_version": "12.11",
        "distribution_major_version": "12", "selinux": {"status": "disabled"},
    },
    "ansible_check_mode": False,
    "ansible_managed": "Ansible managed",
    "__common_host": {
        "memory": 2048, "cgroup": 1, "directories": {}, "files": {}, "ports": [], "units": {}, "java": "17.0.15",
        "clock": {"least": -0.1, "most": 0.1}, "libmesos": None,
    },
    "__common_old_systemd": False,
    "__mesos_slave_seen": {"agent": {"known": False, "running": False}},
    "__zookeeper_user": {}, "__mesos_master_account": {}, "__marathon_account": {},
    "__marathon_runtime": {"library": "/etc/mesos/libmesos.so", "java": 17, "add_opens": True},
}  # fmt: skip
NO_SERVER: dict[str, Any] = {
    "lines": [], "dynamic": False, "tls": "disabled", "leaving": [], "elsewhere": [], "data": False, "written": False,
    "epoch": None, "directories": [], "server": {"mode": None, "address": HOST},
}  # fmt: skip
GROUPS = {"zookeeper": [HOST], "mesos_masters": [HOST], "mesos_slaves": [HOST], "marathon": [HOST]}
# They have ports of their own, of which the other roles would have to know.
OWN_GROUPS = {"haproxy": {"load_balancers": [HOST]}, "mesos_dns": {"dns": [HOST]}}


class Role:
    """One role, with the options that a test gives it."""

    def __init__(self, name: str) -> None:
        init_once()
        self.name = name
        self.loader = DataLoader()
        self.loader.set_basedir(str(REPOSITORY))
        path = ROLES / name / "meta" / "argument_specs.yml"
        # A role without these is for the others alone.
        self.specs = self._read(path)["argument_specs"].get("main", {"options": {}})["options"]
        self.variables: dict[str, Any] = {}
        for role in ("_common", name):
            self._add(ROLES / role / "defaults" / "main.yml")
            for path in sorted((ROLES / role / "vars" / "main").glob("*.yml")):
                self._add(path)
        groups = {**GROUPS, **OWN_GROUPS.get(name, {})}
        programs = {"home": "/opt/p", "program": "/opt/p/bin/p", "library_dir": "/opt/p/lib", "jars": True}
        self.variables.update(FOUND)
        self.variables.update({
            "inventory_hostname": HOST, "groups": groups, "group_names": list(groups), "ansible_play_hosts": [HOST],
            "ansible_play_batch": [HOST], "ansible_play_hosts_all": [HOST], "role_path": str(ROLES / name),
            "ansible_search_path": [str(ROLES / name)], f"__{name}_program": programs,
            "__zookeeper_state": NO_SERVER,
            "quorum_address": "10.0.0.1",
            # Read anew for every question, which takes longer than all the rest.
            f"__{name}_options": list(self.specs),
        })  # fmt: skip

    def _read(self, path: Path) -> Any:
        return self.loader.load_from_file(str(path), trusted_as_template=True)

    def _add(self, path: Path) -> None:
        if path.is_file():
            self.variables.update(self._read(path) or {})

    def refused_by_specification(self, options: dict[str, Any]) -> list[str]:
        """What Ansible itself says of the options, before the role asks for anything."""
        own = {name: value for name, value in options.items() if name in self.specs}
        chosen = {name: self.specs[name] for name in own}
        return list(ArgumentSpecValidator(chosen).validate(own).error_messages)

    def templar(self, options: dict[str, Any]) -> Templar:
        variables = {**self.variables, **options}
        variables["hostvars"] = {HOST: variables}
        variables["vars"] = variables
        return Templar(loader=self.loader, variables=variables)

    def problems(self, options: dict[str, Any]) -> list[str]:
        """What the role refuses, each sentence as it is printed."""
        from ansible_collections.quorum.mesos.plugins.action._role_plan import PLANS, Values
        from ansible_collections.quorum.mesos.plugins.module_utils._preflight import characters

        templar = self.templar(options)
        plan = PLANS[self.name, "main" if self.specs else "network"]
        found = plan(Values(templar.available_variables, templar.template))
        return [characters.sentence(problem) for problem in found["problems"]]

    def value(self, expression: str, options: dict[str, Any]) -> Any:
        return self.templar(options).template(trust_as_template("{{ " + expression + " }}"))

    def rendered(self, text: str, options: dict[str, Any]) -> str:
        """A text that is a template."""
        return str(self.templar(options).template(trust_as_template(text)))

    def trusted(self, value: Any) -> Any:
        """Variables that are templates, as those of a play are."""
        if isinstance(value, dict):
            return {name: self.trusted(item) for name, item in value.items()}
        return trust_as_template(value) if isinstance(value, str) else value


@functools.cache
def init_once() -> None:
    # Where a test has imported the collection before, Ansible would not look for its plugins.
    for name in [name for name in sys.modules if name.partition(".")[0] == "ansible_collections"]:
        del sys.modules[name]
    init_plugin_loader([str(REPOSITORY / ".collections")])
    # The same expressions are asked for hundreds of times, and to compile them takes most of it.
    compiled, compile_anew = {}, Environment.compile

    def compile_once(self: Environment, source: Any, *arguments: Any, **more: Any) -> Any:
        key = (type(self), source, arguments, tuple(sorted(more.items())))
        if not isinstance(source, str):
            return compile_anew(self, source, *arguments, **more)
        if key not in compiled:
            compiled[key] = compile_anew(self, source, *arguments, **more)
        return compiled[key]

    Environment.compile = compile_once  # type: ignore[method-assign]
