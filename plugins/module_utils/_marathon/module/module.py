# Copyright (c) quorum.mesos contributors
# GNU General Public License v3.0 or later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""A module that takes or tells definitions: their secrets are masked in what Ansible logs and returns."""

from __future__ import annotations

from contextlib import AbstractContextManager
from typing import Any

from ansible.module_utils.basic import AnsibleModule

from ..._http.endpoints import password_in
from ..._http.login.options import missing_url
from ..._words import printable
from .. import secrets
from ..errors import about
from . import option_types
from .secret_options import secret_names


class MarathonModule(AnsibleModule):
    """given holds the arguments as they are, params what may be seen of them."""

    # Not where definitions are asked for as data.
    masks_likely = True
    _given: dict[str, Any] | None = None
    # By the option, set when the arguments are read.
    _misread: dict[str, str] | None = None
    _subject: str | None = None

    def __init__(self, argument_spec: dict[str, Any], **settings: Any) -> None:
        super().__init__(argument_spec, **settings)
        if self._misread:
            self.fail_json(msg="")

    def fail_json(self, msg: str, **facts: Any) -> None:
        misread = "; ".join((self._misread or {}).values())
        if misread and self._subject:
            misread = f"{self._subject}: {misread}"
        super().fail_json(misread or msg, **facts)

    def warn(self, warning: str, *more: Any, **settings: Any) -> None:
        super().warn(printable(warning), *more, **settings)

    def _load_params(self) -> None:
        """Takes what cannot be read out of Ansible's way, for one sentence about each."""
        super()._load_params()
        self._misread = option_types.wrong(self.argument_spec, self.params)
        self._subject = _subject(self.params)
        no_url = missing_url(self.argument_spec, self.params)
        if no_url:
            self._misread["url"] = no_url
        self.params = {name: value for name, value in self.params.items() if name not in self._misread}

    def about_subject(self) -> AbstractContextManager[None]:
        """What is wrong with the definition, told with the app, pod or group that the task is about."""
        return about(self._subject)

    @property
    def given(self) -> dict[str, Any]:
        if self._given is None:
            self._given = self._hide()
        return self._given

    def _hide(self) -> dict[str, Any]:
        """Masks params and returns them as they were; once is enough."""
        given = self.params
        names = secret_names(given)
        self.no_log_values.update(secrets.values_to_hide(given, names))
        self.no_log_values.update(
            filter(None, map(password_in, [*_texts(given.get("url")), *_texts(given.get("url_login"))]))
        )
        self.params = secrets.mask({name: self._shown(name) for name in given}, names, likely=self.masks_likely)
        return given

    def _shown(self, name: str) -> Any:
        """The argument, but not the text of one that should be a definition and is none: its fields are not known."""
        value = self.params[name]
        if name == "definitions" and isinstance(value, list):
            return [_of_a_set(element) for element in value]
        spec = self.argument_spec.get(name, {"type": "dict"})
        if "dict" not in (spec.get("type"), spec.get("elements")):
            return value
        if isinstance(value, list):
            return [secrets.MASKED if isinstance(element, str) else element for element in value]
        return secrets.MASKED if isinstance(value, str) else value

    # The first is for the system's log; the second is also called when an argument is wrong.

    def _log_invocation(self) -> None:
        self._given = self.given
        super()._log_invocation()

    def _return_formatted(self, kwargs: dict[str, Any]) -> None:
        given = self.given
        if "msg" in kwargs:
            kwargs = {**kwargs, "msg": printable(kwargs["msg"])}
        # Marathon tells of apps too whose definition was not among the arguments.
        super()._return_formatted(secrets.mask(kwargs, secret_names(given), likely=self.masks_likely))


def _subject(params: dict[str, Any]) -> str | None:
    """The id as it was given: nothing has been checked yet."""
    definition = params.get("definition")
    names = [params.get("id"), params.get("name"), definition.get("id") if isinstance(definition, dict) else None]
    return next((name for name in names if name and isinstance(name, str)), None)


def _of_a_set(definition: Any) -> Any:
    """Its id only: a set may have thousands, and all that is shown is also logged and sent back to the controller."""
    if isinstance(definition, dict):
        return {"id": definition["id"]} if "id" in definition else {}
    return secrets.MASKED if isinstance(definition, str) else definition


def _texts(value: Any) -> list[str]:
    return [str(element) for element in (value if isinstance(value, list) else [value]) if element is not None]
