"""Names of images in registries, and which login is for which."""

from __future__ import annotations

import pytest
from ansible_collections.quorum.mesos.plugins.module_utils._docker import image_name


@pytest.mark.parametrize(
    ("name", "registry"),
    [
        ("registry.example.org/outyet", "registry.example.org"),
        ("registry.example.org:5000/shop/out-yet_2.x", "registry.example.org:5000"),
        ("localhost/outyet", "localhost"),
        ("registry1:5000/a", "registry1:5000"),
        ("127.0.0.1:5000/a/b/c", "127.0.0.1:5000"),
        ("[::1]:5000/a", "[::1]:5000"),
        ("docker.io/me/outyet", "docker.io"),
    ],
)
def test_good_names(name: str, registry: str) -> None:
    assert image_name.registry(name) == registry
    assert image_name.problem(name) is None


@pytest.mark.parametrize(
    ("name", "words"),
    [
        ("outyet", "it names no registry: write host:port/outyet"),
        ("me/outyet", "it names no registry"),
        ("registry.example.org:5000/Outyet", "use small letters"),
        ("registry.example.org:5000/", "use small letters"),
        ("registry.example.org:5000/a//b", "use small letters"),
        ("registry.example.org:5000/a:1.0", "it has a tag or a digest"),
        ("registry.example.org:5000/a@sha256:1", "it has a tag or a digest"),
        ("registry.example.org:99999/a", "is no host with a port"),
        ("registry.example.org:x/a", "is no host with a port"),
        ("http://registry.example.org/a", "it is a URL: leave out http://"),
        ("-a.b/c", "is no host with a port"),
        ("a.b/" + "c" * 260, "use small letters"),
    ],
)
def test_bad_names(name: str, words: str) -> None:
    assert words in (image_name.problem(name) or "")


def test_the_tag() -> None:
    assert image_name.tag("sha256:" + "0123456789abcdef" * 4) == "source-0123456789abcdef01234567"


def test_the_login_of_a_registry() -> None:
    one, other = {"auth": "b25l"}, {"auth": "b3RoZXI="}
    config = {"auths": {"r:5000": one, "https://index.docker.io/v1/": other, "https://s": one}}
    assert image_name.login(config, "r:5000") == one
    assert image_name.login(config, "docker.io") == other
    assert image_name.login(config, "s") == one
    assert image_name.login(config, "r") == {}
    assert image_name.login({"auths": []}, "r") == {}
    assert image_name.login({}, "r") == {}
