# Copyright (c) quorum.mesos contributors
# GNU General Public License v3.0 or later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

DOCUMENTATION = r"""
name: marathon_translation_report
short_description: Report what a translation of definitions of Marathon loses and needs
version_added: 0.5.0
description:
  - Makes a report in Markdown over a set of definitions. It has counts, what a person must do, node labels, secrets,
    networks and images that are needed, the names and ports of all, and every note.
  - No value of a secret is in the report.
author:
  - quorum.mesos contributors (@quorum-mesos)
extends_documentation_fragment:
  - quorum.mesos.marathon_translation
options:
  targets:
    description: What is translated to.
    type: list
    elements: str
    choices: [kubernetes, swarm]
    default: [kubernetes, swarm]
  app_options:
    description: Options of single apps and pods by id, which win over the others.
    type: dict
    default: {}
seealso:
  - plugin: quorum.mesos.marathon_to_kubernetes
    plugin_type: filter
  - plugin: quorum.mesos.marathon_to_swarm
    plugin_type: filter
  - module: quorum.mesos.marathon_translate
  - name: Leaving Mesos
    link: https://quorum.example.org/mesos/site/docs/way-out.html
    description: What a translation carries over, and what is lost.
"""

EXAMPLES = r"""
- name: Write a report over a file with a group
  ansible.builtin.copy:
    content: "{{ lookup('ansible.builtin.file', 'shop.json') | from_json | quorum.mesos.marathon_translation_report }}"
    dest: "{{ playbook_dir }}/REPORT.md"
    mode: "0644"
  delegate_to: localhost

- name: Report what Kubernetes needs, with one app as a CronJob
  ansible.builtin.debug:
    msg: "{{ shop | quorum.mesos.marathon_translation_report(targets=['kubernetes'], app_options=own) }}"
  vars:
    shop: "{{ lookup('ansible.builtin.file', 'shop.json') | from_json }}"
    own:
      /shop/cleanup: {kind: CronJob, schedule: 15 2 * * *}
"""

RETURN = r"""
_value:
  description: The report in Markdown.
  type: str
  sample: "# Report of the translation"
"""

import typing as t

from ansible.errors import AnsibleFilterError
from ansible_collections.quorum.mesos.plugins.module_utils._translate import report, translation
from ansible_collections.quorum.mesos.plugins.module_utils._translate.definitions import MarathonError
from ansible_collections.quorum.mesos.plugins.module_utils._translate.notes import TARGETS
from ansible_collections.quorum.mesos.plugins.module_utils._translate.options import WrongOption


def marathon_translation_report(
    definitions: t.Any,
    targets: t.Sequence[str] = TARGETS,
    app_options: t.Mapping[str, t.Mapping[str, t.Any]] | None = None,
    **options: t.Any,
) -> str:
    try:
        chosen = translation.chosen_targets(targets)
        translated = translation.translate(translation.sources(definitions), options, chosen, app_options)
    except (MarathonError, WrongOption) as error:
        raise AnsibleFilterError(f"marathon_translation_report: {error}") from error
    return report.markdown(translated, chosen)


class FilterModule:
    """marathon_translation_report"""

    def filters(self) -> dict[str, t.Callable[..., t.Any]]:
        return {"marathon_translation_report": marathon_translation_report}
