#!/usr/bin/python
# Copyright (c) quorum.mesos contributors
# GNU General Public License v3.0 or later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

DOCUMENTATION = r"""
module: _outside_servers
short_description: "[INTERNAL] Manage the servers of an app that do not run on Marathon"
version_added: 0.10.0
description:
  - A helper of the playbook C(leave), which may change without notice between releases.
  - Runs on a load balancer. Writes the file from which the agent of HAProxy reads such servers, and waits until HAProxy
    has them.
author:
  - quorum.mesos contributors (@quorum-mesos)
extends_documentation_fragment:
  - quorum.mesos.attributes
attributes:
  check_mode:
    support: full
  diff_mode:
    support: full
  idempotent:
    support: full
options:
  app:
    description:
      - The ID of the app.
    type: str
    required: true
  state:
    description:
      - V(seen) only gathers.
    type: str
    choices: [present, absent, seen]
    default: seen
  entry:
    description:
      - What the file has of the app, for O(state=present).
    type: dict
  until:
    description:
      - What is waited for. V(outside) are O(count) servers that do not run on Marathon and answer, V(tasks) as many
        tasks of Marathon, V(outside_idle) and V(tasks_idle) the end of all requests of one of them, also in processes
        of HAProxy from before a reload. All but V(applied) need a backend of the app.
    type: str
    choices: [applied, outside, tasks, outside_idle, tasks_idle]
    default: applied
  count:
    description:
      - How many servers must answer in each backend.
    type: int
    default: 1
  watch:
    description:
      - Seconds for which the two sides are watched then. Where more requests fail on the side outside, or fewer of its
        servers answer in the end, the module fails.
    type: float
    default: 0
  earlier:
    description:
      - Requests and errors of Marathon's side when it last had requests. With them the side outside is compared while
        Marathon's has none, as where all requests go outside.
    type: list
    elements: int
    default: [0, 0]
  timeout:
    description:
      - Maximum time to wait, in seconds.
    type: float
    default: 60
  file:
    description:
      - The file.
    type: path
    default: /etc/marathon-haproxy/outside.json
  status_url:
    description:
      - Address of the agent's status.
    type: str
    default: http://127.0.0.1:9092
  socket:
    description:
      - HAProxy's socket.
    type: path
    default: /run/haproxy/admin.sock
  master_socket:
    description:
      - The socket of HAProxy's master, which knows the processes from before a reload.
    type: path
    default: /run/haproxy/master.sock
"""

EXAMPLES = r"""
- name: Give a tenth of the requests to the swarm
  quorum.mesos._outside_servers:
    app: /shop/web
    state: present
    entry: "{{ entry }}"
"""

RETURN = r"""
backends:
  description: The backends of the app, each with its port and mode.
  returned: success
  type: dict
  sample: {"shop_web_10001": {"index": 0, "mode": "http", "up": 2}}
why_not:
  description: Why the agent does not serve the app; empty where it does or does not know it.
  returned: success
  type: str
  sample: ""
seconds:
  description: How long was waited.
  returned: success
  type: float
  sample: 1.5
counts:
  description: Requests and errors of both sides while they were watched.
  returned: success
  type: dict
  sample: {"outside": [120, 0], "tasks": [1080, 0]}
"""

import hashlib
import json
import os
import re
import socket
import time
import typing as t
from http.client import HTTPException

from ansible.module_utils.basic import AnsibleModule
from ansible_collections.quorum.mesos.plugins.module_utils import _private_file
from ansible_collections.quorum.mesos.plugins.module_utils._http import host_request
from ansible_collections.quorum.mesos.plugins.module_utils._http.host_get import ServiceAccess
from ansible_collections.quorum.mesos.plugins.module_utils._leave import outside, statistics
from ansible_collections.quorum.mesos.plugins.module_utils._marathon.module.unlogged import UnloggedModule

UNIT = "marathon-haproxy.service"
# As the agent's other files: it reads them as a member of its group.
MODE = 0o640
SECONDS = 10.0
_AUTH = re.compile(r"HAPROXY_([0-9]+_)?AUTH")


class _Module(UnloggedModule):
    """One whose entry, with hashes of passwords among its labels, is neither in the log of the host nor in a result."""

    unlogged = "entry"


def _hide(module: AnsibleModule, entry: t.Optional[t.Mapping[str, t.Any]]) -> None:
    app = (entry or {}).get("app")
    labels = app.get("labels") if isinstance(app, dict) else None
    module.no_log_values.update(str(value) for name, value in (labels or {}).items() if _AUTH.fullmatch(name))


class Silence(Exception):
    """The agent or HAProxy does not answer; the text says which."""


class Balancer:
    def __init__(self, params: t.Mapping[str, t.Any]) -> None:
        self._url = params["status_url"].rstrip("/") + "/status"
        self._socket = params["socket"]
        self._master_socket = params["master_socket"]
        self.app = params["app"]

    def status(self) -> dict[str, t.Any]:
        try:
            found = json.loads(host_request.send(self._url, ServiceAccess(), SECONDS).read())
        except (OSError, HTTPException, ValueError) as error:
            reason = "the agent does not answer at %s (%s); see `systemctl status %s`" % (self._url, error, UNIT)
            raise Silence(reason) from error
        return t.cast(dict, found)

    def backends(self, status: t.Mapping[str, t.Any]) -> dict[str, t.Any]:
        found = status.get("backends") or {}
        return {name: one for name, one in found.items() if self.app in (one.get("apps") or [])}

    def servers(self, status: t.Mapping[str, t.Any]) -> list[statistics.CountedServer]:
        backends = self.backends(status)
        known = {
            (name, server["name"]): bool(server.get("outside"))
            for name, one in backends.items()
            for server in one["servers"]
        }
        return statistics.servers(self.ask(self._socket, "show stat"), known)

    def sessions(self, backends: t.Container[str], is_outside: bool) -> int:
        """What is open on one side, also in processes that HAProxy has had since before a reload."""
        found = statistics.sessions(self.ask(self._socket, "show stat"), backends, is_outside)
        for pid in statistics.old_workers(self.ask(self._master_socket, "show proc")):
            answer = self.ask(self._master_socket, "@!%s show stat" % pid)
            if not answer.startswith("# pxname"):
                # It ends in this moment, and the next look does not find it.
                raise Silence("the process %s of HAProxy from before a reload does not answer" % pid)
            found += statistics.sessions(answer, backends, is_outside)
        return found

    def ask(self, path: str, command: str) -> str:
        try:
            with socket.socket(socket.AF_UNIX, socket.SOCK_STREAM) as connection:
                connection.settimeout(SECONDS)
                connection.connect(path)
                connection.sendall((command + "\n").encode())
                # The master waits for more commands otherwise.
                connection.shutdown(socket.SHUT_WR)
                answer = bytearray()
                while True:
                    part = connection.recv(65536)
                    if not part:
                        return answer.decode("utf-8", "replace")
                    answer += part
        except OSError as error:
            raise Silence("HAProxy does not answer at %s (%s)" % (path, error.strerror or error)) from error


def text_of(path: str) -> str:
    try:
        with open(path, encoding="utf-8") as file:
            return file.read()
    except FileNotFoundError:
        return ""


def change(module: AnsibleModule, status: t.Mapping[str, t.Any]) -> tuple[bool, dict[str, t.Any]]:
    params = module.params
    if params["state"] == "seen":
        return False, {}
    if "outside" not in status:
        module.fail_json(
            msg="The agent of this load balancer knows no servers outside of Marathon: it is of an older release. Run "
            "load_balancers.yml first."
        )
    before = text_of(params["file"])
    wanted = params["entry"] if params["state"] == "present" else None
    after = outside.changed(before, params["app"], wanted)
    if before != after and not module.check_mode:
        group = os.stat(os.path.dirname(params["file"])).st_gid
        _private_file.write(module, params["file"], after.encode(), MODE, 0, group)
    diff = {
        "before": json.dumps(outside.short(before), indent=1, sort_keys=True) + "\n",
        "after": json.dumps(outside.short(after), indent=1, sort_keys=True) + "\n",
        "before_header": params["file"],
        "after_header": params["file"],
    }
    return before != after, diff


def hint(module: AnsibleModule) -> None:
    """The agent reads the file with its next round, which is now."""
    code, _output, errors = module.run_command(["systemctl", "kill", "--kill-who=main", "--signal=HUP", UNIT])
    if code:
        module.fail_json(
            msg="The agent of HAProxy does not run (%s); see `systemctl status %s`." % (errors.strip(), UNIT)
        )


def missing(module: AnsibleModule, balancer: Balancer, status: t.Mapping[str, t.Any]) -> str:
    """What is still waited for; empty where it is there."""
    params = module.params
    problem = status.get("problem") or "no problem is known"
    if params["state"] != "seen":
        text = text_of(params["file"])
        digest = hashlib.sha256(text.encode()).hexdigest() if text else ""
        if status["outside"]["digest"] != digest:
            return "the agent has not taken the file over (%s)" % problem
        wrong = (status["outside"].get("wrong") or {}).get(params["app"])
        if wrong:
            return "the agent does not use what the file has of the app (%s)" % wrong
    if params["until"] == "applied":
        return ""
    # Without a backend there is nothing that answers and nothing that is open, and neither is known.
    if not status.get("ready"):
        return "the agent has not served anything since its start (%s)" % problem
    backends = balancer.backends(status)
    if not backends:
        return "the agent serves no backend of the app (%s)" % (why_not(balancer, status) or problem)
    side = params["until"].startswith("outside")
    if params["until"].endswith("_idle"):
        open_sessions = balancer.sessions(backends, side)
        return "%d requests or connections are still open" % open_sessions if open_sessions else ""
    count = statistics.up(balancer.servers(status), side)
    short = {name: count.get(name, 0) for name in backends}
    return "; ".join(
        "%d of %d servers answer in the backend %s" % (number, params["count"], name)
        for name, number in sorted(short.items())
        if number < params["count"]
    )


def why_not(balancer: Balancer, status: t.Mapping[str, t.Any]) -> str:
    """Why the agent does not serve the app, where it says so."""
    found = [one["why"] for one in status.get("excluded") or [] if one["app"] == balancer.app]
    found += ["%s holds %s" % (one["kept_by"], one["claim"]) for one in status.get("conflicts") or []
              if one["refused"] == balancer.app]  # fmt: skip
    return "; ".join(found)


def wait(module: AnsibleModule, balancer: Balancer) -> dict[str, t.Any]:
    """What the agent says once it is there."""
    deadline = time.monotonic() + module.params["timeout"]
    while True:
        try:
            status = balancer.status()
            why = missing(module, balancer, status)
            if not why:
                return status
        except Silence as error:
            why = str(error)
        if time.monotonic() > deadline:
            told = (module.params["app"], module.params["timeout"], why)
            module.fail_json(msg="%s: not within %g seconds: %s." % told)
        time.sleep(0.5)


def watch(module: AnsibleModule, balancer: Balancer) -> tuple[dict[str, t.Any], dict[str, t.Any]]:
    """What the agent says in the end, and what both sides did meanwhile."""
    before = balancer.servers(balancer.status())
    time.sleep(module.params["watch"])
    after = balancer.servers(balancer.status())
    why = statistics.worse(before, after, tuple(module.params["earlier"]))
    if why:
        module.fail_json(msg="%s: within %g seconds %s." % (module.params["app"], module.params["watch"], why))
    # A task that has ended meanwhile may have another one in its place by now.
    status = wait(module, balancer)
    return status, {
        "outside": statistics.counted(before, after, True),
        "tasks": statistics.counted(before, after, False),
    }


def main() -> None:
    module = _Module(
        argument_spec={
            "app": {"type": "str", "required": True},
            "state": {"type": "str", "choices": ["present", "absent", "seen"], "default": "seen"},
            "entry": {"type": "dict"},
            "until": {
                "type": "str",
                "choices": ["applied", "outside", "tasks", "outside_idle", "tasks_idle"],
                "default": "applied",
            },
            "count": {"type": "int", "default": 1},
            "watch": {"type": "float", "default": 0},
            "earlier": {"type": "list", "elements": "int", "default": [0, 0]},
            "timeout": {"type": "float", "default": 60},
            "file": {"type": "path", "default": "/etc/marathon-haproxy/outside.json"},
            "status_url": {"type": "str", "default": "http://127.0.0.1:9092"},
            "socket": {"type": "path", "default": "/run/haproxy/admin.sock"},
            "master_socket": {"type": "path", "default": "/run/haproxy/master.sock"},
        },
        required_if=[("state", "present", ["entry"])],
        supports_check_mode=True,
    )
    _hide(module, module.params["entry"])
    balancer = Balancer(module.params)
    began = time.monotonic()
    counts: dict[str, t.Any] = {}
    seconds = 0.0
    try:
        status = balancer.status()
        changed, diff = change(module, status)
        if not module.check_mode:
            if changed:
                hint(module)
            status = wait(module, balancer)
            seconds = time.monotonic() - began
            if module.params["watch"]:
                status, counts = watch(module, balancer)
    except outside.WrongFile as error:
        module.fail_json(msg="%s: %s; correct it, or remove it." % (module.params["file"], error))
    except outside.WrongEntry as error:
        module.fail_json(msg="%s: %s is not changed: %s." % (balancer.app, module.params["file"], error))
    except OSError as error:
        module.fail_json(msg="%s: %s." % (module.params["file"], error.strerror))
    except Silence as error:
        module.fail_json(msg="%s." % error)
    module.exit_json(
        changed=changed,
        diff=diff,
        backends={
            name: {"index": one.get("index"), "mode": one["mode"], "up": one["up"]}
            for name, one in balancer.backends(status).items()
        },
        knows_outside="outside" in status,
        why_not=why_not(balancer, status),
        seconds=round(seconds, 1),
        counts=counts,
    )


if __name__ == "__main__":
    main()
