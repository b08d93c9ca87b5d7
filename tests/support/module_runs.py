"""Runs of a whole module in the test's process: its arguments as Ansible gives them, its result as Ansible reads it."""

from __future__ import annotations

import contextlib
import importlib
import io
import json
import traceback
from dataclasses import dataclass
from typing import Any
from unittest import mock

from ansible.module_utils.basic import AnsibleModule
from ansible.module_utils.testing import patch_module_args

_MODULES = "ansible_collections.quorum.mesos.plugins.modules"


@dataclass(frozen=True)
class Run:
    result: dict[str, Any]
    warnings: tuple[str, ...]
    # Of an exception that the module did not refuse the input with.
    traceback: str | None = None

    @property
    def said(self) -> str:
        """The refusal, or the warnings of what was taken nevertheless."""
        return str(self.result.get("msg", "")) if self.result.get("failed") else "\n".join(self.warnings)


def run(module: str, arguments: dict[str, Any], check_mode: bool = True) -> Run:
    loaded = importlib.import_module(f"{_MODULES}.{module}")
    warnings: list[str] = []
    written = io.StringIO()
    failed = None
    # Nothing goes to the log of this machine, and a warning is said each time.
    with (
        mock.patch.object(AnsibleModule, "log", lambda *_arguments, **_named: None),
        mock.patch.object(AnsibleModule, "warn", lambda _self, warning, **_named: warnings.append(warning)),
        patch_module_args({**arguments, "_ansible_check_mode": check_mode}),
        contextlib.redirect_stdout(written),
    ):
        try:
            loaded.main()
        except SystemExit:
            pass
        except Exception:
            failed = traceback.format_exc()
    text = written.getvalue()
    return Run(json.loads(text) if text else {}, tuple(warnings), failed)
