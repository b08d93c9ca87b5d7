# Copyright (c) quorum.mesos contributors
# GNU General Public License v3.0 or later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""A client of Marathon for plugins of the control node, whose options are those of the modules."""

from __future__ import annotations

import typing as t

from ansible.utils.display import Display
from ansible_collections.quorum.mesos.plugins.module_utils._marathon.api.client import Client
from ansible_collections.quorum.mesos.plugins.module_utils._marathon.errors import MarathonError
from ansible_collections.quorum.mesos.plugins.module_utils._marathon.module.argument_spec import (
    NO_URL,
    client_from,
    connection_spec,
)


def variable_of(option: str) -> str:
    """The variable that sets this option of the connection; url is marathon_url, url_password is marathon_password."""
    return "marathon_" + option.removeprefix("url_")


def variables_for(templar: t.Any, variables: t.Mapping[str, t.Any]) -> dict[str, t.Any]:
    """The variables that set the connection, with their templates done, as a lookup is given them undone."""
    names = (variable_of(option) for option in connection_spec())
    return {name: templar.template(variables[name]) for name in names if name in variables}


def open_client(option: t.Callable[[str], t.Any]) -> Client:
    """option is the plugin's get_option. Options that cannot be used raise MarathonError."""
    options = {name: option(name) for name in connection_spec()}
    if not any(options["url"] or []):
        raise MarathonError(NO_URL)
    return client_from(options, Display().warning)
