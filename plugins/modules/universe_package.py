#!/usr/bin/python
# Copyright (c) quorum.mesos contributors
# GNU General Public License v3.0 or later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

DOCUMENTATION = r"""
module: universe_package
short_description: Manage a package of the DC/OS Universe on Marathon
version_added: 0.8.0
description:
  - Describes, renders, installs, updates and removes a package of a Universe repository as an application on Marathon,
    without DC/OS.
  - The app is rendered as the package manager of DC/OS does it. The defaults of C(config.json) are joined with
    O(options), the result is checked against the schema in C(config.json), and C(marathon.json.mustache) is filled in.
    The labels that DC/OS writes are added, so DC/OS tools find the package.
  - What is rendered is then deployed as M(quorum.mesos.marathon_app) deploys a definition, with the same plan, diff,
    check mode, wait and messages. Which change restarts instances is taken from C(AppDefinition.scala) of Marathon
    1.11.
  - What the app expects of DC/OS, for example C(leader.mesos) or a virtual address, is a warning on every run.
  - A command line tool of a package is not installed, and a package whose tool is all that it has is refused.
author:
  - quorum.mesos contributors (@quorum-mesos)
requirements:
  - jsonschema 4.18 or newer, with O(state=present) and O(state=rendered)
extends_documentation_fragment:
  - quorum.mesos.marathon
  - quorum.mesos.marathon_progress
  - quorum.mesos.marathon_stay
  - quorum.mesos.marathon_strict
  - quorum.mesos.attributes
  - quorum.mesos.attributes.actiongroup_marathon
attributes:
  check_mode:
    support: full
    details: As M(quorum.mesos.marathon_app). Options that do not match the schema are refused in check mode too.
  diff_mode:
    support: full
    details: The diff is that of the app.
  idempotent:
    support: full
options:
  url:
    description:
      - Address of Marathon, as for P(quorum.mesos.marathon_app#module). It is required with O(state=present) and
        O(state=absent), and is not used otherwise.
      - If not set, the environment variable E(MARATHON_URL) is used.
    type: list
    elements: str
    required: false
  url_token:
    version_added: 0.8.0
  client_cert:
    version_added: 0.8.0
  client_key:
    version_added: 0.8.0
  connect_timeout:
    version_added: 0.8.0
  progress:
    version_added: 0.8.0
  healthy_for:
    version_added: 0.8.0
  task_output:
    version_added: 0.8.0
  strict:
    version_added: 0.8.0
  name:
    description: Name of the package, for example V(nginx).
    type: str
    required: true
  state:
    description:
      - V(present) means that the app of the package runs as the package and O(options) say. It is created or updated.
      - V(absent) means that the app and its instances are gone.
      - V(rendered) returns the app as RV(app), and changes nothing. No Marathon is asked.
      - V(described) returns what the package says of itself as RV(package), with its schema and its template.
    type: str
    choices: [present, absent, rendered, described]
    default: present
  src:
    description:
      - Repositories on the host that executes the module. The first one that has the package is used. A path that is
        not absolute begins at the directory of the playbook where the task runs on the controller.
      - Each is a directory or a zip archive with C(packages/<letter>/<name>/<release>/), a directory or a zip archive
        of one package with its C(package.json), or a JSON file with a list C(packages).
      - An archive is read and not unpacked. One whose members are links or leave the archive is refused.
      - Required unless O(state=absent).
    type: list
    elements: path
  version:
    description:
      - Version of the package. If not set, it is that of the newest release, which is the one with the highest number.
    type: str
  options:
    description:
      - Options of the package. Mappings are joined with the defaults of the package key by key, everything else
        replaces the default.
      - They are authoritative unless O(merge) is set. An option that is left out returns to its default.
    type: dict
    default: {}
  merge:
    description:
      - Join O(options) with the options that the app was installed with, which are in its label
        C(DCOS_PACKAGE_OPTIONS). V(null) removes an option, so that it returns to its default.
      - Only with O(state=present). An app that does not exist is created with O(options) alone.
    type: bool
    default: false
  app_id:
    description:
      - Id of the app. If not set, it is the id that the template gives.
      - With O(merge) and with O(state=absent) it is the id of the only app of the package, and required when there are
        several.
    type: str
  source:
    description:
      - Address of the repository for the label C(DCOS_PACKAGE_SOURCE).
      - If not set, an app keeps its own, and a new app gets the path of the repository.
    type: str
  definition_label:
    description:
      - Write the label C(DCOS_PACKAGE_DEFINITION), which has the whole package and is up to 54 kB long.
      - Without it, to which versions an installed one can be changed is taken from O(src).
      - Another text of the same release in this label is not a change.
    type: bool
    default: true
  secret_options:
    description:
      - Names of options whose values are secret, with a dot between the levels, for example V(service.password). Their
        values are masked wherever they occur, and so is the label C(DCOS_PACKAGE_OPTIONS), which has them in base64.
      - An option whose name looks like that of a secret (C(password), C(token), C(secret), C(api_key) and the like) is
        masked without being named.
    type: list
    elements: str
    default: []
  secret_env:
    description: Names of variables in C(env) of the app whose values are secret, as for M(quorum.mesos.marathon_app).
    type: list
    elements: str
    default: []
  secret_labels:
    description: Names of C(labels) of the app whose values are secret.
    type: list
    elements: str
    default: []
  ignore_fields:
    description:
      - Fields of the app that keep the value the app has, for example V(instances) when an autoscaler sets it, as for
        M(quorum.mesos.marathon_app).
    type: list
    elements: str
    default: []
  force:
    description:
      - Cancel a running deployment of the app that is in the way, as for M(quorum.mesos.marathon_app).
    type: bool
    default: false
  wait:
    description:
      - Wait until the app runs as rendered, with all of its instances, healthy if it has health checks. With
        O(state=absent), wait until all of its instances are gone.
    type: bool
    default: true
  wait_for:
    description: What O(wait) waits for, as for M(quorum.mesos.marathon_app).
    type: str
    choices: [deployment, healthy]
    default: healthy
  wait_timeout:
    description: Maximum time to wait, in seconds, 0 or more.
    type: int
    default: 300
  on_failure:
    description:
      - What to do about a change whose wait has failed, as for M(quorum.mesos.marathon_app).
    type: str
    choices: [leave, rollback]
    default: leave
seealso:
  - module: quorum.mesos.marathon_app
  - module: quorum.mesos.mesos_framework
    description: Removes what the scheduler of a package leaves on the masters.
  - name: Packages of the DC/OS Universe
    link: https://quorum.example.org/mesos/site/docs/universe.html
    description: The guide, with a playbook for what C(dcos package install) does.
"""

EXAMPLES = r"""
- name: Show what a package is and which options it takes
  quorum.mesos.universe_package:
    name: nginx
    src: ["{{ playbook_dir }}/universe"]
    state: described
  delegate_to: localhost

- name: Render it, to see what would run
  quorum.mesos.universe_package:
    name: nginx
    src: ["{{ playbook_dir }}/universe"]
    options:
      service: {name: /shop/nginx}
    state: rendered
  delegate_to: localhost
  register: rendered

- name: Install it with options
  quorum.mesos.universe_package:
    url: http://marathon.example.com:8080
    name: nginx
    src: ["{{ playbook_dir }}/universe"]
    options:
      service: {name: /shop/nginx, mem: 64}
  delegate_to: localhost

- name: Change one option, and keep the others that it was installed with
  quorum.mesos.universe_package:
    url: http://marathon.example.com:8080
    name: nginx
    src: ["{{ playbook_dir }}/universe"]
    app_id: /shop/nginx
    options:
      service: {instances: 2}
    merge: true
  delegate_to: localhost

- name: Remove it
  quorum.mesos.universe_package:
    url: http://marathon.example.com:8080
    name: nginx
    app_id: /shop/nginx
    state: absent
  delegate_to: localhost
"""

RETURN = r"""
package:
  description: What the package says of itself in C(package.json), and what is beside that.
  returned: success, unless O(state=absent)
  type: dict
  contains:
    name:
      description: Name of the package.
      type: str
      returned: always
    version:
      description: Version of the package.
      type: str
      returned: always
    release:
      description: Number of the release, which orders the versions.
      type: int
      returned: always
    versions:
      description: All versions in the repository, the oldest release first.
      type: list
      elements: str
      returned: always
    repository:
      description: The element of O(src) that has the package.
      type: str
      returned: always
    preInstallNotes:
      description: What the package says before it is installed.
      type: str
      returned: when the package has it
    postInstallNotes:
      description: What the package says after it is installed.
      type: str
      returned: when the package has it
    config:
      description: The schema of the options.
      type: dict
      returned: with O(state=described), null when there is none
    resource:
      description: Images, files and command line tools that the package names.
      type: dict
      returned: with O(state=described), null when there is none
    command:
      description: The command line tool of a package of 2.0 or 3.0.
      type: dict
      returned: with O(state=described), null when there is none
    template:
      description: The template of the app.
      type: str
      returned: with O(state=described), null when there is none
  sample: {name: nginx, version: 1.25.0, release: 3, versions: [1.24.0, 1.25.0], repository: /srv/universe}
options:
  description: The options that the app was rendered with, which are the defaults with O(options) over them.
  returned: success with O(state=present) and O(state=rendered)
  type: dict
  sample: {service: {name: /shop/nginx, mem: 64}}
dcos_only:
  description: What the app expects of DC/OS, which a Marathon alone does not give it. Each is a warning too.
  returned: success with O(state=present) and O(state=rendered)
  type: list
  elements: dict
  contains:
    text:
      description: What is expected.
      type: str
      returned: always
    fields:
      description: Where in the app, as JSON pointers.
      type: list
      elements: str
      returned: always
  sample:
    - text: leader.mesos is a name of Mesos-DNS
      fields: [/env/MASTER]
app:
  description:
    - With O(state=rendered) the app as rendered. Otherwise the app as P(quorum.mesos.marathon_app#module) returns it.
  returned: success, unless O(state=described)
  type: dict
  sample: {id: /shop/nginx, cpus: 0.1, mem: 64.0}
msg:
  description: What runs, where and how long the change took, or in check mode the plan.
  returned: always with O(state=present) and O(state=absent)
  type: str
  sample: "/shop/nginx: 1 of 1 running after 4 s at slave1:31001"
action:
  description: What was done, or would be done in check mode.
  returned: success with O(state=present) and O(state=absent)
  type: str
  choices: [created, updated, scaled, deleted, none]
  sample: updated
restarts:
  description: Whether the change replaces running instances.
  returned: success with O(state=present) and O(state=absent)
  type: bool
  sample: true
steps:
  description: What Marathon does, or would do, one after the other.
  returned: success with O(state=present) and O(state=absent)
  type: list
  elements: str
  sample: [RestartApplication]
before:
  description: The app before the change; null when there was none.
  returned: success with O(state=present) and O(state=absent)
  type: dict
  sample: {id: /shop/nginx, cpus: 0.1, mem: 32.0}
after:
  description: The app as planned; null when it is removed.
  returned: success with O(state=present) and O(state=absent)
  type: dict
  sample: {id: /shop/nginx, cpus: 0.1, mem: 64.0}
deployment_id:
  description: The deployment that Marathon started for the change.
  returned: when something was written
  type: str
  sample: 5cd987cd-85ae-4e70-8df7-f1438367d9cb
tasks:
  description: The running instances, as P(quorum.mesos.marathon_app#module) returns them.
  returned: success with O(state=present) and O(state=absent)
  type: list
  elements: dict
  sample: []
endpoints:
  description: Where the running instances answer, one C(host:port) for every port of every task.
  returned: success with O(state=present) and O(state=absent)
  type: list
  elements: str
  sample: ["slave1.example.com:31001"]
details:
  description: The options that do not match the schema, or the places in the app that Marathon refuses, and why.
  returned: failure because of options or of the app
  type: list
  elements: dict
  contains:
    path:
      description: JSON pointer to the option, or the place in the app.
      type: str
      returned: always
    errors:
      description: What is wrong there.
      type: list
      elements: str
      returned: always
  sample:
    - path: /service/cpus
      errors: ["is 0.01, but must be 0.1 or more"]
requests:
  description: Number of HTTP requests that were sent.
  returned: success with O(state=present) and O(state=absent)
  type: int
  sample: 5
"""

import os
import time

from ansible.module_utils.basic import missing_required_lib
from ansible_collections.quorum.mesos.plugins.module_utils._marathon import secrets
from ansible_collections.quorum.mesos.plugins.module_utils._marathon.app import report as app_report
from ansible_collections.quorum.mesos.plugins.module_utils._marathon.app.desired import AppOptions
from ansible_collections.quorum.mesos.plugins.module_utils._marathon.app.run import AppRunner
from ansible_collections.quorum.mesos.plugins.module_utils._marathon.definition import app_fields, values
from ansible_collections.quorum.mesos.plugins.module_utils._marathon.errors import (
    DefinitionError,
    MarathonError,
)
from ansible_collections.quorum.mesos.plugins.module_utils._marathon.module.argument_spec import (
    NO_URL,
    connection_spec,
    open_client,
)
from ansible_collections.quorum.mesos.plugins.module_utils._marathon.module.module import MarathonModule
from ansible_collections.quorum.mesos.plugins.module_utils._marathon.module.progress import (
    progress_spec,
    reporter,
)
from ansible_collections.quorum.mesos.plugins.module_utils._marathon.module.secret_options import (
    secret_names,
    secret_spec,
)
from ansible_collections.quorum.mesos.plugins.module_utils._marathon.module.wait_options import (
    outputs,
    stay_spec,
    wait_spec,
)
from ansible_collections.quorum.mesos.plugins.module_utils._marathon.plan.app import NONE, Plan
from ansible_collections.quorum.mesos.plugins.module_utils._marathon.wait.app import Waiter
from ansible_collections.quorum.mesos.plugins.module_utils._universe import (
    app as package_app,
)
from ansible_collections.quorum.mesos.plugins.module_utils._universe import (
    installed,
    labels,
    outside_dcos,
    repository,
    schema,
    secret_options,
)
from ansible_collections.quorum.mesos.plugins.module_utils._universe import (
    options as package_options,
)

PRESENT = "present"
ABSENT = "absent"
RENDERED = "rendered"
DESCRIBED = "described"


def argument_spec():
    connection = connection_spec()
    return dict(
        connection,
        **progress_spec(),
        **stay_spec(),
        **secret_spec(),
        **wait_spec(),
        url=dict(connection["url"], required=False),
        name={"type": "str", "required": True},
        state={"type": "str", "choices": [PRESENT, ABSENT, RENDERED, DESCRIBED], "default": PRESENT},
        src={"type": "list", "elements": "path"},
        version={"type": "str"},
        options={"type": "dict", "default": {}},
        merge={"type": "bool", "default": False},
        app_id={"type": "str"},
        source={"type": "str"},
        definition_label={"type": "bool", "default": True},
        secret_options={"type": "list", "elements": "str", "default": [], "no_log": False},
        ignore_fields={"type": "list", "elements": "str", "default": []},
        strict={"type": "bool", "default": False},
        force={"type": "bool", "default": False},
        wait_for={"type": "str", "choices": ["deployment", "healthy"], "default": "healthy"},
        on_failure={"type": "str", "choices": ["leave", "rollback"], "default": "leave"},
    )


class UniverseModule(MarathonModule):
    """Also masks the options of the package."""

    def _hide(self):
        given = super()._hide()
        self.hide_options(given.get("options"))
        self.params["options"] = secret_options.masked(given.get("options"), self.secret_options)
        return given

    @property
    def secret_options(self):
        named = self.params.get("secret_options") or []
        # Ansible may not have made a list of it yet.
        return tuple(name.strip() for name in (named.split(",") if isinstance(named, str) else map(str, named)))

    def hide_options(self, options):
        self.no_log_values.update(secret_options.values(options, self.secret_options))


class Installation:
    """The package of a task, and what becomes of it on Marathon."""

    def __init__(self, module):
        self._module = module
        self._given = module.given
        self._name = self._given["name"]
        self._options = self._given["options"] or {}

    def described(self):
        found = self._found()
        package = found.package
        parts = {
            "config": package.config,
            "resource": package.resource,
            "command": package.command,
            "template": package.template,
        }
        return {"changed": False, "package": {**_described(found), **parts}}

    def rendered(self):
        found = self._found()
        options = self._options
        app = self._app(found, options, self._app_id())
        shown = secrets.mask(app.definition, self._secret_names([options]))
        return {"changed": False, "app": shown, **self._told(found, app)}

    def present(self, client, waiter):
        found = self._found()
        installed.refuse_manager(found.package)
        current, options = self._merged(client) if self._given["merge"] else (None, self._options)
        app_id = self._app_id()
        app = self._app(found, options, app_id)
        definition = app.definition
        own_id = values.app_id(definition.get("id"))
        if current is None:
            current = installed.of_package(client.app(own_id), own_id, self._name)
        elif app_id is None and current["id"] != own_id:
            definition["id"] = current["id"]
            self._module.warn(
                f"the template gives the id {own_id}, but the package is installed as {current['id']} and keeps that: "
                "give app_id to choose"
            )
        if current is not None:
            definition["labels"] = labels.kept(definition["labels"], current["labels"], self._given["source"])
            self._warn(installed.refuse_update(current, found))
        told = self._told(found, app)
        seen = [options, labels.stored_options((current or {}).get("labels") or {})]
        result = self._run(client, waiter, seen, definition=definition, app_id=definition["id"])
        return {**result, **told}

    def absent(self, client, waiter):
        app = installed.find(client, self._name, self._app_id())
        if app is None:
            names = secret_names(self._given)
            plan = Plan(self._name, NONE)
            return {
                **app_report.of_plan(plan, names),
                **app_report.of_outcome(plan, None, app_fields.NEWEST, names),
                "msg": f"{self._name} is not installed; nothing to change",
                "requests": client.requests,
            }
        self._warn(installed.refuse_removal(app))
        return self._run(client, waiter, [labels.stored_options(app["labels"])], state=ABSENT, app_id=app["id"])

    def _found(self):
        if not self._given["src"]:
            raise DefinitionError("src is not set: give the repositories that have the package")
        repositories = [repository.open_repository(path) for path in self._given["src"]]
        return repository.find(repositories, self._name, self._given["version"])

    def _app_id(self):
        given = self._given["app_id"]
        return None if given is None else values.app_id(given, "app_id")

    def _merged(self, client):
        current = installed.find(client, self._name, self._app_id())
        if current is None:
            return None, package_options.without_nulls(self._options)
        stored = labels.stored_options(current["labels"])
        if stored is None:
            raise DefinitionError(
                f"{current['id']} has no readable label {labels.OPTIONS}, so the options that it was installed with "
                "are not known: give all options and leave out merge"
            )
        self._module.hide_options(stored)
        return current, package_options.without_nulls(package_options.joined(stored, self._options))

    def _app(self, found, options, app_id):
        source = self._given["source"] or f"file://{os.path.abspath(found.place)}"
        return package_app.render(found.package, options, app_id, source, self._given["definition_label"])

    def _told(self, found, app):
        for name in secret_options.unmatched(self._module.secret_options, app.options):
            self._warn(f"secret_options names {name!r}, but there is no such option")
        expected = outside_dcos.expected(app.definition)
        for expectation in expected:
            self._warn(f"{self._name} may not work outside DC/OS: {outside_dcos.told(expectation)}")
        return {
            "package": _described(found),
            "options": secret_options.masked(app.options, self._module.secret_options),
            "dcos_only": expected,
        }

    def _run(self, client, waiter, seen_options, **wanted):
        given = self._given
        for options in seen_options:
            self._module.hide_options(options)
        options = AppOptions(
            ignored=tuple(given["ignore_fields"]),
            secret_names=self._secret_names(seen_options),
            strict=given["strict"],
            force=given["force"],
            wait=given["wait"],
            healthy_for=given["healthy_for"],
            healthy=given["wait_for"] == "healthy",
            rollback=given["on_failure"] == "rollback",
            **wanted,
        )
        return AppRunner(client, waiter, options, time.sleep, self._module.warn).run(self._module.check_mode)

    def _secret_names(self, seen_options):
        """With the label that has the options in base64, where one of them is secret."""
        hidden = any(secret_options.present(options, self._module.secret_options) for options in seen_options)
        return (*secret_names(self._given), *([labels.OPTIONS] if hidden else []))

    def _warn(self, sentence):
        if sentence:
            self._module.warn(sentence)


def _described(found):
    return {
        **found.package.about,
        "release": found.package.release,
        "versions": list(found.versions),
        "repository": found.place,
    }


def work(module):
    installation = Installation(module)
    state = module.params["state"]
    if state == DESCRIBED:
        return installation.described()
    if state == RENDERED:
        return installation.rendered()
    if not module.params["url"]:
        raise MarathonError(NO_URL)
    client = open_client(module)
    waiter = Waiter(
        client, module.params["wait_timeout"], time.monotonic, time.sleep, reporter(module), outputs(module, client)
    )
    return (installation.present if state == PRESENT else installation.absent)(client, waiter)


def main():
    module = UniverseModule(
        argument_spec=argument_spec(),
        supports_check_mode=True,
    )
    if schema.jsonschema is None and module.params["state"] in (PRESENT, RENDERED):
        module.fail_json(msg=missing_required_lib("jsonschema"), exception=schema.JSONSCHEMA_IMPORT_ERROR)
    try:
        if module.params["merge"] and module.params["state"] != PRESENT:
            raise DefinitionError("merge needs state=present, because it joins options with those of an app")
        with module.about_subject():
            result = work(module)
    except MarathonError as error:
        module.fail_json(msg=str(error), **error.facts)
    module.exit_json(**result)


if __name__ == "__main__":
    main()
