"""What is said of a registry that gives no answer of use."""

from __future__ import annotations

import pytest
from ansible_collections.quorum.mesos.plugins.module_utils._docker.engine import EngineRefusal
from ansible_collections.quorum.mesos.plugins.modules import _image_registry

HOST = "registry.example.org:5000"
LOGIN = f"give user and password of {HOST} in image_registry_credentials."


@pytest.mark.parametrize(
    ("status", "said", "logged_in", "words"),
    [
        (401, "unauthorized: who", False, f"authentication required (unauthorized: who); {LOGIN}"),
        (500, "Head https://r/v2/: no basic auth credentials", False, LOGIN),
        (403, "denied: requested access to the resource is denied", True, f"the login for {HOST} is refused"),
        (500, "http: server gave HTTP response to HTTPS client", False, "docker_insecure_registries"),
        (500, "x509: certificate signed by unknown authority", False, f"/etc/docker/certs.d/{HOST}/ca.crt"),
        (500, "dial tcp: connect: connection refused", False, f"check that {HOST} answers this host."),
    ],
)
def test_the_remedy(status: int, said: str, logged_in: bool, words: str) -> None:
    found = _image_registry._remedy(EngineRefusal(status, said), HOST, logged_in)
    assert words in found
    assert said in found
