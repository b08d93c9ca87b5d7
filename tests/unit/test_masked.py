"""The difference of secret texts has every name and no value."""

from __future__ import annotations

import pytest
from ansible_collections.quorum.mesos.plugins.module_utils import _masked as masked

ENVIRONMENT = "# Ansible managed\nA=1\nGONE=secret\nSAME=x=y\n"
NEW = "# Ansible managed\nA=2\nNEW=secret\nSAME=x=y\n"
PEM = "-----BEGIN PRIVATE KEY-----\nsecret=\n-----END PRIVATE KEY-----\n"


@pytest.mark.parametrize(
    ("form", "before", "after", "shown"),
    [
        (
            "lines", ENVIRONMENT, NEW,
            (["(comments)", "A", "GONE", "SAME"], ["(comments)", "A!", "NEW", "SAME"]),
        ),
        ("lines", None, "A=1\n", ([], ["A"])),
        ("lines", "A=1\n", None, (["A"], [])),
        ("lines", "# a\nA=1\n", "# b\nA=1\n", (["(comments)", "A"], ["(comments)!", "A"])),
        ("lines", "secret text\n", "4lw.commands=srvr\nserver.1=a:1\n", (["(content)"], ["4lw.commands", "server.1"])),
        ("lines", None, 'Server {\n    user_console="secret"\n    ;\n};\n', ([], ["(content)", "user_console"])),
        # What goes on in the next line, as systemd reads it and as Java does.
        (
            "lines", 'A="-----BEGIN\nsecret=\nMII\\"secret=\n-----END" \nB=\'secret\nC=\'\nD="x"\n', "A=1\n",
            (["A", "B", "D"], ["A!"]),
        ),
        ("lines", "A=secret\\\nsecret=\\\nsecret=x\nB=1\nsecret\n", "A=1\n", (["(content)", "A", "B"], ["A!"])),
        (
            "json", '{"log-opts": {"splunk-token": "secret"}, "dns": ["a"]}',
            '{"log-opts": {"splunk-token": "other"}, "dns": ["a", "b"], "debug": true, "x": {}}',
            (["dns[0]", "log-opts.splunk-token"], ["debug", "dns[0]", "dns[1]", "log-opts.splunk-token!", "x"]),
        ),
        ("json", "secret, but no JSON", '{"a": 1}', (["(content)"], ["a"])),
        ("json", "{}", "[]", (["(content)"], ["(content)!"])),
        ("whole", PEM, PEM, (["(content)"], ["(content)"])),
        ("whole", PEM, PEM + "secret\n", (["(content)"], ["(content)!"])),
    ],
)  # fmt: skip
def test_difference(form: str, before: str | None, after: str | None, shown: tuple[list[str], list[str]]) -> None:
    found = masked.difference("/etc/x", before, after, form)
    assert found["before_header"] == found["after_header"] == "/etc/x"
    lines = tuple(
        [line.replace("=<hidden, changed>", "!").replace("=<hidden>", "") for line in found[side].splitlines()]
        for side in ("before", "after")
    )
    assert lines == shown
    assert "secret" not in str(found)


@pytest.mark.parametrize(
    ("url", "shown"),
    [
        ("https://me:secret@h/a", "https://***@h/a"),
        ("https://me:sec@ret@h/a", "https://***@h/a"),
        ("https://me:secret/secret@h/a", "https://***@h/a"),
        ("https://me:secret?secret#secret@h:80/a", "https://***@h:80/a"),
        ("https:/me:secret@h/a", "https:/***@h/a"),
        ("me:secret@h:5000", "***@h:5000"),
        ("secret@h", "***@h"),
        ("zk://me:sec@ret@h:2181,i:2181/mesos", "zk://***@h:2181,i:2181/mesos"),
        ("https://h:8080/a@b", "https://h:8080/a@b"),
        ("https://h/a@b?c=d@e", "https://h/a@b?c=d@e"),
        ("zk://h:2181,i:2181/mesos", "zk://h:2181,i:2181/mesos"),
        ("h:5000/a", "h:5000/a"),
        ("", ""),
    ],
)
def test_a_url_without_its_user(url: str, shown: str) -> None:
    assert masked.without_user(url).replace("me:***", "***") == shown


def test_what_another_program_says_of_values() -> None:
    config = {"log-driver": "splunk", "log-opts": {"token": "fake-token", "longer": "fake-token-2", "max-file": "3"}}
    text = masked.without("splunk refuses fake-token and fake-token-2 in line 3", config)
    assert text == "splunk refuses <hidden> and <hidden> in line 3"


@pytest.mark.parametrize(
    "said", ['bad fake"to\\ken', r'bad "fake\"to\\ken"', r'msg="bad \"fake\\\"to\\\\ken\""']
)
def test_what_another_program_says_in_quotes(said: str) -> None:
    text = masked.without(said, {"log-opts": {"token": 'fake"to\\ken'}})
    assert "<hidden>" in text
    assert "fake" not in text
    assert "ken" not in text
