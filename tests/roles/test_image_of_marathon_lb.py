"""The unit that the role haproxy writes for an image of marathon-lb, and what goes with it."""

from __future__ import annotations

import shlex
from typing import Any

import pytest
from rendered_role import Role

IMAGE = "registry.example.org/marathon-lb:v1.15.1"


@pytest.fixture(scope="module")
def role() -> Role:
    return Role("haproxy")


def given(**more: Any) -> dict[str, Any]:
    return {
        "haproxy_install_method": "container", "haproxy_image": IMAGE,
        "haproxy_marathon_urls": ["http://10.0.0.1:8080", "http://10.0.0.2:8080"],
        **more,
    }  # fmt: skip


def checked(role: Role, **more: Any) -> dict[str, Any]:
    """The options with what the plan makes of them, which refuses none of them."""
    from ansible_collections.quorum.mesos.plugins.action._role_plan import PLANS, Values

    templar = role.templar(given(**more))
    found = PLANS["haproxy", "main"](Values(templar.available_variables, templar.template))
    assert found["problems"] == []
    return given(__haproxy_checked=found, **more)


def command(role: Role, **more: Any) -> tuple[list[str], list[str]]:
    """The words of `docker run` before and behind the image."""
    text = role.value("__haproxy_unit_file", checked(role, **more))["content"]
    (line,) = [line for line in text.splitlines() if line.startswith("ExecStart=")]
    words = shlex.split(line.removeprefix("ExecStart="))
    place = words.index(IMAGE)
    return words[:place], words[place + 1 :]


def test_what_the_options_say_is_said_to_the_image(role: Role) -> None:
    before, behind = command(role)
    assert before[:6] == ["/usr/bin/docker", "run", "--rm", "--name", "haproxy", "--network"]
    assert behind == ["sse", "--marathon", "http://10.0.0.1:8080", "http://10.0.0.2:8080", "--group", "*"]


def test_each_option_that_applies(role: Role) -> None:
    before, behind = command(
        role,
        haproxy_app_groups=["external", "internal"],
        haproxy_strict=True,
        haproxy_marathon_credentials={"username": "lb", "password": "fake-password"},
        haproxy_marathon_ca="/srv/ca.pem",
        haproxy_certificates=[{"name": "www", "certificate": "www.crt", "key": "www.key"}],
        haproxy_image_arguments=["--health-check"],
        haproxy_container_options=["--volume=/srv/templates:/marathon-lb/templates:ro"],
    )
    assert "--volume=/srv/templates:/marathon-lb/templates:ro" in before
    assert behind[4:] == [
        "--group", "external", "--group", "internal", "--strict-mode",
        "--marathon-auth-credential-file", "/etc/marathon-lb/credentials",
        "--marathon-ca-cert", "/etc/marathon-lb/marathon-ca.crt",
        "--ssl-certs", "/etc/haproxy/certificates/www.pem", "--health-check",
    ]  # fmt: skip


def test_the_password_is_in_a_file_of_root_s_alone(role: Role) -> None:
    login = {"haproxy_marathon_credentials": {"username": "lb", "password": "fake-password"}}
    file = role.value("__haproxy_image_credentials_file", given(**login))
    assert file == {"path": "/etc/marathon-lb/credentials", "content": "lb:fake-password"}
    assert "fake-password" not in role.value("__haproxy_unit_file", checked(role, **login))["content"]
    assert file["path"] in role.value("__haproxy_read_files", given(**login))
    assert file["path"] in role.value("__haproxy_image_unwanted", given())


def test_neither_the_base_nor_the_agent_is_installed(role: Role) -> None:
    assert role.value("__haproxy_packages", given()) == []
    assert role.value("__haproxy_needs.units", given()) == ["haproxy"]
    assert not [path for path in role.value("__haproxy_read_files", given()) if path.endswith("haproxy.cfg")]
    assert role.value("__haproxy_source", given())["image"] == IMAGE


def test_its_files_go_where_it_is_left(role: Role) -> None:
    for left in (role.value("__haproxy_unwanted", {}), role.value("__haproxy_own_files", {})):
        names = ("marathon-lb.env", "credentials", "marathon-ca.crt")
        assert {f"/etc/marathon-lb/{name}" for name in names} <= set(left)
        assert "/etc/marathon-lb" not in left


def test_haproxy_of_the_distribution_has_the_unit_that_it_had(role: Role) -> None:
    text = role.value("__haproxy_unit_file", {})["content"]
    assert "docker" not in text
    assert text.count("[Service]") == text.count("[Install]") == 1
    assert "\nType=notify\n" in text
