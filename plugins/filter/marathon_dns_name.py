# Copyright (c) quorum.mesos contributors
# GNU General Public License v3.0 or later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

DOCUMENTATION = r"""
name: marathon_dns_name
short_description: Tell the name that Mesos-DNS gives to an app
version_added: 0.3.0
description:
  - Marathon names the tasks of V(/shop/web) V(web.shop), the innermost part first. Mesos-DNS writes a dash for every
    dot in that and adds the framework and its domain, V(web-shop.marathon.mesos).
author:
  - quorum.mesos contributors (@quorum-mesos)
positional: framework, domain
options:
  _input:
    description: Id of the app. A relative one is one below V(/).
    type: str
    required: true
  framework:
    description:
      - The name with which Marathon registers, which is its C(--framework_name). Mesos-DNS writes it in lower case,
        with a dash for an underscore, and without characters that DNS does not hold.
    type: str
    default: marathon
  domain:
    description: The domain that Mesos-DNS serves.
    type: str
    default: mesos
seealso:
  - plugin: quorum.mesos.marathon_endpoint
    plugin_type: lookup
"""

EXAMPLES = r"""
# web-shop.marathon.mesos
backend: "{{ '/shop/web' | quorum.mesos.marathon_dns_name }}"
# web-shop.prod.example.com
elsewhere: "{{ '/shop/web' | quorum.mesos.marathon_dns_name('prod', domain='example.com') }}"
"""

RETURN = r"""
_value:
  description: The name.
  type: str
  sample: web-shop.marathon.mesos
"""

import typing as t

from ansible.errors import AnsibleFilterError
from ansible_collections.quorum.mesos.plugins.module_utils._marathon.definition import values
from ansible_collections.quorum.mesos.plugins.module_utils._marathon.errors import MarathonError
from ansible_collections.quorum.mesos.roles._common.files.marathon_discovery.names import labels

_LONGEST_LABEL = 63


def marathon_dns_name(app_id: str, framework: str = "marathon", domain: str = "mesos") -> str:
    try:
        segments = values.absolute_id(app_id, "the app id").strip("/").split("/")
    except MarathonError as error:
        raise AnsibleFilterError(f"marathon_dns_name: {error}") from error
    label = "-".join(reversed(segments)).replace(".", "-")
    if len(label) > _LONGEST_LABEL:
        raise AnsibleFilterError(
            f"marathon_dns_name: {label!r} is longer than the {_LONGEST_LABEL} characters that DNS allows, so "
            "Mesos-DNS cuts it and other apps may get the same name: use a shorter id"
        )
    below = labels.framework(framework)
    if not below:
        raise AnsibleFilterError(
            f"marathon_dns_name: the framework {framework!r} has no letter or digit that DNS can hold, so its "
            "apps have no names"
        )
    return f"{label}.{below}.{domain}"


class FilterModule:
    """marathon_dns_name"""

    def filters(self) -> dict[str, t.Callable[..., t.Any]]:
        return {"marathon_dns_name": marathon_dns_name}
