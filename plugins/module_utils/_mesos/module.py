# Copyright (c) quorum.mesos contributors
# GNU General Public License v3.0 or later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""A module that asks the masters: without an address it says where one can be named."""

from __future__ import annotations

from typing import Any

from ansible.module_utils.basic import AnsibleModule

from .._http.login.options import missing_url


class MesosModule(AnsibleModule):
    _no_url: str | None = None

    def __init__(self, argument_spec: dict[str, Any], **settings: Any) -> None:
        super().__init__(argument_spec, **settings)
        if self._no_url:
            self.fail_json(msg="")

    def fail_json(self, msg: str, **facts: Any) -> None:
        super().fail_json(self._no_url or msg, **facts)

    def _load_params(self) -> None:
        super()._load_params()
        self._no_url = missing_url(self.argument_spec, self.params)
