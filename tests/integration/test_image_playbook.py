"""playbooks/image.yml: a real Docker builds, a real registry on loopback gets the image, Marathon gets its digest.

The app has no instances, so no agent pulls it.
"""

from __future__ import annotations

import io
import json
import os
import shutil
import subprocess
import tarfile
import uuid
from pathlib import Path

import ansible_venv
import docker
import image_registry
import pytest
from image_registry import LOGIN, Registry
from secret_watch import MARK, SecretWatch

LABEL = "quorum.source"
# As a person keeps it: what is not sent is no part of the source.
FILES = {
    "Dockerfile": "FROM scratch\nARG GREETING=none\nLABEL greeting=$GREETING\nCOPY . /\nCMD [\"/bin/outyet\"]\n",
    ".dockerignore": "# notes\n*.md\n!keep.md\n**/cache\n.git\nDockerfile\n",
    "bin/outyet": "#!/bin/sh\n",
    "README.md": "not sent",
    "keep.md": "sent",
    "src/cache/one": "not sent",
    "src/main.go": "package main",
}
SENT = {".dockerignore", "bin", "bin/outyet", "keep.md", "src", "src/main.go"}


@pytest.fixture(scope="module")
def engine():
    try:
        client = docker.from_env(timeout=60)
        client.ping()
    except docker.errors.DockerException as error:
        pytest.skip(f"no Docker answers here, which has to build: {error}")
    yield client
    client.close()


@pytest.fixture(scope="module")
def playbook_program():
    try:
        return str(ansible_venv.programs() / "ansible-playbook")
    except ansible_venv.Unavailable as why:
        pytest.skip(f"community.docker builds: {why}")


def serve(directory, engine, locked=False):
    try:
        registry = Registry(directory, locked)
    except image_registry.Unavailable as why:
        pytest.skip(str(why))
    with registry:
        yield registry
    for image in engine.images.list():
        for name in image.tags:
            if name.startswith(f"{registry.name}/"):
                engine.images.remove(name, force=True)


@pytest.fixture(scope="module")
def registry(tmp_path_factory, engine):
    yield from serve(tmp_path_factory.mktemp("registry"), engine)


@pytest.fixture
def locked_registry(tmp_path, engine):
    yield from serve(tmp_path, engine, locked=True)


class Source:
    def __init__(self, directory, group):
        self.directory = directory / "outyet"
        for name, text in FILES.items():
            path = self.directory / name
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_text(text)
        (self.directory / "bin" / "outyet").chmod(0o700)
        self.app = directory / "outyet.json"
        field = Path(__file__).parents[1] / "unit" / "_marathon" / "data" / "field" / "outyet.json"
        self.id = f"{group}/outyet"
        self.app.write_text(json.dumps({**json.loads(field.read_text()), "id": self.id, "instances": 0}))


@pytest.fixture
def source(tmp_path, group):
    # Another source for each test: a registry keeps what one has pushed.
    found = Source(tmp_path, group)
    (found.directory / "src" / "main.go").write_text(f"package main // {uuid.uuid4()}")
    return found


@pytest.fixture
def play(ansible, playbook_program, source, registry, marathon):
    def run(*switches, **variables):
        given = {
            "image_src": str(source.directory),
            "image_name": f"{registry.name}/shop/outyet",
            "image_app": str(source.app),
            "marathon_url": marathon.url,
            **variables,
        }
        return ansible.run(
            playbook_program, "quorum.mesos.image", f"--extra-vars={json.dumps(given)}", *switches
        )

    return run


def image_of(marathon, source):
    app = marathon.app(source.id)
    return app and app["container"]["docker"]["image"]


def content(registry, reference):
    """Names and rights of the files in the only layer of the image."""
    manifest = registry.get(f"shop/outyet/manifests/{reference}").json()
    (layer,) = manifest["layers"]
    with tarfile.open(fileobj=io.BytesIO(registry.get(f"shop/outyet/blobs/{layer['digest']}").content)) as tar:
        return {item.name: item.mode & 0o777 for item in tar}


def labels(registry, reference):
    manifest = registry.get(f"shop/outyet/manifests/{reference}").json()
    return registry.get(f"shop/outyet/blobs/{manifest['config']['digest']}").json()["config"]["Labels"]


def test_from_the_source_to_the_app_and_back(play, source, registry, marathon):
    before = registry.tags("shop/outyet")
    checked = play("--check", "--diff")
    assert checked.code == 0, checked.output
    assert "Would build" in checked.output
    assert checked.changed == 3
    assert (registry.tags("shop/outyet"), marathon.app(source.id)) == (before, None)

    done = play(image_build_args={"GREETING": "hello"})
    assert done.code == 0, done.output
    assert done.changed == checked.changed
    first = image_of(marathon, source)
    name, _at, digest = first.partition("@")
    assert name == f"{registry.name}/shop/outyet"
    assert registry.get(f"shop/outyet/manifests/{digest}").headers["Docker-Content-Digest"] == digest
    assert set(content(registry, digest)) - {""} == SENT
    assert content(registry, digest)["bin/outyet"] == 0o755
    kept = labels(registry, digest)
    assert kept["greeting"] == "hello"
    assert kept[LABEL].startswith("sha256:")
    tag = f"source-{kept[LABEL][7:31]}"
    assert tag in registry.tags("shop/outyet")

    # A clone elsewhere, by another person, at another time.
    for path in source.directory.rglob("*"):
        os.utime(path, (1, 1))
    (source.directory / "src" / "main.go").chmod(0o600)
    (source.directory / "README.md").write_text("changed, and not sent")
    versions = marathon.app(source.id)["version"]
    again = play(image_build_args={"GREETING": "hello"})
    assert (again.code, again.changed) == (0, 0), again.output
    assert (image_of(marathon, source), marathon.app(source.id)["version"]) == (first, versions)

    (source.directory / "src" / "main.go").write_text("package other")
    changed = play(image_build_args={"GREETING": "hello"})
    assert (changed.code, changed.changed) == (0, 3), changed.output
    second = image_of(marathon, source)
    assert second != first
    words = " ".join(changed.output.split())
    assert f"It ran {first} before; the way back is -e image_digest={digest}" in words

    # Back, although Docker has the image no more and the source is another one.
    back = play(image_digest=digest)
    assert (back.code, back.changed) == (0, 1), back.output
    assert image_of(marathon, source) == first

    unknown = play(image_digest=f"sha256:{'0' * 64}")
    assert unknown.code != 0
    assert "the registry has no such image of" in " ".join(unknown.output.split())
    assert image_of(marathon, source) == first


@pytest.mark.long
def test_the_same_source_is_built_again_when_asked(play, source, registry, marathon):
    assert play().code == 0
    first = image_of(marathon, source)
    checked = play("--check", image_rebuild=True)
    rebuilt = play(image_rebuild=True)
    assert (rebuilt.code, rebuilt.changed) == (0, checked.changed), rebuilt.output
    assert image_of(marathon, source) != first
    # On a host that has built nothing yet, the registry's image is enough.
    client = docker.from_env()
    for tag in registry.tags("shop/outyet"):
        client.images.remove(f"{registry.name}/shop/outyet:{tag}", force=True)
    client.close()
    assert play().changed == 0


@pytest.mark.long
def test_a_login_is_needed_and_no_secret_is_seen(
    play, source, locked_registry, marathon, playbook_program, tmp_path
):
    name = f"{locked_registry.name}/shop/outyet"
    refused = play(image_name=name)
    assert refused.code != 0
    words = " ".join(refused.output.split())
    assert "authentication required" in words
    assert f"give user and password of {locked_registry.name} in image_registry_credentials" in words

    login = {"registry": locked_registry.name, "username": LOGIN[0], "password": "wrong-horse"}
    wrong = play("-vvv", image_name=name, image_registry_credentials=[login])
    assert wrong.code != 0
    assert "the login for" in " ".join(wrong.output.split())

    login["password"] = LOGIN[1]
    variables = tmp_path / "variables.json"
    variables.write_text(json.dumps({
        "image_src": str(source.directory), "image_name": name, "image_app": str(source.app),
        "marathon_url": marathon.url, "image_registry_credentials": [login],
    }))  # fmt: skip
    variables.chmod(0o600)
    temporary = tmp_path / "temporary"
    temporary.mkdir()
    words = [LOGIN[1], image_registry.encoded()]
    mark = uuid.uuid4().hex
    with SecretWatch(temporary, mark, words) as watch:
        done = subprocess.run(
            [playbook_program, "quorum.mesos.image", f"--extra-vars=@{variables}", "-vvv", "--diff"],
            capture_output=True, text=True, timeout=600, check=False,
            env={
                "PATH": os.environ["PATH"], "HOME": str(temporary), "TMPDIR": str(temporary), "LC_ALL": "C.UTF-8",
                MARK: mark,
                "ANSIBLE_COLLECTIONS_PATH": str(Path(__file__).parents[2] / ".collections"),
                "ANSIBLE_LOCAL_TEMP": str(temporary / "local"), "ANSIBLE_REMOTE_TEMP": str(temporary / "remote"),
            },
        )  # fmt: skip
    assert done.returncode == 0, done.stdout
    assert watch.commands
    assert watch.found == set()
    assert [word for word in words if word in done.stdout + done.stderr] == []
    assert not list(temporary.rglob("config.json"))
    assert image_of(marathon, source).startswith(f"{name}@sha256:")


SERVER = "version: 0.1\nstorage: {inmemory: {}}\nhttp: {addr: \":8080\"}\n"


@pytest.fixture
def web_source(source):
    """The image of a real web server on nothing: the registry's program with its libraries."""
    program = image_registry.program()
    shutil.copy(program, source.directory / "bin" / "outyet")
    for line in subprocess.run(["ldd", str(program)], capture_output=True, text=True, check=False).stdout.splitlines():
        for word in line.split():
            if word.startswith("/"):
                library = source.directory / word.lstrip("/")
                library.parent.mkdir(parents=True, exist_ok=True)
                shutil.copy(word, library)
    (source.directory / "server.yml").write_text(SERVER)
    command = 'CMD ["/bin/outyet", "serve", "/server.yml"]\n'
    (source.directory / "Dockerfile").write_text(f"FROM scratch\nCOPY . /\n{command}")
    return source


@pytest.mark.long
def test_an_image_is_tried_before_anybody_gets_it(play, web_source, registry, marathon, engine):
    before = registry.tags("shop/outyet")
    (web_source.directory / "server.yml").write_text("no: configuration\n")
    failed = play(image_try_port=8080, image_try_path="/v2/", image_try_timeout=3)
    assert failed.code != 0
    words = " ".join(failed.output.split())
    assert "did not pass its trial, and is not pushed. It gives no answer at port 8080, path /v2/" in words
    assert "The container is exited, exit status 1." in words
    assert "configuration error" in words
    assert (registry.tags("shop/outyet"), marathon.app(web_source.id)) == (before, None)

    (web_source.directory / "server.yml").write_text(SERVER)
    done = play(image_try_port=8080, image_try_path="/v2/")
    assert done.code == 0, done.output
    assert len(registry.tags("shop/outyet")) == len(before) + 1
    assert [one.name for one in engine.containers.list(all=True) if one.name.startswith("quorum-try-")] == []


def test_without_community_docker(ansible, source, registry, marathon):
    # ansible-core alone has no other collections.
    given = {"image_src": str(source.directory), "image_name": f"{registry.name}/shop/outyet"}
    bare = ansible.playbook("--check", name="quorum.mesos.image", marathon_url=marathon.url, **given)
    assert bare.code != 0
    assert "The collection community.docker, which builds and pushes the image, is missing" in bare.output
    assert "pip install ansible" in bare.output


@pytest.mark.long
def test_what_cannot_work_is_named_before_anything_is_built(play, source, tmp_path):
    silent = play("--check", image_docker_socket=str(tmp_path / "none.sock"))
    assert silent.code != 0
    assert f"Docker does not answer at {tmp_path / 'none.sock'}" in silent.output
    wrong = play(image_name="outyet", image_app="/nowhere.json", image_try_port="web")
    assert wrong.code != 0
    words = " ".join(wrong.output.split())
    for part in ("image_name is outyet: it names no registry", "image_app is /nowhere.json", "image_try_port is web"):
        assert part in words
    (source.directory / "Dockerfile").unlink()
    assert f"{source.directory} has no file Dockerfile: write one" in " ".join(play().output.split())
