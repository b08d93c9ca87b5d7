from __future__ import annotations

import pytest
from ansible_collections.quorum.mesos.plugins.module_utils._marathon.definition import (
    app as app_definition,
)
from ansible_collections.quorum.mesos.plugins.module_utils._marathon.definition import (
    docker_forms,
)
from ansible_collections.quorum.mesos.plugins.module_utils._marathon.errors import DefinitionError

PORT = '/container/portMappings: [{"containerPort": 80, "hostPort": 8080}]'
VOLUME = '/container/volumes: [{"containerPath": "/b", "hostPath": "/a", "mode": "RW"}]'


@pytest.mark.parametrize(
    ("fields", "words"),
    [
        ({"ports": ["8080:80"]}, f"/ports has '8080:80', which is Docker's form: write it as {PORT}"),
        ({"ports": "8080:80"}, PORT),
        ({"container": {"portMappings": ["127.0.0.1:8080:80"]}}, PORT),
        ({"container": {"docker": {"portMappings": ["8080:80/udp"]}}}, '"hostPort": 8080, "protocol": "udp"}]'),
        ({"container": {"volumes": ["/a:/b"]}}, f"has '/a:/b', which is Docker's form: write it as {VOLUME}"),
        ({"container": {"volumes": "/a:/b:ro"}}, '"mode": "RO"}]'),
        ({"volumes": ["/a:/b"]}, VOLUME),
    ],
)
def test_definitions_in_the_words_of_docker(fields, words):
    with pytest.raises(DefinitionError) as caught:
        app_definition.declared({"id": "/a", "cmd": "x", **fields})
    assert words in str(caught.value)


def test_ports_of_marathon_are_left_alone():
    assert app_definition.declared({"id": "/a", "ports": [80, "81"]})["portDefinitions"] == [
        {"port": 80, "protocol": "tcp"},
        {"port": 81, "protocol": "tcp"},
    ]


@pytest.mark.parametrize(
    ("options", "words"),
    [
        ({"ports": ["8080:80"]}, 'write it as ports: [{"container_port": 80, "host_port": 8080}]'),
        ({"volumes": ["/a:/b"]}, 'as volumes: [{"container_path": "/b", "host_path": "/a", "mode": "RW"}]'),
    ],
)
def test_options_in_the_words_of_docker(options, words):
    with pytest.raises(DefinitionError) as caught:
        docker_forms.refuse_options(options)
    assert str(caught.value).endswith(words)
    docker_forms.refuse_options({"ports": [{"container_port": 80}], "volumes": None})
