"""Runs of the modules' own parts in the test's process, over HTTP and without Ansible: hundreds in a minute."""

from __future__ import annotations

import time
from dataclasses import dataclass
from typing import Any

from ansible_collections.quorum.mesos.plugins.module_utils._marathon.api.client import Client
from ansible_collections.quorum.mesos.plugins.module_utils._marathon.api.http import Http
from ansible_collections.quorum.mesos.plugins.module_utils._marathon.app import desired
from ansible_collections.quorum.mesos.plugins.module_utils._marathon.app.run import AppRunner
from ansible_collections.quorum.mesos.plugins.module_utils._marathon.apps.planning.plan import Rules
from ansible_collections.quorum.mesos.plugins.module_utils._marathon.apps.run import SetOptions, SetRunner
from ansible_collections.quorum.mesos.plugins.module_utils._marathon.definition import apps as app_set
from ansible_collections.quorum.mesos.plugins.module_utils._marathon.errors import MarathonError
from ansible_collections.quorum.mesos.plugins.module_utils._marathon.group.run import (
    GroupOptions,
    GroupRunner,
    declared_tree,
)
from ansible_collections.quorum.mesos.plugins.module_utils._marathon.pod.run import PodOptions, PodRunner
from ansible_collections.quorum.mesos.plugins.module_utils._marathon.wait.app import Waiter
from ansible_collections.quorum.mesos.plugins.module_utils._marathon.wait.apps import SetWaiter
from ansible_collections.quorum.mesos.plugins.module_utils._marathon.wait.deployment import DeploymentWaiter
from ansible_collections.quorum.mesos.plugins.module_utils._marathon.wait.pod import PodWaiter


@dataclass(frozen=True)
class Outcome:
    changed: bool
    diff: Any
    refusal: str | None
    # Of the error.
    kind: str | None
    facts: dict[str, Any]
    warnings: tuple[str, ...]


class Modules:
    """Nothing waits: what is compared is known when the write is answered."""

    def __init__(self, url: str) -> None:
        self._url = url

    def app(self, definition: dict[str, Any], check_mode: bool, **options: Any) -> Outcome:
        def run(client: Client, warn: Any) -> dict[str, Any]:
            chosen = desired.AppOptions(definition=definition, wait=False, **options)
            waiter = Waiter(client, 5, time.monotonic, time.sleep)
            return AppRunner(client, waiter, chosen, time.sleep, warn).run(check_mode)

        return self._outcome(run)

    def pod(self, definition: dict[str, Any], check_mode: bool, **options: Any) -> Outcome:
        def run(client: Client, warn: Any) -> dict[str, Any]:
            chosen = PodOptions(definition=definition, wait=False, **options)
            waiter = PodWaiter(client, 5, time.monotonic, time.sleep)
            return PodRunner(client, waiter, chosen, time.sleep, warn).run(check_mode)

        return self._outcome(run)

    def apps(self, definitions: list[Any], check_mode: bool, **rules: Any) -> Outcome:
        def run(client: Client, warn: Any) -> dict[str, Any]:
            sources = [app_set.Source(one, f"file{number}") for number, one in enumerate(definitions, 1)]
            options = SetOptions(Rules(**rules), wait=False)

            def waiter(read: Any) -> SetWaiter:
                return SetWaiter(read, client, 5, time.monotonic, time.sleep)

            return SetRunner(client, app_set.build(sources), options, waiter, time.sleep, warn).run(check_mode)

        return self._outcome(run)

    def group(self, definition: dict[str, Any], check_mode: bool, **options: Any) -> Outcome:
        def run(client: Client, warn: Any) -> dict[str, Any]:
            chosen = GroupOptions(definition=definition, wait=False, **options)

            def waiter(read: Any) -> SetWaiter:
                return SetWaiter(read, client, 5, time.monotonic, time.sleep)

            def deployments(seconds: float) -> DeploymentWaiter:
                return DeploymentWaiter(client, seconds, time.monotonic, time.sleep)

            declared = declared_tree(client, chosen)
            return GroupRunner(client, declared, chosen, waiter, deployments, time.sleep, warn).run(check_mode)

        return self._outcome(run)

    def _outcome(self, run: Any) -> Outcome:
        warnings: list[str] = []
        client = Client(Http([self._url], time.sleep))
        try:
            result = run(client, warnings.append)
        except MarathonError as error:
            diff = error.facts.get("diff")
            return Outcome(False, diff, str(error), type(error).__name__, error.facts, tuple(warnings))
        return Outcome(result["changed"], result["diff"], None, None, result, tuple(warnings))
