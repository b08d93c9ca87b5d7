"""Files of definitions as Ansible reads them on the controller, with and without templates."""

from __future__ import annotations

from types import SimpleNamespace

import pytest
from ansible.errors import AnsibleActionFail
from ansible.parsing.dataloader import DataLoader
from ansible.plugins.loader import init_plugin_loader, lookup_loader
from ansible.template import Templar
from ansible_collections.quorum.mesos.plugins.plugin_utils import definition_file


@pytest.fixture
def action():
    if lookup_loader.get("ansible.builtin.template") is None:
        init_plugin_loader()
    loader = DataLoader()
    return SimpleNamespace(_loader=loader, _templar=Templar(loader=loader))


@pytest.fixture
def read(action, tmp_path):
    def read(text, name="a.json", template=True, **variables):
        path = tmp_path / name
        path.write_bytes(text if isinstance(text, bytes) else text.encode())
        return definition_file.read(action, str(path), variables, template)

    return read


SHELL = """{"cmd": "test ${#} -gt 0 || a=(1 2); echo ${#a[@]} #}"}"""


@pytest.mark.parametrize("more", ["", "{{ '' }}", "{% if true %}{% endif %}"])
def test_shell_commands_stay_as_they_are(read, more):
    assert read(SHELL + more) == {"cmd": "test ${#} -gt 0 || a=(1 2); echo ${#a[@]} #}"}


def test_without_templates_every_text_stays_as_it_is(read):
    assert read('{"cmd": "docker ps --format {{.ID}} {% x"}', template=False) == {
        "cmd": "docker ps --format {{.ID}} {% x"
    }


@pytest.mark.parametrize(
    ("text", "line"),
    [
        ('{\n"cmd": "docker ps --format {{.ID}}"}', 2),
        ('{\n\n"cmd": "{{ nothing_of_this_name }}"}', 3),
        ('{\n\n"cmd": "{{ 1 | no_such_filter }}"}', 3),
        ('{\n"cmd": "{% endfor %}"}', 2),
        ('{\n"cmd": "{{ 1 / 0 }}"' + 40 * "\n" + "}", 2),
        (20 * "\n" + '{"cmd": "{{ [] + 1 }}"' + 40 * "\n" + "}", 21),
        ('{\n\n"cmd": "{{ {}.absent }}"}', 3),
    ],
)
def test_an_error_of_a_template_has_file_line_and_remedy(read, text, line):
    with pytest.raises(AnsibleActionFail) as caught:
        read(text)
    words = str(caught.value)
    assert f"a.json cannot be templated: line {line}: " in words, words
    assert "between {% raw %} and {% endraw %}; template=false switches templating off" in words


def test_templates_are_done(read):
    assert read('{"id": "{{ team }}"}', team="a") == {"id": "a"}
    assert read("{{ whole }}", whole={"id": "b"}) == {"id": "b"}
    assert read("{{ whole | combine({'cpus': 1}) }}\n", whole={"id": "b"}) == {"id": "b", "cpus": 1}
    assert read('{{ "{" }}"id": "b"{{ "}" }}') == {"id": "b"}


def test_a_file_in_another_encoding(read):
    with pytest.raises(AnsibleActionFail, match=r"a\.json is not UTF-8 text: line 1 has the byte 0xfc\. Save the file"):
        read(b'{"id":"\xfc{{ x }}"}')


def test_an_error_behind_a_template_says_so(read):
    with pytest.raises(AnsibleActionFail, match=r"line 1, column 8: .* \(in the templated text\)"):
        read('{"a": 1, {{ x }}}', x="")


@pytest.mark.parametrize("name", ["a.json", "a.yml"])
def test_a_template_that_yields_nothing_is_an_empty_file(read, name):
    with pytest.raises(AnsibleActionFail, match=rf"{name} is empty: write a definition into it, or remove it"):
        read("{% for one in [] %}{{ one }}{% endfor %}", name)
