#!/usr/bin/python
# Copyright (c) quorum.mesos contributors
# GNU General Public License v3.0 or later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

DOCUMENTATION = r"""
module: _image_registry
short_description: "[INTERNAL] Gather which image a registry has under a name"
version_added: 0.9.0
description:
  - A helper of the playbook C(image), which may change without notice between releases.
  - The Docker of the host asks the registry, so its own settings for it apply. Nothing is pulled.
author:
  - quorum.mesos contributors (@quorum-mesos)
options:
  name:
    description: The image with its registry, without a tag.
    type: str
    required: true
  reference:
    description: The tag, or the digest.
    type: str
    required: true
  label:
    description: Name of the label whose value is returned.
    type: str
  credentials:
    description: Logins of registries. Without one for this registry, what C(docker login) has stored is used.
    type: list
    elements: dict
    default: []
    suboptions:
      registry:
        description: The registry.
        type: str
        required: true
      username:
        description: The user.
        type: str
        required: true
      password:
        description: The password.
        type: str
        required: true
  socket:
    description: The socket of Docker.
    type: path
    default: /var/run/docker.sock
extends_documentation_fragment:
  - quorum.mesos.attributes
attributes:
  check_mode:
    support: full
  diff_mode:
    support: none
  idempotent:
    support: full
"""

EXAMPLES = r"""
- name: Gather the image that was built from a source
  quorum.mesos._image_registry:
    name: registry.example.org:5000/shop/outyet
    reference: source-9f86d081884c7d659a2feaa0
"""

RETURN = r"""
digest:
  description: The digest of the image in the registry; empty where it has none.
  returned: success
  type: str
  sample: sha256:f964dabd3996b35d7dfa702c33ee1617e6a08cb53dbb9929cefc9cc1b73305ff
present:
  description: Whether the host has an image of this name.
  returned: success
  type: bool
  sample: true
label:
  description: The label of the image that the host has; empty without one.
  returned: success
  type: str
  sample: sha256:9f86d081884c7d659a2feaa0c55ad015a3bf4f1b2b0b822cd15d6c15b0f00a08
"""

import json
import os
import typing as t
from pathlib import Path

from ansible.module_utils.basic import AnsibleModule
from ansible_collections.quorum.mesos.plugins.module_utils._docker import credentials, image_name, registry_login
from ansible_collections.quorum.mesos.plugins.module_utils._docker.engine import Engine, EngineRefusal, EngineSilence


def stored_logins() -> dict[str, t.Any]:
    """What `docker login` has written for this user."""
    directory = os.environ.get("DOCKER_CONFIG") or str(Path.home() / ".docker")
    try:
        with open(os.path.join(directory, "config.json"), encoding="utf-8") as file:
            found = json.load(file)
    except (OSError, ValueError):
        return {}
    return found if isinstance(found, dict) else {}


def main() -> None:
    module = AnsibleModule(
        argument_spec={
            "name": {"type": "str", "required": True},
            "reference": {"type": "str", "required": True},
            "label": {"type": "str"},
            "credentials": {
                "type": "list",
                "elements": "dict",
                "default": [],
                "no_log": False,
                "options": {
                    "registry": {"type": "str", "required": True},
                    "username": {"type": "str", "required": True},
                    "password": {"type": "str", "required": True, "no_log": True},
                },
            },
            "socket": {"type": "path", "default": "/var/run/docker.sock"},
        },
        supports_check_mode=True,
    )
    name, reference, socket = module.params["name"], module.params["reference"], module.params["socket"]
    host = image_name.registry(name)
    full = "%s%s%s" % (name, "@" if ":" in reference else ":", reference)
    given = image_name.login(credentials.config(module.params["credentials"]), host)
    try:
        login = registry_login.stored(given or image_name.login(stored_logins(), host), host)
    except ValueError as error:
        module.fail_json(
            msg="The stored login for %s cannot be read (%s): run `docker login %s` again." % (host, error, host)
        )
    docker = Engine(socket)
    try:
        local = docker.found("/images/%s/json" % full) or {}
        kept = docker.found("/distribution/%s/json" % full, headers=login) or {}
    except EngineRefusal as error:
        module.fail_json(msg="The registry of %s cannot be asked: %s" % (name, _remedy(error, host, bool(login))))
    except EngineSilence as error:
        module.fail_json(
            msg="%s: start it there (systemctl status docker), or let this user use its socket (become, or the group "
            "docker)." % error
        )
    labels = (local.get("Config") or {}).get("Labels") or {}
    module.exit_json(
        changed=False,
        digest=(kept.get("Descriptor") or {}).get("digest", ""),
        present=bool(local),
        label=labels.get(module.params["label"] or "", ""),
    )


def _remedy(answer: EngineRefusal, host: str, logged_in: bool) -> str:
    said = str(answer).rstrip(".")
    if answer.status in (401, 403) or "unauthorized" in said or "no basic auth" in said or "denied" in said:
        state = "the login for %s is refused" % host if logged_in else "authentication required"
        return "%s (%s); give user and password of %s in image_registry_credentials." % (state, said, host)
    if "HTTP response to HTTPS" in said or "certificate" in said or "x509" in said:
        return (
            "%s; let the Docker of this host trust it: its authority goes into /etc/docker/certs.d/%s/ca.crt, or the "
            "registry into docker_insecure_registries." % (said, host)
        )
    return "%s; check that %s answers this host." % (said, host)


if __name__ == "__main__":
    main()
