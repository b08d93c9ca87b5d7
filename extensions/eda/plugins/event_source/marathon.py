# Copyright (c) quorum.mesos contributors
# GNU General Public License v3.0 or later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Events of Marathon, and of the masters of Mesos, for the rules of ansible-rulebook."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import Any

DOCUMENTATION = r"""
name: marathon
short_description: Receive events of Marathon and Mesos
version_added: 0.8.0
description:
  - Reads the event stream of Marathon (C(/v2/events)), and that of a Mesos master (the call C(SUBSCRIBE) of its
    operator API).
  - When a stream ends, the next address is tried. Then the state is read again, and what differs from what was last
    seen is given as events too, in which C(source) is V(difference).
  - Needs ansible-core and requests in the Python environment of ansible-rulebook.
options:
  url:
    description:
      - Addresses of Marathon. Name all of them, because the login is sent to no other host.
      - If not set, the environment variable E(MARATHON_URL) is used, in which commas separate several addresses.
      - One of O(url) and O(mesos) is required.
    type: list
    elements: str
  url_username:
    description:
      - User name for HTTP basic authentication, or with O(url_login) for DC/OS, else that of E(MARATHON_USERNAME).
    type: str
    aliases: [username]
  url_password:
    description: Password for HTTP basic authentication, else that of E(MARATHON_PASSWORD).
    type: str
    aliases: [password]
  url_password_file:
    description: File with the password, which is read again for each connection.
    type: path
  url_token:
    description:
      - Token of a DC/OS cluster, else that of E(MARATHON_TOKEN). It excludes O(url_username) and O(url_password).
    type: str
    aliases: [token]
  url_token_file:
    description: File with the token, which is read again for each connection.
    type: path
  url_login:
    description:
      - Address of a DC/OS cluster, at which O(url_username) and O(url_password) log in for a token, else that in
        E(MARATHON_LOGIN). With O(url_service_account) it is used instead of the C(login_endpoint) in the file.
    type: str
  url_service_account:
    description:
      - JSON file with the key of a DC/OS service account, else that in E(MARATHON_SERVICE_ACCOUNT). It needs the Python
        library cryptography, and excludes O(url_username), O(url_password) and O(url_token).
    type: path
  validate_certs:
    description: Whether the certificate of an HTTPS address must be valid, else E(MARATHON_VALIDATE_CERTS).
    type: bool
    default: true
  ca_path:
    description: File with the certificates of the authorities that are trusted for HTTPS, else E(MARATHON_CA_PATH).
    type: path
  client_cert:
    description: PEM file with the certificate that is shown where one is asked for, else E(MARATHON_CLIENT_CERT).
    type: path
  client_key:
    description: PEM file with the key of O(client_cert), else E(MARATHON_CLIENT_KEY).
    type: path
  timeout:
    description: Seconds of silence after which a request counts as not answered, else E(MARATHON_TIMEOUT).
    type: int
    default: 30
  connect_timeout:
    description: Seconds after which nothing counts as listening at an address, else E(MARATHON_CONNECT_TIMEOUT).
    type: int
    default: 10
  event_types:
    description:
      - Names of the events that are given, all if it is empty.
      - Those about the connection itself (C(event_stream_connected), C(event_stream_lost)) always are.
    type: list
    elements: str
    default: []
  apps:
    description:
      - Paths of apps, pods and groups, each with all below it. Events of Marathon about others are left out.
      - All are given if it is empty. It does not apply to O(mesos).
    type: list
    elements: str
    default: []
  queue_interval:
    description: Seconds from one look at Marathon's launch queue to the next; V(0) is never.
    type: int
    default: 30
  secret_env:
    description: Environment variables whose values are masked, besides those whose names look like that of a secret.
    type: list
    elements: str
    default: []
  secret_labels:
    description: Labels whose values are masked, besides those whose names look like that of a secret.
    type: list
    elements: str
    default: []
  mesos:
    description: How to reach the masters whose events are given.
    type: dict
    suboptions:
      url:
        description: Addresses of Mesos masters, else those in E(MESOS_URL). The leader is found through any of them.
        type: list
        elements: str
        required: true
      url_username:
        description: Principal for HTTP basic authentication, else that of E(MESOS_USERNAME).
        type: str
        aliases: [username]
      url_password:
        description: Secret for HTTP basic authentication, else that of E(MESOS_PASSWORD).
        type: str
        aliases: [password]
      url_password_file:
        description: File with the secret, which is read again for each connection.
        type: path
      url_token:
        description: Token of a DC/OS cluster, else that of E(MESOS_TOKEN).
        type: str
        aliases: [token]
      url_login:
        description: As O(url_login), for the masters, else the address in E(MESOS_LOGIN).
        type: str
      url_service_account:
        description: As O(url_service_account), for the masters, else the file in E(MESOS_SERVICE_ACCOUNT).
        type: path
      validate_certs:
        description: Whether the certificate of an HTTPS address must be valid.
        type: bool
        default: true
      ca_path:
        description: File with the certificates of the authorities that are trusted for HTTPS.
        type: path
      client_cert:
        description: File with the certificate that is shown to masters which ask for one.
        type: path
      client_key:
        description: File with the key of O(mesos.client_cert).
        type: path
      timeout:
        description: Seconds after which a single request counts as not answered.
        type: int
        default: 30
"""

EXAMPLES = r"""
- name: Failed tasks
  hosts: localhost
  sources:
    - quorum.mesos.marathon:
        url:
          - http://master1.example.com:8080
          - http://master2.example.com:8080
        apps: [/shop]
  rules:
    - name: Show a failed task
      condition: event.eventType == "status_update_event" and event.taskStatus == "TASK_FAILED"
      action:
        debug:
          msg: "{{ event.appId }} on {{ event.host }}: {{ event.message }}"

- name: Agents that are lost
  hosts: localhost
  sources:
    - quorum.mesos.marathon:
        mesos:
          url: [http://master1.example.com:5050, http://master2.example.com:5050]
          url_username: rules
          url_password_file: /etc/rules/mesos-password
  rules:
    - name: Show a lost agent
      condition: event.type == "AGENT_REMOVED"
      action:
        debug:
          msg: "{{ event.agent_removed.agent_id.value }}"
"""

# ansible-rulebook runs this file by its path, and does not know collections as importable packages.
_COLLECTIONS = str(Path(__file__).absolute().parents[7])
if _COLLECTIONS not in sys.path:
    sys.path.append(_COLLECTIONS)

from ansible_collections.quorum.mesos.plugins.module_utils._events import run


async def main(queue: Any, args: dict[str, Any]) -> None:
    await run.run(queue, args)
