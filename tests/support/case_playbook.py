"""Many runs of modules in one run of Ansible: every host of its inventory is a case with arguments of its own."""

from __future__ import annotations

import json
import sys
from collections.abc import Callable, Collection, Mapping
from pathlib import Path
from typing import Any

# Faults wait more than they work.
FORKS = 16


def run(
    playbook: Callable[..., Any],
    directory: Path,
    cases: Mapping[str, tuple[str, dict[str, Any]]],
    checked: Collection[str] = (),
) -> dict[str, dict[str, Any]]:
    """The result of each case, which is a module and its arguments; playbook runs the arguments of ansible-playbook.

    checked are the cases that run in check mode.
    """
    results, inventory, path = (directory / name for name in ("results.json", "inventory.json", "cases.yml"))
    hosts = {
        name: {"module": module, "arguments": arguments, "checked": name in checked}
        for name, (module, arguments) in cases.items()
    }
    local = {"ansible_connection": "local", "ansible_python_interpreter": sys.executable}
    inventory.write_text(json.dumps({"all": {"hosts": hosts, "vars": local}}), encoding="utf-8")
    modules = sorted({module for module, _arguments in cases.values()})
    path.write_text(json.dumps([_all_cases(modules), _kept(modules, results)]), encoding="utf-8")
    done = playbook(str(path), f"--inventory={inventory}", f"--forks={FORKS}")
    assert done.code == 0, done.output
    found = json.loads(results.read_text(encoding="utf-8"))
    return {name: found[module][name] for name, (module, _arguments) in cases.items()}


def _all_cases(modules: list[str]) -> dict[str, Any]:
    tasks = [
        {
            f"quorum.mesos.{module}": "{{ arguments }}",
            "register": f"of_{module}",
            "when": f"module == '{module}'",
            "check_mode": "{{ checked }}",
        }
        for module in modules
    ]
    return {"hosts": "all", "gather_facts": False, "strategy": "free", "ignore_errors": True, "tasks": tasks}


def _kept(modules: list[str], results: Path) -> dict[str, Any]:
    """What every host registered for every module, also where it was skipped."""
    by_module = ", ".join(
        f"'{module}': dict(groups.all | zip(groups.all | map('extract', hostvars, 'of_{module}')))"
        for module in modules
    )
    content = f"{{{{ {{{by_module}}} | to_json }}}}"
    return {
        "hosts": "localhost",
        "connection": "local",
        "gather_facts": False,
        "tasks": [{"ansible.builtin.copy": {"content": content, "dest": str(results), "mode": "0600"}}],
    }
