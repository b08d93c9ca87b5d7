#!/usr/bin/python
# Copyright (c) quorum.mesos contributors
# GNU General Public License v3.0 or later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

DOCUMENTATION = r"""
module: marathon_translate
short_description: Write definitions of Marathon as manifests of Kubernetes and services of Docker Swarm
version_added: 0.5.0
description:
  - Translates a set of definitions, or what runs on a Marathon, and writes a directory with the result.
  - C(kubernetes/<name>.yml) has the objects of an app or pod. C(swarm/<service>.json) is a ServiceSpec of the Engine
    API, and C(swarm/<stack>.stack.yml) has the services of a group for C(docker stack deploy).
  - C(REPORT.md) has what a person must know and do.
  - Files that are right already are left alone. Nothing is ever removed.
  - No value of a secret is written. A value that looks like a secret becomes a reference to one.
author:
  - quorum.mesos contributors (@quorum-mesos)
extends_documentation_fragment:
  - quorum.mesos.marathon
  - quorum.mesos.attributes
  - quorum.mesos.attributes.actiongroup_marathon
attributes:
  check_mode:
    support: full
  diff_mode:
    support: full
  idempotent:
    support: full
options:
  url:
    description:
      - Address of Marathon, as for P(quorum.mesos.marathon_export#module). It is required without O(src) and
        O(definitions), and is not used with them.
      - If not set, the environment variable E(MARATHON_URL) is used.
    type: list
    elements: str
    required: false
  url_token:
    version_added: 0.5.0
  client_cert:
    version_added: 0.5.0
  client_key:
    version_added: 0.5.0
  connect_timeout:
    version_added: 0.5.0
  dest:
    description: Directory for the files, which is created as for O(quorum.mesos.marathon_export#module:dest).
    type: path
    required: true
  src:
    description:
      - Files and directories on the controller with definitions, as O(quorum.mesos.marathon_apps#module:src) takes
        them.
    type: list
    elements: str
  definitions:
    description: Definitions of apps, pods and groups in any form since Marathon 0.8.
    type: list
    elements: dict
  template:
    description: As O(quorum.mesos.marathon_apps#module:template).
    type: bool
    default: true
  recurse:
    description: Also read the sub-directories of a directory in O(src).
    type: bool
    default: false
  group:
    description: Without O(src) and O(definitions), only what is in this group of Marathon and in the groups below it.
    type: str
    default: /
  origins:
    description: As O(quorum.mesos.marathon_apps#module:origins). Not meant for playbooks.
    type: list
    elements: str
    default: []
  targets:
    description: What to translate to.
    type: list
    elements: str
    choices: [kubernetes, swarm]
    default: [kubernetes, swarm]
  options:
    description:
      - Options of the translation, as the filter P(quorum.mesos.marathon_to_kubernetes#filter) documents them.
    type: dict
    default: {}
  app_options:
    description: Options of single apps and pods by their id, which win over O(options).
    type: dict
    default: {}
  accept:
    description:
      - Notes of the levels V(manual) and V(dropped) that are accepted. The others are returned as RV(unaccepted).
      - An element is a level (V(dropped)), a field with all below it (V(/fetch), V(/healthChecks/*)), one of both
        behind a target (V(swarm:/fetch), V(kubernetes:dropped)), or a mapping with some of C(id), C(target), C(level)
        and C(field). C(*) stands for any text in C(id) and C(field).
    type: list
    elements: raw
    default: []
  secret_env:
    description:
      - Names of variables whose values are secret, besides those that look like it.
    type: list
    elements: str
    default: []
  secret_labels:
    description: Names of C(labels) whose values are secret. They are left out.
    type: list
    elements: str
    default: []
  mode:
    description: Permissions of the files, in octal digits.
    type: str
    default: "0600"
seealso:
  - plugin: quorum.mesos.marathon_to_kubernetes
    plugin_type: filter
  - plugin: quorum.mesos.marathon_to_swarm
    plugin_type: filter
  - module: quorum.mesos.marathon_export
  - name: Leaving Mesos
    link: https://quorum.example.org/mesos/site/docs/way-out.html
    description: What a translation carries over, and what is lost.
"""

EXAMPLES = r"""
- name: Translate a directory of definitions
  quorum.mesos.marathon_translate:
    src: ["{{ playbook_dir }}/apps"]
    recurse: true
    dest: "{{ playbook_dir }}/translated"
    options:
      namespace: shop
      ingress_class: haproxy
      default_image: registry.example.com/base/python:3
    accept: [dropped, "swarm:/healthChecks", {id: /shop/*, field: /container}]
  delegate_to: localhost
  register: translated

- name: Stop for what is not accepted
  ansible.builtin.assert:
    that: translated.unaccepted | length == 0
    fail_msg: "{{ translated.refusal }}"

- name: Translate what runs in a group, for Kubernetes alone
  quorum.mesos.marathon_translate:
    url: http://marathon.example.com:8080
    group: /shop
    dest: "{{ playbook_dir }}/running"
    targets: [kubernetes]
    app_options:
      /shop/cleanup: {kind: CronJob, schedule: 15 2 * * *}
  delegate_to: localhost
"""

RETURN = r"""
files:
  description: The files.
  returned: success
  type: list
  elements: dict
  contains:
    path:
      description: Path of the file.
      type: str
      returned: always
    changed:
      description: Whether the file was written, or would be in check mode.
      type: bool
      returned: always
  sample:
    - path: /srv/translated/kubernetes/shop-web.yml
      changed: true
others:
  description: Manifests and specifications in the directory that this translation did not make, as of an earlier run.
  returned: success
  type: list
  elements: str
  sample: [/srv/translated/kubernetes/shop-gone.yml]
names:
  description: The names of each app and pod on both targets, by its id.
  returned: success
  type: dict
  sample: {"/shop/web": {"kubernetes": "shop-web", "swarm": ["shop_web"]}}
notes:
  description: What is lost, each as the filter P(quorum.mesos.marathon_to_kubernetes#filter) describes it.
  returned: success
  type: list
  elements: dict
  sample:
    - {id: /shop/web, target: swarm, level: dropped, field: /dependencies, text: start order is not kept}
unaccepted:
  description: Those of RV(notes) that O(accept) does not take in.
  returned: success
  type: list
  elements: dict
  sample: []
refusal:
  description: One sentence that names them, for the message of a play that stops there. Empty when there are none.
  returned: success
  type: str
  sample: ""
requests:
  description: Number of HTTP requests that were sent to Marathon.
  returned: success
  type: int
  sample: 0
"""

import os
import re

from ansible.module_utils.basic import missing_required_lib
from ansible_collections.quorum.mesos.plugins.module_utils import _private_file
from ansible_collections.quorum.mesos.plugins.module_utils._marathon.definition import apps as app_set
from ansible_collections.quorum.mesos.plugins.module_utils._marathon.errors import (
    DefinitionError,
    MarathonError,
)
from ansible_collections.quorum.mesos.plugins.module_utils._marathon.module.argument_spec import (
    connection_spec,
    open_client,
)
from ansible_collections.quorum.mesos.plugins.module_utils._marathon.module.module import MarathonModule
from ansible_collections.quorum.mesos.plugins.module_utils._marathon.module.secret_options import secret_spec
from ansible_collections.quorum.mesos.plugins.module_utils._translate import accept, files, manifests, translation
from ansible_collections.quorum.mesos.plugins.module_utils._translate.options import WrongOption

MODE = re.compile(r"(0o?)?[0-7]{3}")


def argument_spec():
    connection = connection_spec()
    return dict(
        connection,
        **secret_spec(),
        url=dict(connection["url"], required=False),
        dest={"type": "path", "required": True},
        src={"type": "list", "elements": "str"},
        definitions={"type": "list", "elements": "dict"},
        template={"type": "bool", "default": True},
        recurse={"type": "bool", "default": False},
        group={"type": "str", "default": "/"},
        origins={"type": "list", "elements": "str", "default": []},
        targets={
            "type": "list",
            "elements": "str",
            "choices": ["kubernetes", "swarm"],
            "default": ["kubernetes", "swarm"],
        },
        options={"type": "dict", "default": {}},
        app_options={"type": "dict", "default": {}},
        accept={"type": "list", "elements": "raw", "default": []},
        mode={"type": "str", "default": "0600"},
    )


class Directory:
    """The files of one run. In check mode nothing is written."""

    def __init__(self, module):
        self._module = module
        self._dest = module.params["dest"]
        self._mode = int(module.params["mode"].replace("o", ""), 8)
        self.changed = False
        self.files = []
        self.diff = []

    def make(self, path):
        if os.path.isdir(path):
            return
        self.changed = True
        if not self._module.check_mode:
            parent = os.path.dirname(path.rstrip("/"))
            if parent and not os.path.isdir(parent):
                self.make(parent)
            os.mkdir(path, 0o700)

    def put(self, name, text):
        path = os.path.join(self._dest, name)
        self.make(os.path.dirname(path))
        before = self._content(path)
        changed = before != text.encode()
        if changed:
            self._explain(path, before, text)
            if not self._module.check_mode:
                _private_file.write(self._module, path, text.encode(), self._mode)
        if not self._module.check_mode or os.path.exists(path):
            changed = self._module.set_mode_if_different(path, self._mode, changed)
        self.changed |= changed
        self.files.append({"path": path, "changed": changed})

    def others(self):
        written = {entry["path"] for entry in self.files}
        found = []
        for folder, endings in sorted(files.ENDINGS.items()):
            place = os.path.join(self._dest, folder)
            names = sorted(os.listdir(place)) if os.path.isdir(place) else []
            found += [os.path.join(place, name) for name in names if name.endswith(endings)]
        return [path for path in found if path not in written]

    def _content(self, path):
        if not os.path.lexists(path):
            return None
        with open(path, "rb") as handle:
            return handle.read()

    def _explain(self, path, before, text):
        old = "" if before is None else before.decode("utf-8", "replace")
        self.diff.append({"before_header": path, "after_header": path, "before": old, "after": text})


def check_params(params):
    """What would only be found with the first file that is written."""
    if not params["dest"].strip():
        raise DefinitionError("dest is empty: give the directory that the files go to")
    above = os.path.abspath(params["dest"])
    while not os.path.lexists(above):
        above = os.path.dirname(above)
    if not os.path.isdir(above):
        raise DefinitionError(f"dest {params['dest']} cannot be written: {above} is not a directory; give another")
    if not MODE.fullmatch(params["mode"]):
        raise DefinitionError(f"mode is {params['mode']!r}: give three octal digits behind a 0, like 0600")


def read_sources(module, given):
    """Definitions and their origins, and the number of requests that it took."""
    params = module.params
    if given["definitions"] is not None:
        origins = dict(enumerate(params["origins"]))
        return [(one, origins.get(index, f"definitions[{index}]")) for index, one in enumerate(given["definitions"])], 0
    if not params["url"]:
        raise DefinitionError("no definitions are given and no Marathon is known: give src, definitions or url")
    client = open_client(module)
    group_id = app_set.group_path(params["group"], "group")
    group = client.group(group_id)
    if group is None:
        raise DefinitionError(f"the group {group_id} does not exist on Marathon: check the option group")
    return list(members(group)), client.requests


def members(group):
    """Each app, pod and dependency of a group as GET returns it, by itself: a group with pods is no definition."""
    place = "Marathon"
    if group.get("dependencies"):
        yield {"id": group["id"], "dependencies": group["dependencies"]}, place
    for app in group.get("apps") or []:
        yield app, place
    for pod in group.get("pods") or []:
        yield pod.get("spec") or pod, place
    for inner in group.get("groups") or []:
        yield from members(inner)


def main():
    module = MarathonModule(argument_spec=argument_spec(), supports_check_mode=True)
    if manifests.yaml is None:
        module.fail_json(msg=missing_required_lib("PyYAML"), exception=manifests.YAML_IMPORT_ERROR)
    given, params = module.given, module.params
    try:
        check_params(params)
        accepted = accept.read(params["accept"])
        targets = translation.chosen_targets(params["targets"])
        sources, requests = read_sources(module, given)
        named = {name: params[name] for name in ("secret_env", "secret_labels")}
        chosen = {**named, **params["options"]}
        translated = translation.translate(sources, chosen, targets, params["app_options"])
        directory = Directory(module)
        directory.make(params["dest"])
        for name, text in sorted(files.of_set(translated, targets).items()):
            directory.put(name, text)
        others = directory.others()
    except WrongOption as error:
        module.fail_json(msg=str(error))
    except MarathonError as error:
        module.fail_json(msg=str(error), **error.facts)
    except OSError as error:
        module.fail_json(msg=f"dest {params['dest']} cannot be written: {error.strerror} ({error.filename})")
    notes = [note for one in translated for note in one.all_notes(targets)]
    unaccepted = accept.unaccepted(notes, accepted)
    for text in accept.unused(notes, accepted, params["accept"]):
        module.warn(f"accept has {text}, but no note is like that: correct or remove it")
    if others:
        module.warn(f"{', '.join(others)}: nothing that is translated now has this file; remove what is not needed")
    module.exit_json(
        changed=directory.changed,
        files=directory.files,
        others=others,
        names={
            one.workload.id: {"kubernetes": one.names.kubernetes, "swarm": list(one.names.services.values())}
            for one in translated
        },
        notes=notes,
        unaccepted=unaccepted,
        refusal=accept.refusal(unaccepted),
        requests=requests,
        diff=directory.diff,
    )


if __name__ == "__main__":
    main()
