#!/usr/bin/python
# Copyright (c) quorum.mesos contributors
# GNU General Public License v3.0 or later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

DOCUMENTATION = r"""
module: _docker_daemon
short_description: "[INTERNAL] Write Docker's daemon.json and tell what the daemon needs"
version_added: 0.2.0
description:
  - A helper of the collection's own roles, which may change without notice between releases.
  - Writes the file, and compares it with what the daemon runs with. Some settings are taken over by a reload, which no
    container notices; the others need a restart.
  - The file is readable by root alone.
  - What the daemon runs with is what stood in the file when it started, or what was noted in O(record) afterwards.
  - A daemon whose program was replaced since it started needs a restart too, and so does its containerd.
author:
  - quorum.mesos contributors (@quorum-mesos)
options:
  config:
    description:
      - The content of the file, as JSON text. It may hold secrets, of which nothing is shown but their names.
    type: str
    required: true
  path:
    description:
      - The file.
    type: path
    default: /etc/docker/daemon.json
  record:
    description:
      - Where the module notes what the daemon runs with while that differs from the file. A reboot forgets it.
    type: path
    default: /run/quorum-docker.json
  state:
    description:
      - V(written) writes the file, V(reloaded) makes the daemon take over what a reload can.
    type: str
    choices: [written, reloaded]
    default: written
  unless_restart:
    description:
      - Why the daemon must not be restarted. Fails with this before anything is written where a restart is needed and
        the agent of Mesos runs.
    type: str
  replaced:
    description:
      - Whether packages of Docker are about to be replaced, so that a daemon which runs will need a restart.
    type: bool
    default: false
  agent_unit:
    description:
      - The unit of the agent of Mesos.
    type: str
    default: mesos-slave
extends_documentation_fragment:
  - quorum.mesos.attributes
attributes:
  check_mode:
    support: full
  diff_mode:
    support: full
  idempotent:
    support: full
"""

EXAMPLES = r"""
- name: Write daemon.json
  quorum.mesos._docker_daemon:
    config: '{"registry-mirrors": ["https://mirror.example.org"]}'
  register: daemon
"""

RETURN = r"""
need:
  description: What the daemon needs to run with the file.
  returned: always
  type: str
  choices: [none, reload, restart]
  sample: reload
names:
  description: The settings that it runs without.
  returned: always
  type: list
  elements: str
  sample: [live-restore]
outdated:
  description: The units that run a program which was replaced since they started.
  returned: always
  type: list
  elements: str
  sample: [docker, containerd]
"""

import json
import os
import typing as t

from ansible.module_utils.basic import AnsibleModule
from ansible_collections.quorum.mesos.plugins.module_utils import (
    _masked as masked,
)
from ansible_collections.quorum.mesos.plugins.module_utils import (
    _private_file as private_file,
)
from ansible_collections.quorum.mesos.plugins.module_utils._docker import daemon, programs

UNITS = ("docker", "containerd")
# Options of a log driver may be tokens, under any name.
MODE = 0o600


def _read(path: str) -> str | None:
    try:
        with open(path, encoding="utf-8") as file:
            return file.read()
    except OSError:
        return None


def _parse(text: str | None) -> dict[str, t.Any] | None:
    """No file, or an empty one, is an empty configuration; what is no JSON cannot be known."""
    if text is None or not text.strip():
        return {}
    try:
        found = json.loads(text)
    except ValueError:
        return None
    return found if isinstance(found, dict) else None


def _property(module: AnsibleModule, unit: str, name: str) -> str:
    _code, output, _errors = module.run_command(["systemctl", "show", "--property=" + name, unit])
    return output.strip().partition("=")[2]


def _started(module: AnsibleModule) -> float | None:
    """When the daemon started; nothing where it does not run."""
    if _property(module, "docker", "ActiveState") not in ("active", "reloading"):
        return None
    # Not with --timestamp=unix, which systemd before 248 does not know.
    started = _property(module, "docker", "ActiveEnterTimestamp")
    _code, output, _errors = module.run_command(["date", "--date=" + started, "+%s"])
    return float(output) if output.strip().isdigit() else 0.0


def _outdated(module: AnsibleModule) -> dict[str, str]:
    """The units that run what is no longer installed, each with the path of its program."""
    found = {}
    for unit in UNITS:
        pid = _property(module, unit, "MainPID")
        path = programs.replaced(int(pid)) if pid.isdigit() and pid != "0" else None
        if path:
            found[unit] = path
    return found


def _running(started: float, path: str, record: str) -> dict[str, t.Any] | None:
    """What a daemon that started then runs with, where that can be known."""
    noted = _modified(record)
    if noted is not None and noted > started:
        return _parse(_read(record))
    written = _modified(path)
    return _parse(_read(path)) if written is None or written <= started else None


def _modified(path: str) -> int | None:
    return int(os.stat(path).st_mtime) if os.path.exists(path) else None


def _write(module: AnsibleModule, path: str, text: str) -> None:
    os.makedirs(os.path.dirname(path), exist_ok=True)
    private_file.write(module, path, text.encode(), MODE)


def _diff(
    path: str, before: str | None, after: str | None, loose: bool, outdated: t.Mapping[str, str]
) -> list[dict[str, str]]:
    diff = masked.difference(path, before, after, "json")
    if loose:
        diff["before"] += "(readable by others)\n"
    reasons = "".join(
        "%s: %s was replaced since it started; it must be restarted\n" % one for one in sorted(outdated.items())
    )
    return [diff, *([{"prepared": reasons}] if reasons else [])]


def _refuse_invalid(module: AnsibleModule, config: t.Mapping[str, t.Any], text: str, path: str) -> None:
    """Docker 23 and newer look at a file without starting; older ones would only tell at the restart."""
    program = module.get_bin_path("dockerd", opt_dirs=["/usr/sbin", "/usr/local/sbin"])
    if program is None:
        return
    _code, usage, _errors = module.run_command([program, "--help"])
    if "--validate" not in usage:
        young = ", ".join(sorted(daemon.YOUNG.intersection(config)))
        if young:
            module.fail_json(
                msg="Docker before 23, which runs here, does not know %s in %s; take it out of docker_daemon_options, "
                "or install a newer Docker." % (young, path)
            )
        return
    name = os.path.join(module.tmpdir, "daemon.json")
    with open(name, "w", encoding="utf-8") as file:
        os.chmod(name, 0o600)
        file.write(text)
    code, output, errors = module.run_command([program, "--validate", "--config-file", name])
    if code:
        why = masked.without((errors or output).strip().replace(name, path), config)
        module.fail_json(msg="Docker would not start with the new %s: %s; correct docker_daemon_options." % (path, why))


def _reload(module: AnsibleModule, text: str) -> None:
    code, output, errors = module.run_command(["systemctl", "reload", "docker"])
    if code:
        module.fail_json(
            msg="Docker cannot be reloaded: %s; see `journalctl -u docker` there." % (errors or output).strip()
        )
    _write(module, module.params["record"], text)


def main() -> None:
    module = AnsibleModule(
        argument_spec={
            # One text: each value of a dictionary would be taken out of the result, where it may be a word by chance.
            "config": {"type": "str", "required": True, "no_log": True},
            "path": {"type": "path", "default": "/etc/docker/daemon.json"},
            "record": {"type": "path", "default": "/run/quorum-docker.json"},
            "state": {"type": "str", "choices": ["written", "reloaded"], "default": "written"},
            "unless_restart": {"type": "str"},
            "replaced": {"type": "bool", "default": False},
            "agent_unit": {"type": "str", "default": "mesos-slave"},
        },
        supports_check_mode=True,
    )
    path, record, wanted = module.params["path"], module.params["record"], json.loads(module.params["config"])
    text = json.dumps(wanted, indent=2, sort_keys=True) + "\n"
    old = _read(path)
    started = _started(module)
    running = _running(started, path, record) if started is not None else None
    need = "none" if started is None else daemon.cost(running, wanted)
    outdated = {} if started is None else _outdated(module)
    if outdated or (started is not None and module.params["replaced"]):
        need = "restart"
    names = daemon.changed_names(running, wanted) if running is not None else []
    if module.params["state"] == "reloaded":
        if need == "reload" and not module.check_mode:
            _reload(module, text)
        module.exit_json(changed=need == "reload", need=need, names=names, outdated=sorted(outdated))

    other = _parse(old) != wanted or old is None
    loose = old is not None and os.stat(path).st_mode & 0o7777 != MODE
    why = module.params["unless_restart"]
    if need == "restart" and why and _property(module, module.params["agent_unit"], "ActiveState") == "active":
        module.fail_json(msg=why)
    if other:
        _refuse_invalid(module, wanted, text, path)
    if not module.check_mode:
        if other and started is not None and running is not None:
            # Before the file, so that a play which stops in between can tell what is still to be done.
            _write(module, record, json.dumps(running))
        if other:
            _write(module, path, text)
        elif loose:
            os.chmod(path, MODE)
    module.exit_json(
        changed=other or loose,
        need=need,
        names=names,
        outdated=sorted(outdated),
        diff=_diff(path, old, text if other else old, loose, outdated),
    )


if __name__ == "__main__":
    main()
