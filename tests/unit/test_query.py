from __future__ import annotations

import pytest
from ansible_collections.quorum.mesos.plugins.module_utils._query import BadQuery, Query

pytest.importorskip("jmespath")

DATA = {"apps": [{"id": "/a", "instances": 2, "tasksRunning": 1}, {"id": "/b", "instances": 1, "tasksRunning": 1}]}


@pytest.mark.parametrize(
    ("expression", "found"),
    [
        ("apps[].id", ["/a", "/b"]),
        ("apps[?tasksRunning < instances].id", ["/a"]),
        ("length(apps)", 2),
        ("tasks", None),
    ],
)
def test_what_is_found(expression, found):
    assert Query(expression).search(DATA) == found


@pytest.mark.parametrize(
    ("expression", "sentence"),
    [
        ("", "query is empty: give an expression in JMESPath, or leave query out"),
        (
            "apps[*",
            "query 'apps[*' is not an expression in JMESPath: Incomplete expression, at column 7: correct it there",
        ),
        (
            "a b",
            "query 'a b' is not an expression in JMESPath: Unexpected token: b: token \"b\" "
            "(UNQUOTED_IDENTIFIER), at column 3: correct it there",
        ),
        ("a$b", "query 'a$b' is not an expression in JMESPath: Unknown token $, at column 2: correct it there"),
    ],
)
def test_a_wrong_expression_is_refused_at_once(expression, sentence):
    with pytest.raises(BadQuery) as caught:
        Query(expression)
    assert str(caught.value) == sentence


@pytest.mark.parametrize(
    ("expression", "words"),
    [("foo(@)", "Unknown function: foo()"), ("length(apps[0].instances)", "length()")],
)
def test_an_expression_that_does_not_fit(expression, words):
    with pytest.raises(BadQuery) as caught:
        Query(expression).search(DATA)
    assert str(caught.value).startswith(f"query {expression!r} does not fit what was gathered: ")
    assert words in str(caught.value) and "\n" not in str(caught.value)
