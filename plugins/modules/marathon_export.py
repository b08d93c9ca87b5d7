#!/usr/bin/python
# Copyright (c) quorum.mesos contributors
# GNU General Public License v3.0 or later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

DOCUMENTATION = r"""
module: marathon_export
short_description: Write what runs on Marathon into files
version_added: 0.3.0
description:
  - Writes a file with the definition of each app and each pod on Marathon, without what Marathon fills in, so that
    M(quorum.mesos.marathon_apps) with these files changes nothing.
  - A file is named by the id of its app or pod, with an underscore for each slash. The one of V(/shop/web) is
    C(shop_web.json). The dependencies of a group are a file of their own, for example C(shop@group.json).
  - Files that are right already are left alone. Nothing is ever removed.
  - What would be a template of Jinja, like C({{), is written as C(\u007b{), which means the same in JSON and YAML and
    which deploying the file does not template.
  - An app of an old release is written in the form of Marathon 1.5 and newer.
  - What Marathon fills in, and is left out here, is taken from C(AppNormalization.scala) and C(AppConversion.scala) of
    Marathon 1.11.
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
  dest:
    description:
      - Directory for the files, on the host that executes the module.
      - It is created when it does not exist, with the directories that it is in, readable for its owner alone.
    type: path
    required: true
  group:
    description: Only what is in this group of Marathon and in the groups below it.
    type: str
    default: /
  format:
    description: Whether to write C(*.json) or C(*.yml).
    type: str
    choices: [json, yaml]
    default: json
  leave_out:
    description:
      - Fields that are not written, for example V(instances) where an autoscaler sets it, which of a pod is
        C(scaling.instances).
      - V(env.PASSWORD) names one key of a mapping. Name it in O(quorum.mesos.marathon_apps#module:ignore_fields) too,
        so that deploying the file does not take it from the app.
    type: list
    elements: str
    default: []
  secret_env:
    description:
      - Names of variables in C(env) whose values are secret. They are masked in the diff, not in the files. See
        O(leave_out) for those.
    type: list
    elements: str
    default: []
  secret_labels:
    description: Names of C(labels) whose values are secret. They too are masked in the diff, not in the files.
    type: list
    elements: str
    default: []
  mode:
    description:
      - Permissions of the files, in octal digits or in symbols like V(u=rw,g=r). Environments often hold secrets, so
        only the owner may read them.
    type: str
    default: "0600"
seealso:
  - module: quorum.mesos.marathon_apps
  - plugin: quorum.mesos.marathon_minimal
    plugin_type: filter
  - name: What runs on Marathon, kept in files
    link: https://quorum.example.org/mesos/site/docs/marathon.html
    description: The guide, from one file to a directory that owns its apps.
"""

EXAMPLES = r"""
- name: Write all apps of the shop, but neither the password nor the number of instances
  quorum.mesos.marathon_export:
    url: http://marathon.example.com:8080
    dest: "{{ playbook_dir }}/apps"
    group: /shop
    leave_out: [env.PASSWORD, instances]
  delegate_to: localhost

- name: Deploying them changes nothing
  quorum.mesos.marathon_apps:
    url: http://marathon.example.com:8080
    src: ["{{ playbook_dir }}/apps"]
    ignore_fields: [env.PASSWORD, instances]
  delegate_to: localhost
"""

RETURN = r"""
files:
  description: The file of each app, each pod and each group that depends on something.
  returned: success
  type: list
  elements: dict
  contains:
    kind:
      description: One of V(app), V(group), V(pod).
      type: str
      returned: always
    id:
      description: Id of the app, group or pod.
      type: str
      returned: always
    path:
      description: Path of the file.
      type: str
      returned: always
    changed:
      description: Whether the file was written, or would be in check mode.
      type: bool
      returned: always
  sample:
    - kind: app
      id: /shop/web
      path: /srv/apps/shop_web.json
      changed: true
others:
  description:
    - Further files with definitions in the directory. What they define is not on Marathon, not in O(group), or written
      into another file.
  returned: success
  type: list
  elements: str
  sample: [/srv/apps/shop_gone.json]
requests:
  description: Number of HTTP requests that were sent.
  returned: success
  type: int
  sample: 2
"""

import os
import re
import tempfile

from ansible.module_utils.basic import missing_required_lib
from ansible_collections.quorum.mesos.plugins.module_utils._marathon import secrets
from ansible_collections.quorum.mesos.plugins.module_utils._marathon.apps.planning import (
    ignored as ignored_in_set,
)
from ansible_collections.quorum.mesos.plugins.module_utils._marathon.definition import apps as app_set
from ansible_collections.quorum.mesos.plugins.module_utils._marathon.errors import (
    DefinitionError,
    MarathonError,
)
from ansible_collections.quorum.mesos.plugins.module_utils._marathon.files import (
    definitions as definition_files,
)
from ansible_collections.quorum.mesos.plugins.module_utils._marathon.files import (
    export_text,
    yaml_text,
)
from ansible_collections.quorum.mesos.plugins.module_utils._marathon.module.argument_spec import (
    connection_spec,
    open_client,
)
from ansible_collections.quorum.mesos.plugins.module_utils._marathon.module.module import MarathonModule
from ansible_collections.quorum.mesos.plugins.module_utils._marathon.module.secret_options import (
    secret_names,
    secret_spec,
)
from ansible_collections.quorum.mesos.plugins.module_utils._marathon.report import export

SUFFIXES = {"json": ".json", "yaml": ".yml"}
WRITERS = {"json": export_text.as_json, "yaml": export_text.as_yaml}
# Octal, or symbolic.
MODE = re.compile(r"(0o?)?[0-7]{3,4}|[ugoa]*([-+=]([rwxXst]*|[ugo]))+(,[ugoa]*([-+=]([rwxXst]*|[ugo]))+)*")
# What marathon_apps takes for a definition, with or without a further .j2.
DEFINITIONS = (".json", ".yml", ".yaml")


def argument_spec():
    return dict(
        connection_spec(),
        **secret_spec(),
        dest={"type": "path", "required": True},
        group={"type": "str", "default": "/"},
        format={"type": "str", "choices": ["json", "yaml"], "default": "json"},
        leave_out={"type": "list", "elements": "str", "default": []},
        mode={"type": "str", "default": "0600"},
    )


def read_documents(client, params):
    group_id = app_set.group_path(params["group"], "group")
    group = client.group(group_id)
    if group is None:
        raise DefinitionError(f"the group {group_id} does not exist on Marathon: check the option group")
    return list(export.documents(group, client.release(), tuple(params["leave_out"])))


def check_files(params):
    """What would only be found with the first file that is written."""
    if not params["dest"].strip():
        raise DefinitionError("dest is empty: give the directory that the files go to")
    above = os.path.abspath(params["dest"])
    while not os.path.lexists(above):
        above = os.path.dirname(above)
    if not os.path.isdir(above):
        raise DefinitionError(f"dest {params['dest']} cannot be written: {above} is not a directory; give another")
    if not MODE.fullmatch(params["mode"]):
        raise DefinitionError(f"mode is {params['mode']!r}: give one like 0600 or u=rw,g=r")


def definition_in(path):
    """What the file says now, for the diff; null where there is no definition."""
    try:
        return definition_files.read_value(path) if os.path.exists(path) else None
    except DefinitionError:
        return None


class Directory:
    """The files of one run. In check mode nothing is written."""

    def __init__(self, module):
        self._module = module
        self._dest = module.params["dest"]
        self._form = module.params["format"]
        self._names = secret_names(module.params)
        self._mode = module.params["mode"]
        self.changed = False
        self.files = []
        self.before = {}
        self.after = {}

    def make(self, path):
        if os.path.isdir(path):
            return
        self.changed = True
        if not self._module.check_mode:
            # The mode of makedirs is that of the last directory alone.
            parent = os.path.dirname(path.rstrip("/"))
            if parent and not os.path.isdir(parent):
                self.make(parent)
            os.mkdir(path, 0o700)

    def put(self, document):
        path = os.path.join(self._dest, document.name + SUFFIXES[self._form])
        text = WRITERS[self._form](document.definition).encode()
        changed = self._content(path) != text
        if changed:
            self._explain(path, document.definition)
            if not self._module.check_mode:
                self._write(path, text)
        if not self._module.check_mode or os.path.exists(path):
            changed = self._module.set_mode_if_different(path, self._mode, changed)
        self.changed |= changed
        self.files.append({"kind": document.kind, "id": document.id, "path": path, "changed": changed})

    def others(self):
        if not os.path.isdir(self._dest):
            return []
        written = {entry["path"] for entry in self.files}
        found = sorted(os.path.join(self._dest, name) for name in os.listdir(self._dest))
        return [path for path in found if path.removesuffix(".j2").endswith(DEFINITIONS) and path not in written]

    def _content(self, path):
        if not os.path.exists(path):
            return None
        with open(path, "rb") as handle:
            return handle.read()

    def _write(self, path, text):
        handle, temporary = tempfile.mkstemp(dir=self._module.tmpdir)
        with os.fdopen(handle, "wb") as stream:
            stream.write(text)
        self._module.atomic_move(temporary, path)

    def _explain(self, path, definition):
        old = definition_in(path)
        if old is not None:
            self.before[path] = secrets.mask(old, self._names)
        self.after[path] = secrets.mask(definition, self._names, old)


def main():
    module = MarathonModule(argument_spec=argument_spec(), supports_check_mode=True)
    params = module.params
    if params["format"] == "yaml" and yaml_text.yaml is None:
        module.fail_json(msg=missing_required_lib("PyYAML"), exception=yaml_text.YAML_IMPORT_ERROR)
    directory = Directory(module)
    try:
        check_files(params)
        ignored_in_set.split(params["leave_out"], option="leave_out")
        client = open_client(module)
        found = read_documents(client, params)
        directory.make(params["dest"])
        for document in found:
            directory.put(document)
        others = directory.others()
    except MarathonError as error:
        module.fail_json(msg=str(error), **error.facts)
    except OSError as error:
        module.fail_json(msg=f"dest {params['dest']} cannot be written: {error.strerror} ({error.filename})")
    if others:
        module.warn(
            f"{', '.join(others)}: no exported app, pod or group has this file; deploying {params['dest']} would "
            "deploy it too"
        )
    module.exit_json(
        changed=directory.changed,
        files=directory.files,
        others=others,
        requests=client.requests,
        diff={"before": directory.before, "after": directory.after},
    )


if __name__ == "__main__":
    main()
