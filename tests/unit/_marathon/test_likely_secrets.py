"""Dependencies on what does not exist, names of secrets that nothing has, and secrets that nobody has named."""

from __future__ import annotations

import pytest
from ansible_collections.quorum.mesos.plugins.module_utils._marathon import likely_secrets, secrets
from ansible_collections.quorum.mesos.plugins.module_utils._marathon.plan import ownership

from .app_runs import DRY, FREE, INFO, get, run
from .apps.test_run import app, delete, read
from .apps.test_run import run as run_set
from .fakes import Call, stored
from .group.test_run import group
from .group.test_run import run as run_group
from .pod.test_run import DEFINITION as POD
from .pod.test_run import run as run_pod
from .pod.test_run import status

DEFINITION = {"id": "a", "cmd": "sleep 1000", "dependencies": ["/db"]}
GONE = "depends on {}, which does not exist, and Marathon ignores such a dependency: correct the id in dependencies"


# What a circle of dependencies is looked for in.
EVERYTHING = Call("GET", "/v2/groups", data={"id": "/", "apps": [], "groups": []})


def no(kind, name):
    data = {"message": f"{kind} '{name}' does not exist"}
    return Call("GET", f"/v2/{kind.lower()}s{name}", status=404, data=data)


def missing(name):
    return [no("App", name), no("Group", name), no("Pod", name)]


def there(name):
    return Call("GET", f"/v2/apps{name}", data={"app": stored(name)})


class TestADependency:
    def test_that_does_not_exist_is_told_on_every_run(self):
        for calls, options in (
            ([get(), INFO, *missing("/db"), *FREE, EVERYTHING, DRY], {"check_mode": True}),
            ([get(stored(dependencies=["/db"])), *missing("/db")], {}),
        ):
            warnings = []
            run(*calls, definition=DEFINITION, warnings=warnings, **options)
            assert [text[: len(warnings[0])] for text in warnings] == warnings[:1]
            assert warnings[0].startswith("/a " + GONE.format("/db"))

    @pytest.mark.parametrize(
        "found",
        [
            [there("/db")],
            [no("App", "/db"), Call("GET", "/v2/groups/db", data={"id": "/db"})],
            [Call("GET", "/v2/apps/db", status=403, data={"message": "Not Authorized"})],
        ],
    )
    def test_that_exists_or_cannot_be_read_is_not(self, found):
        warnings = []
        run(get(stored(dependencies=["/db"])), *found, definition=DEFINITION, warnings=warnings)
        assert warnings == []

    def test_that_the_app_has_and_the_definition_does_not_name_is_not_asked_for(self):
        run(get(stored(dependencies=["/db"])), definition={"cpus": 1}, app_id="/a", merge=True)

    def test_of_a_set_is_looked_for_in_the_set_and_on_marathon(self):
        names = ["/g/b", "/g/old", "/g/typo", "/g/sub", "/else/app", "/else/typo"]
        declared = [app("/g/a", dependencies=names), app("/g/b", dependencies=["/g"]), app("/g/sub/c")]
        apps = [stored("/g/a", dependencies=names), stored("/g/b", dependencies=["/g"]), stored("/g/old")]
        sub = {"id": "/g/sub", "apps": [stored("/g/sub/c")]}
        warnings = []
        run_set(
            read(*apps, groups=[sub]), there("/else/app"), *missing("/else/typo"), declared=declared, warnings=warnings
        )
        assert sorted(text.split(", which")[0] for text in warnings) == [
            "file1: /g/a depends on /else/typo",
            "file1: /g/a depends on /g/typo",
        ]

    @pytest.mark.parametrize("check_mode", [False, True])
    def test_that_the_set_itself_removes_is_told_as_that(self, check_mode):
        warnings = []
        declared = [app("/g/a", dependencies=["/g/b"])]
        calls = [read(stored("/g/a", dependencies=["/g/b"]), stored("/g/b"))]
        if not check_mode:
            calls += [Call("GET", "/v2/apps/g/b", data={"app": stored("/g/b")}), delete("/v2/apps/g/b")]
        owner = ownership.read("/g", None)
        run_set(*calls, declared=declared, warnings=warnings, check_mode=check_mode, owner=owner, prune=True)
        told = "file1: /g/a depends on /g/b, which this set removes, because nothing declares it: declare /g/b, or"
        assert [text[: len(told)] for text in warnings] == [told]

    def test_of_a_group_or_of_an_app_in_it(self):
        here = group("/g", stored("/g/a", dependencies=["/g/typo"]), dependencies=["/nope"])
        definition = {"apps": [{"id": "a", "cmd": "sleep 1000", "dependencies": ["typo"]}], "dependencies": ["/nope"]}
        warnings = []
        call = Call("GET", "/v2/groups/g", data=here)
        run_group(call, *missing("/nope"), definition=definition, warnings=warnings)
        assert ["/g/a depends on /g/typo" in warnings[0], "/g depends on /nope" in warnings[1]] == [True, True]


SECRET = {"id": "a", "cmd": "sleep 1000", "env": {"DB_PASSWORD": "hunter2"}}
SENTENCE = (
    "secret_env or secret_labels names 'DB_PASWORD', but there is no such variable or label; did you mean "
    "'DB_PASSWORD'?"
)


class TestANameOfASecretThatNothingHas:
    def test_is_told_and_the_value_is_masked_for_its_own_name(self):
        warnings = []
        current = stored(env={"DB_PASSWORD": "hunter1"})
        options = {"definition": SECRET, "secret_names": ("DB_PASWORD",), "check_mode": True}
        result = run(get(current), INFO, DRY, warnings=warnings, **options)
        assert "hunter" not in str(result)
        assert result["diff"]["after"]["env"] == {"DB_PASSWORD": secrets.MASKED_CHANGED}
        assert result["diff"]["after_header"].endswith(" (masked for their names: DB_PASSWORD)")
        assert [text[: len(SENTENCE)] for text in warnings] == [SENTENCE]

    def test_that_one_of_them_has_is_not_told(self):
        labelled = stored(labels={"DB_PASSWORD": "x"})
        bare = {"id": "a", "cmd": "sleep 1000"}
        for definition, current, free in ((SECRET, None, FREE), (bare, labelled, ())):
            warnings = []
            options = {"definition": definition, "secret_names": ("DB_PASSWORD",), "warnings": warnings}
            result = run(get(current), INFO, *free, DRY, check_mode=True, **options)
            assert warnings == [] and "masked" not in result["diff"]["after_header"]

    def test_in_a_set_a_group_and_a_pod(self):
        warnings = []
        declared = [app("/g/a", env={"DB_PASSWORD": "hunter2"}), app("/g/b")]
        here = [stored("/g/a", env={"DB_PASSWORD": "hunter2"}), stored("/g/b")]
        run_set(read(*here), declared=declared, warnings=warnings, secret_names=("DB_PASWORD", "DB_PASSWORD"))
        call = Call("GET", "/v2/groups/g", data=group("/g", *here))
        run_group(call, definition={"apps": declared}, warnings=warnings, secret_names=("DB_PASWORD",))
        pod = {**POD, "containers": [{**POD["containers"][0], "environment": {"DB_PASSWORD": "hunter2"}}]}
        result = run_pod(
            status(),
            INFO,
            Call("GET", "/v2/groups/p", status=404, data={"message": "Group '/p' does not exist"}),
            no("App", "/p"),
            definition=pod,
            warnings=warnings,
            secret_names=("DB_PASWORD",),
            check_mode=True,
        )
        assert [text[: len(SENTENCE)] for text in warnings] == [SENTENCE] * 3
        assert "hunter" not in str(result)
        assert "masked for their names: DB_PASSWORD" in result["diff"]["after_header"]

    def test_without_any_definition_is_not_told(self):
        warnings = []
        run(get(), state="absent", definition=None, app_id="/a", secret_names=("X",), warnings=warnings)
        assert warnings == []


@pytest.mark.parametrize(
    "name",
    ["DB_PASSWORD", "PGPASSWORD", "MYSQL_ROOT_PASSWORD", "DB_PASS", "SMTP_PWD", "GITHUB_TOKEN", "accessToken",
     "API_KEY",
     "JWT_SECRET", "AWS_SECRET_ACCESS_KEY", "SECRET_KEY_BASE", "private-key", "SSH_PASSPHRASE", "HAPROXY_0_AUTH",
     "traefik.http.middlewares.a.basicauth.users", "PASSWORD_2", "Credentials"],
)  # fmt: skip
def test_what_has_the_name_of_a_secret_is_masked(name):
    for key in ("env", "environment", "labels"):
        assert secrets.mask({key: {name: "hunter2"}}, ()) == {key: {name: secrets.MASKED}}
        assert secrets.mask({key: {name: "hunter2"}}, (), likely=False) == {key: {name: "hunter2"}}
    parameter = {"parameters": [{"key": "env", "value": f"{name}=hunter2"}]}
    assert "hunter2" not in str(secrets.mask(parameter, ()))
    # Its value may be a word that occurs anywhere.
    assert secrets.values_to_hide({"env": {name: "hunter2"}}, ()) == []


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("LEVEL", "hunter2"),
        ("COMPASS", "north"),
        ("AUTHOR", "me"),
        ("DB_PASSWORD_FILE", "/run/secrets/db"),
        ("TOKEN_TTL", "3600"),
        ("TOKEN_URL", "http://x"),
        ("SECRET_NAME", "db"),
        ("USE_TOKEN", "true"),
        ("DB_PASSWORD", ""),
        ("DB_PASSWORD", {"secret": "db"}),
    ],
)
def test_what_only_speaks_of_a_secret_is_shown(name, value):
    assert secrets.mask({"env": {name: value}}, ()) == {"env": {name: value}}
    assert likely_secrets.told((), {"env": {name: value}}) == ""
