"""Makes HAProxy serve a model: by words to the running worker where that is enough, else by a reload.

The file on disk always says what runs, so that a restart of HAProxy serves the same.
"""

from __future__ import annotations

import logging
import math
import os
import tempfile
import time
from collections.abc import Callable, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass, replace
from pathlib import Path

from ..apps.conflicts import place_of
from ..apps.model import Backend, Model, Settings
from ..config import Config
from . import check, saved
from .changes import Command, changes, differs
from .runtime import HaproxyError, Sockets
from .saved import Place, Saved
from .text import render

log = logging.getLogger("marathon-haproxy")
RELOAD_SECONDS = 2.0
_WORKER_SECONDS = 20.0
# An app that HAProxy refuses is tried again after this: a certificate may be another one by then.
_REJECTED_SECONDS = 300.0
_FAILED_SECONDS = 60.0

_NOT_LOADED = "HAProxy does not start with it; its log says why"

Build = Callable[[Mapping[str, str]], Model]


@dataclass(frozen=True)
class Applied:
    """``how``: nothing, runtime or reload. ``problem``: why the file does not say what is served."""

    how: str
    model: Model
    commands: tuple[str, ...] = ()
    problem: str | None = None


class NotLoaded(HaproxyError):
    """HAProxy takes the file with `-c`, and does not start with it."""


class Balancer:
    def __init__(self, config: Config, wait: Callable[[float], object] = time.sleep) -> None:
        self.sockets = Sockets(config.socket, config.master_socket)
        self.file = Path(config.backends_file)
        self._config = config
        self._wait = wait
        self._reloaded = -RELOAD_SECONDS
        # By app: until when, what it was made of, and why HAProxy refused it.
        self._rejected: dict[str, tuple[float, int, str]] = {}
        # By structure: since when HAProxy has not started with it, and the words for that.
        self._failed: dict[str, tuple[float, str]] = {}
        # The file as it must be, whatever has become of it, and what it was made of.
        self._known: str | None = None
        self._served: tuple[Model, Settings] | None = None

    def text(self) -> str:
        try:
            return self.file.read_text(encoding="utf-8")
        except FileNotFoundError:
            return ""
        except (OSError, ValueError) as error:
            raise HaproxyError(f"{self.file}: {error}") from error

    def _on_disk(self) -> str | None:
        try:
            return self.text()
        except HaproxyError:
            return None

    def known(self) -> str:
        """The file as this process has written it last; of an earlier process, as it is."""
        return self.text() if self._known is None else self._known

    def saved(self) -> Saved:
        return saved.read(self.known())

    def ours(self) -> frozenset[Place] | None:
        """Where HAProxy listens for apps; None where it runs and cannot be asked."""
        known = self.saved()
        try:
            if self.sockets.structure() == known.structure:
                return known.places
            return known.places | {("*", port) for port in self.sockets.ports()}
        except HaproxyError:
            pass
        try:
            self.sockets.of_master("show proc")
        except HaproxyError:
            # Without its master it does not run, and what it must listen on has to be free for its start.
            return frozenset()
        return None

    def running(self) -> bool:
        try:
            return self.sockets.worker() > 0
        except HaproxyError:
            return False

    def apply(self, build: Build, settings: Settings) -> Applied:
        """``build`` makes the model without the apps that are named to it with a reason."""
        whole = build({})
        try:
            done = self._without_the_cause(build, settings, whole)
        except HaproxyError:
            self._follow(self._without_rejected(build, whole))
            raise
        self._served = (done.model, settings)
        return done

    def _without_the_cause(self, build: Build, settings: Settings, whole: Model) -> Applied:
        rejected: list[str] = []
        while True:
            try:
                return self._applied(build, settings, whole)
            except NotLoaded as error:
                new = self._new(build, whole)
                if not new:
                    # It does not start without them either: they are not the cause.
                    for app in rejected:
                        self._rejected.pop(app, None)
                    raise
                log.error("%s; looking for the app that is the cause", error)
                # Without them another app can get what they wanted, hence the loop.
                self._reject(new, (), build, settings, whole)
                rejected += new

    def _applied(self, build: Build, settings: Settings, whole: Model) -> Applied:
        model = self._without_rejected(build, whole)
        text = render(model, settings)
        if self._runs(text):
            commands = changes(self.sockets.servers(), model)
            if commands is not None:
                told, problem = self._told(commands, model, text)
                if told:
                    how = "runtime" if any(not command.may_wait for command in commands) else "nothing"
                    return Applied(how, model, tuple(command.text for command in commands), problem)
            # The worker is not what it must be, and has no words for it.
            self._reload(text)
            return Applied("reload", model)
        model, text = self._accepted(build, settings, whole, model)
        self._reload(text)
        return Applied("reload", model)

    def _runs(self, text: str) -> bool:
        """Whether the worker has the structure of this file."""
        try:
            return self.sockets.structure() == saved.read(text).structure
        except HaproxyError:
            return False

    def _new(self, build: Build, whole: Model) -> list[str]:
        """The apps with a listener that HAProxy does not have yet."""
        ours = self.ours() or ()
        model = self._without_rejected(build, whole)
        backends = [one for one in model.backends if one.listener and place_of(one.listener) not in ours]
        return sorted({member for backend in backends for member in backend.members})

    def _reject(
        self, apps: Sequence[str], untried: Sequence[str], build: Build, settings: Settings, whole: Model
    ) -> None:
        """Of apps with which HAProxy does not start those that are the cause. Each look costs a reload."""
        if len(apps) == 1:
            self._rejected[apps[0]] = (math.inf, _made_of(whole, apps[0]), _NOT_LOADED)
            return
        middle = len(apps) // 2
        for half, rest in ((apps[:middle], apps[middle:]), (apps[middle:], ())):
            known = {app: reason for app, (_until, _made, reason) in self._rejected.items()}
            later = [*untried, *rest]
            try:
                self._reload(render(build({**known, **dict.fromkeys(later, _NOT_LOADED)}), settings))
            except NotLoaded:
                self._reject(half, later, build, settings, whole)

    def _follow(self, model: Model) -> None:
        """Where HAProxy does not load what is new, the servers of what it has loaded are followed all the same."""
        if self._served is None:
            return
        loaded, settings = self._served
        wanted = {backend.name: backend.servers for backend in model.backends}
        # Why it fails is said by what failed before.
        with suppress(HaproxyError):
            running = self.sockets.servers()
            found = []
            for one in loaded.backends:
                backend = replace(one, servers=wanted.get(one.name, one.servers))
                found.append(one if changes(running, Model((backend,))) is None else backend)
            followed = replace(loaded, backends=tuple(found))
            text = render(followed, settings)
            commands = changes(running, followed) if self._runs(text) else None
            if commands is not None:
                self._told(commands, followed, text)
                self._served = (followed, settings)

    def rehearse(self, build: Build, settings: Settings) -> tuple[Applied, str]:
        """What ``apply`` would do, and the file that it would write."""
        whole = build({})
        model = self._without_rejected(build, whole)
        text = render(model, settings)
        if self._runs(text):
            commands = changes(self.sockets.servers(), model)
            if commands is not None:
                how = "runtime" if commands else "nothing"
                return Applied(how, model, tuple(command.text for command in commands)), text
        model, text = self._accepted(build, settings, whole, model)
        return Applied("reload", model), text

    def _told(self, commands: Sequence[Command], model: Model, text: str) -> tuple[bool, str | None]:
        """Whether the worker is as it must be, and why the file is not: to tell the worker takes no disk."""
        problem = None
        try:
            if text != self._on_disk():
                self._write(text)
        except HaproxyError as error:
            problem = str(error)
        try:
            self.sockets.run(commands)
            if differs(self.sockets.servers(), model):
                return False, problem
        except HaproxyError:
            return False, problem
        self._known = text
        return True, problem

    def _accepted(self, build: Build, settings: Settings, whole: Model, model: Model) -> tuple[Model, str]:
        """A model that HAProxy takes with the base: without the apps because of which it does not take it whole."""
        text = render(model, settings)
        if self._refusal(text) is None:
            return model, text
        base = self._refusal(render(Model(), settings))
        if base is not None:
            raise HaproxyError(f"HAProxy refuses its file without any app: {base}")
        apps = sorted({member for backend in model.backends for member in backend.members})
        until = time.monotonic() + _REJECTED_SECONDS
        for app, why in check.culprits(apps, lambda some: self._refusal(render(_only(model, some), settings))):
            self._rejected[app] = (until, _made_of(whole, app), f"HAProxy refuses it: {why}")
        model = self._without_rejected(build, whole)
        text = render(model, settings)
        reason = self._refusal(text)
        if reason is not None:
            raise HaproxyError(f"HAProxy refuses the file, and no single app is the cause: {reason}")
        return model, text

    def _without_rejected(self, build: Build, whole: Model) -> Model:
        """Without the apps that HAProxy has refused and that have not changed since, for a while."""
        now = time.monotonic()
        self._rejected = {
            app: entry for app, entry in self._rejected.items() if now < entry[0] and _made_of(whole, app) == entry[1]
        }
        reasons = {app: reason for app, (_at, _text, reason) in self._rejected.items()}
        return build(reasons) if reasons else whole

    def _refusal(self, text: str) -> str | None:
        try:
            with tempfile.NamedTemporaryFile("w", encoding="utf-8", dir=self.file.parent, suffix=".cfg") as candidate:
                candidate.write(text)
                candidate.flush()
                return check.refusal(self._config.haproxy, self._config.base_file, candidate.name)
        except OSError as error:
            raise HaproxyError(f"{self.file.parent}: {error.strerror}") from error

    def _reload(self, text: str) -> None:
        structure = saved.read(text).structure
        since, why = self._failed.get(structure, (-_FAILED_SECONDS, ""))
        if time.monotonic() < since + _FAILED_SECONDS:
            raise HaproxyError(f"{why} (tried again within {_FAILED_SECONDS:.0f} s)")
        before = self.known()
        if not self.running():
            self._write(text)
            self._known = text
            raise HaproxyError("HAProxy does not run; the file is written for its next start")
        self._wait(max(0.0, self._reloaded + RELOAD_SECONDS - time.monotonic()))
        worker, restores = self.sockets.worker(), self._runs(before)
        self._write(text)
        try:
            loaded = self._reloads(worker, structure)
        except HaproxyError:
            self._write(before)
            raise
        if loaded:
            self._failed = {}
            self._known = text
            return
        self._write(before)
        # What is not the file of the running worker does not bring it back: it goes on as it is.
        if restores:
            self._reloads(self.sockets.worker(), saved.read(before).structure)
        why = "HAProxy did not start with the new file, so the previous one is in place again; its log says why"
        self._failed[structure] = (time.monotonic(), why)
        raise NotLoaded(why)

    def _reloads(self, worker: int, structure: str) -> bool:
        """Whether another worker answers, and has loaded the file of this structure."""
        self.sockets.reload()
        self._reloaded = time.monotonic()
        while time.monotonic() < self._reloaded + _WORKER_SECONDS:
            time.sleep(0.05)
            try:
                if self.sockets.worker() != worker and self.sockets.structure() == structure:
                    return True
            except HaproxyError:
                continue
        return False

    def _write(self, text: str) -> None:
        """At once, or not at all: who reads the file meanwhile sees one of the two."""
        try:
            with tempfile.NamedTemporaryFile("w", encoding="utf-8", dir=self.file.parent, delete=False) as new:
                try:
                    new.write(text)
                    new.flush()
                    os.fsync(new.fileno())
                    os.chmod(new.name, 0o640)
                    os.replace(new.name, self.file)
                except OSError:
                    os.unlink(new.name)
                    raise
        except OSError as error:
            raise HaproxyError(f"{self.file}: {error.strerror}") from error


def _only(model: Model, apps: Sequence[str]) -> Model:
    kept: list[Backend] = [backend for backend in model.backends if set(backend.members) & set(apps)]
    names = {backend.name for backend in kept}
    return Model(
        backends=tuple(kept),
        routes=tuple(route for route in model.routes if route.backend in names),
        app_ids=tuple((app, name) for app, name in model.app_ids if name in names),
    )


def _made_of(model: Model, app: str) -> int:
    """What of an app HAProxy can refuse: everything but its servers."""
    structures = tuple(replace(backend, servers=()) for backend in model.backends if app in backend.members)
    names = {backend.name for backend in structures}
    return hash((structures, tuple(route for route in model.routes if route.backend in names)))
