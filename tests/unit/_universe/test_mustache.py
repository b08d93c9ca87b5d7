"""What a template gives, by its rules one after another, and what is refused."""

from __future__ import annotations

import json

import pytest
from ansible_collections.quorum.mesos.plugins.module_utils._marathon.errors import DefinitionError
from ansible_collections.quorum.mesos.plugins.module_utils._universe import mustache


def text(template, **values):
    return mustache.render(template, values).text


@pytest.mark.parametrize(
    ("template", "values", "wanted"),
    [
        ("{{x}}", {"x": 'say "hi" & <bye>\n'}, 'say \\"hi\\" & <bye>\\n'),
        ("{{{x}}}", {"x": 'a"b'}, 'a\\"b'),
        ("{{&x}}", {"x": "<"}, "<"),
        ("{{ x }}", {"x": 1}, "1"),
        ("{{x}}", {"x": 3.0}, "3"),
        ("{{x}}", {"x": 2.5}, "2.5"),
        ("{{x}}", {"x": True}, "true"),
        ("{{x}}", {"x": None}, ""),
        ("{{x}}", {}, ""),
        ("{{x}}", {"x": ["a", 1, {"b": False}]}, '["a", 1, {"b": false}]'),
        ('{"a": {{x}}}', {"x": 1}, '{"a": 1}'),
        ("{{a.b.c}}", {"a": {"b": {"c": "deep"}}}, "deep"),
        ("{{a.b.c}}", {"a": {"b": 1}}, ""),
        ("{{! a comment }}x", {}, "x"),
        ("{{#x}}yes{{/x}}{{^x}}no{{/x}}", {"x": 0}, "yes"),
        ("{{#x}}yes{{/x}}{{^x}}no{{/x}}", {"x": {}}, "yes"),
        *[("{{#x}}yes{{/x}}{{^x}}no{{/x}}", {"x": nothing}, "no") for nothing in (False, None, "", [])],
        ("{{#x}}yes{{/x}}{{^x}}no{{/x}}", {}, "no"),
        ("{{#l}}{{.}},{{/l}}", {"l": [1, "b"]}, "1,b,"),
        ("{{#l}}{{n}}{{y}} {{/l}}", {"l": [{"n": 1}, {"n": 2, "y": "own"}], "y": "outer"}, "1outer 2own "),
        ("{{#a}}{{b.c}}{{/a}}", {"a": {"b": {"d": 1}}, "b": {"c": "outer"}}, "outer"),
        ("{{#a}}{{b}}{{/a}}", {"a": {"b": None}, "b": "outer"}, ""),
        ("{{#asJson}}x{{/asJson}}", {"x": '{"a": [1]}'}, '{"a": [1]}'),
        ("{{#asJson}}x{{/asJson}}", {"x": "{"}, "null"),
        ("{{#asJson}}x{{/asJson}}", {"x": 1}, "null"),
        ("{{#asJson}}x{{/asJson}}", {}, "null"),
        # A tag alone on its line leaves no line; a variable does.
        ("a\n  {{#x}}\n  b\n  {{/x}}\nc\n", {"x": True}, "a\n  b\nc\n"),
        ("a\r\n{{#x}}\r\nb\r\n{{/x}}\r\n", {"x": True}, "a\r\nb\r\n"),
        ("a\n {{! c }} \nb", {}, "a\nb"),
        ("a\n{{x}}\nb", {}, "a\n\nb"),
        ("{{#x}} b {{/x}}", {"x": True}, " b "),
        ("a {{#x}}\nb{{/x}}", {"x": True}, "a \nb"),
    ],
)
def test_rules(template, values, wanted):
    assert text(template, **values) == wanted


def test_a_value_is_not_a_template():
    assert text("{{x}}", x="{{y}}", y="seen") == "{{y}}"


@pytest.mark.parametrize("value", ['", "cmd": "evil', '"}{"', "\\", '\\", "cmd": "evil', "\u2028\x00", "{{#x}}"])
def test_a_value_stays_in_its_text(value):
    assert json.loads(text('{"id": "{{x}}"}', x=value)) == {"id": value}


def test_a_text_without_quotes_cannot_become_keys():
    with pytest.raises(ValueError, match="Expecting"):
        json.loads(text('{"cpus": {{x}}}', x='1, "cmd": "evil"'))


def test_names_without_a_value_are_known():
    assert mustache.render("{{a.b}} {{c}} {{a.b}} {{d}}", {"d": 1}).empty == ("a.b", "c")


@pytest.mark.parametrize(
    ("template", "values", "words"),
    [
        ("a\n{{#x}}b", {}, "line 2: the section x is not closed"),
        ("{{#x}}{{/y}}", {}, "line 1: y is closed, but the open section is x"),
        ("{{/y}}", {}, "y is closed, but no section is open"),
        ("a\n\n{{x", {}, "line 3: a tag is not closed"),
        ("{{}}", {}, "'' is not a name"),
        ("{{a b}}", {}, "'a b' is not a name"),
        ("{{> part}}", {}, "a partial is not supported"),
        ("{{=<% %>=}}", {}, "a change of the delimiters is not supported"),
        ("{{x}}", {"x": {"a": 1}}, "x is an object"),
        ("{{x}}", {"x": float("nan")}, "x is nan, which JSON does not have"),
        ("{{#a}}" * 60 + "{{/a}}" * 60, {"a": True}, "more than 50 sections"),
    ],
)
def test_refused(template, values, words):
    with pytest.raises(DefinitionError, match="cannot be rendered") as error:
        text(template, **values)
    assert words in str(error.value)


def test_lists_in_lists_come_to_an_end():
    with pytest.raises(DefinitionError, match=f"more than {mustache.MAX_STEPS} steps"):
        text("{{#a}}" * 10 + "x" + "{{/a}}" * 10, a=[True] * 20)


def test_the_output_has_an_end():
    with pytest.raises(DefinitionError, match="gives more than"):
        text("{{#a}}{{b}}{{/a}}", a=[True] * 1000, b="x" * 10_000)


class Searched(str):
    """Counts the letters among which the end of a line is looked for."""

    letters = 0

    def rfind(self, what, start, end):
        self.letters += end - start
        return super().rfind(what, start, end)


def test_a_long_line_of_tags_is_looked_through_once():
    template = Searched("{{!}}" * 1000)
    assert text(template) == ""
    assert template.letters <= len(template)
