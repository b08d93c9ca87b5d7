"""One round from Marathon's apps to HAProxy."""

from __future__ import annotations

import hashlib
import logging
import os
from collections.abc import Callable, Collection, Iterable, Mapping, Sequence
from dataclasses import replace
from itertools import groupby
from operator import itemgetter
from pathlib import Path
from typing import Any

from . import guard
from .addresses import Addresses
from .apps import outside
from .apps.build import model as build_model
from .apps.conflicts import place_of
from .apps.fields import FieldError, shown
from .apps.model import Held, Listener, Model, Now, Settings
from .apps.outside import Everything, Outside
from .apps.tasks import host_names
from .config import Config
from .haproxy.apply import Applied, Balancer, Build
from .haproxy.runtime import HaproxyError
from .haproxy.saved import Place
from .haproxy.taken import taken
from .haproxy.text import choice
from .marathon.answer import MarathonError
from .marathon.client import Marathon
from .marathon.events import LONGEST_SECONDS
from .report.status import Status

log = logging.getLogger("marathon-haproxy")
# Commands of one round that the log has in full.
_SAID = 12
# Labels of one app without effect that the log has by name.
_LABELS_SAID = 5


class WrongOutside(Exception):
    """The file of the servers that do not run on Marathon cannot be used: one sentence."""


class Agent:
    def __init__(self, config: Config, status: Status, wait: Any) -> None:
        self.balancer = Balancer(config, wait)
        self.outside_file = config.outside_file
        self._config = config
        self._status = status
        self._addresses = Addresses()
        self._previous: Sequence[Mapping[str, Any]] | None = None
        self._good: Mapping[str, Outside] = {}
        self._followed = ""
        self._taken: Mapping[Place, str] = {}
        self._said: frozenset[str] = frozenset()

    def round(self, apps: Sequence[Mapping[str, Any]]) -> Applied:
        """Serves these apps. Nothing changes where it raises."""
        settings, believed, everything, build = self.plan(apps)
        done = self.balancer.apply(build, settings)
        if done.model.held is None:
            self._previous = believed
        self._followed = everything.digest
        self._status.applied(done, everything)
        if done.problem:
            log.error("%s; HAProxy serves what Marathon runs all the same", done.problem)
        self._say(done, everything.wrong.values())
        return done

    def round_of_file(self) -> None:
        """While Marathon does not answer: serves its last apps, where servers outside of it have changed since."""
        if self._previous is not None and self._file_digest() != self._followed:
            self.round(self._previous)

    def _file_digest(self) -> str:
        try:
            return hashlib.sha256(Path(self.outside_file).read_bytes()).hexdigest()
        except OSError:
            return ""

    def plan(
        self, apps: Sequence[Mapping[str, Any]]
    ) -> tuple[Settings, Sequence[Mapping[str, Any]], Everything, Build]:
        """The settings of this moment, the apps as far as they are believed, what is outside, and how to model it."""
        settings = self.settings()
        now = self._now(apps)
        everything = self._outside(now)
        found = build_model(apps, settings, now, everything)
        believed, held = self._believed(apps, found, settings, now)
        if held:
            now = replace(now, kept=guard.claims_of(held.names, now))

        def made(known: Now) -> Model:
            return guard.without(build_model(believed, settings, known, everything), held)

        if held or believed is not apps:
            found = made(now)
        ours = self.balancer.ours()
        if ours is None and self._taken:
            now = replace(now, taken=self._taken)
            found = made(now)
        # Whoever gets a listener that another app cannot have is looked at too.
        while ours is not None and (more := taken(_listeners(found, ours), ours)):
            now = replace(now, taken={**now.taken, **more})
            found = made(now)
        self._taken = now.taken

        def build(rejected: Mapping[str, str]) -> Model:
            return made(replace(now, rejected=rejected)) if rejected else found

        return settings, believed, everything, build

    def _outside(self, now: Now) -> Everything:
        path = self.outside_file
        try:
            with open(path, "rb") as file:
                found = outside.read(file.read(), self._good)
        except FileNotFoundError:
            found = Everything()
        except OSError as error:
            raise WrongOutside(f"{path}: {error.strerror}") from error
        except FieldError as error:
            raise WrongOutside(f"{path}: {error}") from error
        # A new process has no earlier entry to go by. What runs then must not lose servers because of a wrong one.
        for app in sorted(outside.served(now) & (found.wrong.keys() - found.of.keys())):
            raise WrongOutside(f"{path}: {found.wrong[app]}")
        self._good = found.of
        return found

    def _now(self, apps: Sequence[Mapping[str, Any]]) -> Now:
        saved = self.balancer.saved()
        return Now(saved.servers, saved.claims, self._addresses.of(host_names(apps)), numbers=saved.numbers)

    def settings(self) -> Settings:
        config = self._config
        certificates = _certificates(config.certificates)
        at_top = any("/" not in name for name in certificates)
        return Settings(
            groups=config.groups,
            strict=config.strict,
            http_port=config.http_port,
            https_port=config.https_port if at_top else None,
            app_id_port=config.app_id_port,
            reserved_ports=frozenset(config.reserved_ports),
            certificates_directory=config.certificates,
            certificates=certificates,
        )

    def _believed(
        self, apps: Sequence[Mapping[str, Any]], found: Model, settings: Settings, now: Now
    ) -> tuple[Sequence[Mapping[str, Any]], Held | None]:
        """The apps to go by, and what stays as it runs because of which there are none."""
        made_with = self.balancer.saved().settings
        lost = guard.losses(apps, found, now, made_with not in ("", choice(settings)))
        if self._config.allow_guarded or not guard.trips(lost, now, self._config.guard):
            self._status.guarded(None, ())
            return apps, None
        why = f"{sum(lost.values())} of {guard.served(now)} servers would vanish without an explanation (guard)"
        self._status.guarded(why, lost)
        log.warning("%s: they are still served", why)
        if self._previous is None:
            return apps, Held(guard.as_they_run(found, lost, now), self.balancer.known(), made_with)
        return guard.hold(self._previous, apps, lost, now), None

    def _say(self, done: Applied, wrong: Iterable[str]) -> None:
        if done.how == "reload":
            log.info("HAProxy reloaded: %d backends", len(done.model.backends))
        elif done.how == "runtime":
            more = f" and {len(done.commands) - _SAID} more" if len(done.commands) > _SAID else ""
            log.info("HAProxy changed without a reload: %s%s", "; ".join(done.commands[:_SAID]), more)
        words = frozenset([*_words(done.model), *(f"{self.outside_file}: {why}" for why in wrong)])
        for word in sorted(words - self._said):
            log.warning("%s", word)
        self._said = words


class Rounds:
    """Rounds that never raise: what goes wrong is in the log and in the status."""

    def __init__(self, config: Config, agent: Agent, marathon: Marathon, status: Status) -> None:
        self._config = config
        self._agent = agent
        self._marathon = marathon
        self._status = status

    def once(self) -> float:
        """One round; the most seconds until it is tried again where it failed."""
        try:
            apps = self._marathon.apps()
        except Exception as error:
            self._failed("marathon", error)
            self._served(self._agent.round_of_file)
            return LONGEST_SECONDS
        self._status.read(self._marathon.urls[self._marathon.current])
        # What HAProxy refuses it mostly refuses again, and each time it is asked costs a check of its files.
        return 0.0 if self._served(lambda: self._agent.round(apps)) else self._config.interval

    def _served(self, serve: Callable[[], object]) -> bool:
        try:
            serve()
        except Exception as error:
            self._failed("haproxy", error)
            return False
        return True

    def _failed(self, what: str, error: Exception) -> None:
        if isinstance(error, (MarathonError, HaproxyError, WrongOutside)):
            log.error("%s; the running configuration is kept", error)
            self._status.failed(what, str(error))
        else:
            # An unforeseen fault must not stop the loop: HAProxy keeps its configuration, and the status says why.
            log.error("unexpected", exc_info=error)
            self._status.failed(what, f"unexpected: {type(error).__name__}")


def _certificates(directory: str) -> frozenset[str]:
    found = set()
    for parent, _directories, names in os.walk(directory):
        for name in names:
            if not name.startswith("."):
                found.add(os.path.relpath(os.path.join(parent, name), directory))
    return frozenset(found)


def _listeners(model: Model, ours: Collection[Place]) -> list[Listener]:
    """Those that HAProxy does not have yet."""
    wanted = [backend.listener for backend in model.backends if backend.listener]
    return [one for one in wanted if place_of(one) not in ours]


def _words(model: Model) -> list[str]:
    return (
        [f"{one.app} is excluded: {one.reason}" for one in model.excluded]
        + [str(one) for one in model.conflicts]
        + [word for app, labels in groupby(model.ignored, itemgetter(0)) for word in _ignored(app, [*labels])]
    )


def _ignored(app: str, labels: Sequence[tuple[str, str]]) -> list[str]:
    """A few of them: whoever may start an app chooses their names and number."""
    words = [f"{app}: label {shown(label)} has no effect" for _app, label in labels[:_LABELS_SAID]]
    more = len(labels) - _LABELS_SAID
    return [*words, f"{app}: {more} more labels have no effect"] if more > 0 else words
