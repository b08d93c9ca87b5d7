# Copyright (c) quorum.mesos contributors
# GNU General Public License v3.0 or later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

DOCUMENTATION = r"""
name: marathon_to_kubernetes
short_description: Translate definitions of Marathon to objects of Kubernetes
version_added: 0.5.0
description:
  - Returns a Deployment, or a StatefulSet where there are persistent volumes, with Service, Ingress or HTTPRoute,
    ConfigMap, PersistentVolume and claim, and PodDisruptionBudget as the definition needs them, or a Job or CronJob.
  - Every loss has a note. What no rule of a schema finds, such as a name that is too long, is checked too.
  - No value of a secret is in the objects or the notes.
  - The same definitions and options give the same objects.
  - No cluster was at hand when this was written. The objects pass the strict schemas of Kubernetes 1.29 and 1.37.
author:
  - quorum.mesos contributors (@quorum-mesos)
extends_documentation_fragment:
  - quorum.mesos.marathon_translation
seealso:
  - plugin: quorum.mesos.marathon_to_swarm
    plugin_type: filter
  - plugin: quorum.mesos.marathon_translation_report
    plugin_type: filter
  - module: quorum.mesos.marathon_translate
  - name: Leaving Mesos
    link: https://quorum.example.org/mesos/site/docs/way-out.html
    description: What a translation carries over, and what is lost.
"""

EXAMPLES = r"""
- name: Translate a definition, with an Ingress of a class and in a namespace of its own
  ansible.builtin.set_fact:
    web: "{{ definition | quorum.mesos.marathon_to_kubernetes(namespace='shop', ingress_class='haproxy') }}"
  vars:
    definition: "{{ lookup('ansible.builtin.file', 'web.json') | from_json }}"

- name: Stop for what is lost
  ansible.builtin.assert:
    that: web.notes | selectattr('level', 'in', ['manual', 'dropped']) | length == 0
    fail_msg: "{{ web.notes }}"

- name: Write the objects into a file
  ansible.builtin.copy:
    content: "{{ {'apiVersion': 'v1', 'kind': 'List', 'items': web.objects} | ansible.builtin.to_nice_json }}"
    dest: "{{ playbook_dir }}/web-objects.json"
    mode: "0644"
  delegate_to: localhost

- name: Translate an app that runs every night
  ansible.builtin.debug:
    msg: "{{ cleanup | quorum.mesos.marathon_to_kubernetes(kind='CronJob', schedule='15 2 * * *') }}"
  vars:
    cleanup: {id: /batch/cleanup, cmd: cleanup, container: {type: DOCKER, docker: {image: cleanup}}}
"""

RETURN = r"""
_value:
  description: The objects, the notes and the names.
  type: dict
  contains:
    objects:
      description: Objects of Kubernetes.
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
      description: Name of the Deployment or its like, by the id of the app or pod.
      type: dict
  sample:
    objects: [{"apiVersion": "apps/v1", "kind": "Deployment", "metadata": {"name": "shop-web"}}]
    notes: [{"id": "/shop/web", "target": "kubernetes", "level": "dropped", "field": "/dependencies", "text": "..."}]
    names: {"/shop/web": "shop-web"}
"""

import typing as t

from ansible.errors import AnsibleFilterError
from ansible_collections.quorum.mesos.plugins.module_utils._translate import translation
from ansible_collections.quorum.mesos.plugins.module_utils._translate.definitions import MarathonError
from ansible_collections.quorum.mesos.plugins.module_utils._translate.notes import KUBERNETES
from ansible_collections.quorum.mesos.plugins.module_utils._translate.options import WrongOption


def marathon_to_kubernetes(definition: t.Any, **options: t.Any) -> dict[str, t.Any]:
    try:
        return translation.for_target(definition, options, KUBERNETES)
    except (MarathonError, WrongOption) as error:
        raise AnsibleFilterError(f"marathon_to_kubernetes: {error}") from error


class FilterModule:
    """marathon_to_kubernetes"""

    def filters(self) -> dict[str, t.Callable[..., t.Any]]:
        return {"marathon_to_kubernetes": marathon_to_kubernetes}
