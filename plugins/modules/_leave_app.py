#!/usr/bin/python
# Copyright (c) quorum.mesos contributors
# GNU General Public License v3.0 or later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

DOCUMENTATION = r"""
module: _leave_app
short_description: "[INTERNAL] Gather or save an app that leaves Marathon"
version_added: 0.10.0
description:
  - A helper of the playbook C(leave), which may change without notice between releases.
  - Reads the app from Marathon and the state of its way from a file, and writes both as files if it is told to save.
author:
  - quorum.mesos contributors (@quorum-mesos)
extends_documentation_fragment:
  - quorum.mesos.marathon
  - quorum.mesos.attributes
attributes:
  check_mode:
    support: full
  diff_mode:
    support: none
  idempotent:
    support: full
options:
  client_cert:
    version_added: 0.10.0
  client_key:
    version_added: 0.10.0
  connect_timeout:
    version_added: 0.10.0
  url_login:
    version_added: 0.10.0
  url_service_account:
    version_added: 0.10.0
  url_token:
    version_added: 0.10.0
  id:
    description:
      - The ID of the app.
    type: str
    required: true
  dest:
    description:
      - Directory for the states of all apps.
    type: path
    required: true
  kind:
    description:
      - The class of the app, which is written into its state.
    type: str
    default: ""
  modes:
    description:
      - The modes of the ports that load balancers serve, by their indices, which is written into its state.
    type: dict
    default: {}
  save:
    description:
      - Whether the definition and the state are written.
    type: bool
    default: false
  options:
    description:
      - Options of the translation, by which the app has other ports.
    type: dict
    default: {}
  app_options:
    description:
      - Options of the translation for this app.
    type: dict
    default: {}
"""

EXAMPLES = r"""
- name: Save an app
  quorum.mesos._leave_app:
    url: http://marathon.example.com:8080
    id: /shop/web
    dest: leave
    kind: http
    save: true
"""

RETURN = r"""
app:
  description: What of the app counts, without environment and commands; empty where Marathon does not have it.
  returned: success
  type: dict
  sample: {"instances": 2, "running": 2}
state:
  description: The state of its way, without the definition, which may have hashes of passwords among its labels.
  returned: success
  type: dict
  sample: {"id": "/shop/web", "class": "http", "done": {"save": "2026-01-31T22:00:00Z"}}
differs:
  description: Fields in which its definition is not the saved one any more, without the number of instances.
  returned: success
  type: list
  elements: str
  sample: [env]
directory:
  description: Directory of the files of this app.
  returned: success
  type: str
  sample: /srv/leave/shop_web
"""

import json
import os
import typing as t

from ansible_collections.quorum.mesos.plugins.module_utils import _private_file
from ansible_collections.quorum.mesos.plugins.module_utils._leave import apps, kept
from ansible_collections.quorum.mesos.plugins.module_utils._marathon.errors import MarathonError
from ansible_collections.quorum.mesos.plugins.module_utils._marathon.files import export_text
from ansible_collections.quorum.mesos.plugins.module_utils._marathon.module.argument_spec import (
    connection_spec,
    open_client,
)
from ansible_collections.quorum.mesos.plugins.module_utils._marathon.module.module import MarathonModule
from ansible_collections.quorum.mesos.plugins.module_utils._marathon.report import export
from ansible_collections.quorum.mesos.plugins.module_utils._translate import translation
from ansible_collections.quorum.mesos.plugins.module_utils._translate.notes import SWARM
from ansible_collections.quorum.mesos.plugins.module_utils._translate.options import WrongOption


def read_state(path: str) -> dict[str, t.Any]:
    try:
        with open(path, encoding="utf-8") as file:
            found = json.load(file)
    except FileNotFoundError:
        return {}
    except ValueError:
        raise OSError(0, "it is not JSON; correct it, or move it away to begin again") from None
    return found if isinstance(found, dict) else {}


def saved_definition(directory: str) -> dict[str, t.Any]:
    """Nothing where it cannot be read: the way on is refused then, and the way back may not need it."""
    try:
        with open(os.path.join(directory, "definition.json"), encoding="utf-8") as file:
            found = json.load(file)
    except (FileNotFoundError, ValueError):
        return {}
    return found if isinstance(found, dict) else {}


def numbers(definition: dict[str, t.Any], options: dict[str, t.Any], own: dict[str, t.Any]) -> dict[str, int]:
    """The container's ports after the translation, by the index of the port."""
    (made,) = translation.translate(
        [(definition, "the definition")], options, [SWARM], {definition["id"]: own} if own else {}
    )
    return {str(port.index): port.number for port in made.workload.ports}


def new_state(module: MarathonModule, app: dict[str, t.Any], definition: dict[str, t.Any]) -> dict[str, t.Any]:
    return {
        "id": app["id"],
        "class": module.params["kind"],
        "modes": {str(index): str(mode) for index, mode in module.params["modes"].items()},
        "instances": int(app.get("instances", 1)),
        "share": 0,
        "app": apps.served(app),
        "numbers": numbers(definition, module.params["options"], module.params["app_options"]),
        "done": {"save": kept.now()},
    }


def write(module: MarathonModule, path: str, text: str) -> None:
    directory = os.path.dirname(path)
    # The mode of makedirs is that of the last directory alone.
    for place in (os.path.dirname(directory), directory):
        if not os.path.isdir(place):
            os.makedirs(place, 0o700)
    _private_file.write(module, path, text.encode())


def main() -> None:
    module = MarathonModule(
        argument_spec=dict(
            connection_spec(),
            id={"type": "str", "required": True},
            dest={"type": "path", "required": True},
            kind={"type": "str", "default": ""},
            modes={"type": "dict", "default": {}},
            save={"type": "bool", "default": False},
            options={"type": "dict", "default": {}},
            app_options={"type": "dict", "default": {}},
        ),
        supports_check_mode=True,
    )
    params = module.params
    app_id = "/" + params["id"].strip("/")
    directory = os.path.join(params["dest"], apps.directory_name(app_id))
    path = kept.path_of(directory)
    changed = False
    differs: list[str] = []
    try:
        client = open_client(module)
        app = client.app(app_id)
        state = read_state(path)
        definition = export.minimal(app, client.release()) if app else {}
        if app and state.get("done"):
            differs = apps.differing(saved_definition(directory), json.loads(export_text.as_json(definition)))
        elif params["save"] and app:
            state = new_state(module, app, definition)
            changed = True
            if not module.check_mode:
                write(module, os.path.join(directory, "definition.json"), export_text.as_json(definition))
                write(module, path, kept.text_of(state))
    except MarathonError as error:
        module.fail_json(msg=str(error), **error.facts)
    except WrongOption as error:
        module.fail_json(msg=f"{app_id}: {error}")
    except OSError as error:
        module.fail_json(msg=f"{path}: {error.strerror}")
    seen = apps.seen(app) if app else {}
    module.exit_json(
        changed=changed, app=seen, state=kept.without_app(state, directory), directory=directory, differs=differs
    )


if __name__ == "__main__":
    main()
