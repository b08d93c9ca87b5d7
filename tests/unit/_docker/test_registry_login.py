"""The header in which Docker takes a login for a registry."""

from __future__ import annotations

import base64
import json

from ansible_collections.quorum.mesos.plugins.module_utils._docker import registry_login


def test_the_login_for_docker() -> None:
    assert registry_login.stored({}, "r:5000") == {}
    auth = base64.b64encode(b"me:p:w").decode()
    header = registry_login.stored({"auth": auth}, "r:5000")["X-Registry-Auth"]
    found = json.loads(base64.urlsafe_b64decode(header))
    assert found == {"serveraddress": "r:5000", "username": "me", "password": "p:w"}
    header = registry_login.stored({"identitytoken": "t"}, "r")["X-Registry-Auth"]
    assert json.loads(base64.urlsafe_b64decode(header)) == {"serveraddress": "r", "identitytoken": "t"}
