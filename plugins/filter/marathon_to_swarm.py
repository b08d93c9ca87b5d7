# Copyright (c) quorum.mesos contributors
# GNU General Public License v3.0 or later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

DOCUMENTATION = r"""
name: marathon_to_swarm
short_description: Translate definitions of Marathon to services of Docker Swarm
version_added: 0.5.0
description:
  - Returns a ServiceSpec of the Engine API 1.41 (Docker 20.10) for each app, and one for each container of a pod.
  - Every loss has a note. What the Engine would refuse, such as a name that is too long, is checked too.
  - No value of a secret is in the objects or the notes.
  - The same definitions and options give the same objects.
author:
  - quorum.mesos contributors (@quorum-mesos)
extends_documentation_fragment:
  - quorum.mesos.marathon_translation
seealso:
  - plugin: quorum.mesos.marathon_to_kubernetes
    plugin_type: filter
  - plugin: quorum.mesos.marathon_translation_report
    plugin_type: filter
  - module: quorum.mesos.marathon_translate
  - name: Leaving Mesos
    link: https://quorum.example.org/mesos/site/docs/way-out.html
    description: What a translation carries over, and what is lost.
"""

EXAMPLES = r"""
- name: Translate a definition, with ports on the node of each task
  ansible.builtin.set_fact:
    web: "{{ definition | quorum.mesos.marathon_to_swarm(publish_mode='host', swarm_network='shop') }}"
  vars:
    definition: "{{ lookup('ansible.builtin.file', 'web.json') | from_json }}"

- name: Show what is lost
  ansible.builtin.debug:
    msg: "{{ web.notes | map(attribute='text') | list }}"

- name: Write the ServiceSpec into a file
  ansible.builtin.copy:
    content: "{{ web.objects | first | ansible.builtin.to_nice_json }}"
    dest: "{{ playbook_dir }}/web-service.json"
    mode: "0644"
  delegate_to: localhost
"""

RETURN = r"""
_value:
  description: The services, the notes and the names.
  type: dict
  contains:
    objects:
      description: A ServiceSpec each. The targets of networks are names, and the ids of secrets are empty.
      type: list
      elements: dict
    notes:
      description:
        - What is lost, each as C(id), C(target), C(level) (V(manual), V(dropped), V(approximate) or V(warning)),
          C(field) and C(text).
        - C(field) is a JSON pointer into the definition as Marathon returns it, but C(/ports/<n>) is the n-th port
          wherever it is declared.
      type: list
      elements: dict
    names:
      description: Name of the service, or of the first one of a pod, by the id of the app or pod.
      type: dict
  sample:
    objects: [{"Name": "shop_web", "Mode": {"Replicated": {"Replicas": 3}}}]
    notes: [{"id": "/shop/web", "target": "swarm", "level": "dropped", "field": "/dependencies", "text": "..."}]
    names: {"/shop/web": "shop_web"}
"""

import typing as t

from ansible.errors import AnsibleFilterError
from ansible_collections.quorum.mesos.plugins.module_utils._translate import translation
from ansible_collections.quorum.mesos.plugins.module_utils._translate.definitions import MarathonError
from ansible_collections.quorum.mesos.plugins.module_utils._translate.notes import SWARM
from ansible_collections.quorum.mesos.plugins.module_utils._translate.options import WrongOption


def marathon_to_swarm(definition: t.Any, **options: t.Any) -> dict[str, t.Any]:
    try:
        return translation.for_target(definition, options, SWARM)
    except (MarathonError, WrongOption) as error:
        raise AnsibleFilterError(f"marathon_to_swarm: {error}") from error


class FilterModule:
    """marathon_to_swarm"""

    def filters(self) -> dict[str, t.Callable[..., t.Any]]:
        return {"marathon_to_swarm": marathon_to_swarm}
