"""The notation and the word graph."""

from __future__ import annotations

import pytest

from voiceheal.errors import ContentError
from voiceheal.understanding.notation import Run, read
from voiceheal.understanding.slots import Slots
from voiceheal.understanding.templates import Grammar, beyond

SLOTS = Slots({"colour": {"red": ["red", "crimson red"], "blue": ["blue"]}}, "en")


def _grammar(*templates: str) -> Grammar:
    grammar = Grammar({"go": "(start|begin)"}, SLOTS)
    for template in templates:
        grammar.add(template, "test", {})
    return grammar


def _matches(grammar, text):
    words = text.split()
    return grammar.match(words, [0], [len(words)])


@pytest.mark.parametrize("text", ["start", "begin now", "start the thing", "begin a thing now"])
def test_matches(text):
    assert _matches(_grammar("<go> [(a|the) thing] [now]"), text)


@pytest.mark.parametrize("text", ["", "thing", "start a", "start now now", "start the thing later"])
def test_does_not_match(text):
    assert not _matches(_grammar("<go> [(a|the) thing] [now]"), text)


def test_slot_of_a_list_takes_the_longest_way():
    (match,) = _matches(_grammar("paint it {colour:shade}"), "paint it crimson red")
    assert match.slots == {"shade": "red"}


def test_wildcard_keeps_its_words():
    (match, *_) = _matches(_grammar("remember {text}"), "remember the red door")
    assert match.slots == {"text": "the red door"}


def test_beyond_knows_longer_sentences():
    grammar = _grammar("start", "start {colour}")
    (node,) = {n for n in grammar.walk(["start"], [0])[1] if n.slots}
    assert beyond(node) == {("test", True)}


@pytest.mark.parametrize(
    "template", ["(a|b", "a]", "[a)", "minute[s]", "{}", "[maybe]", "<unknown> x", "say {unknown}", "pre(fix)"]
)
def test_wrong_templates_are_named(template):
    with pytest.raises(ContentError, match="template"):
        _grammar(template)


def test_plain_words_are_one_run():
    run = read("take it easy")
    assert isinstance(run, Run) and run.words == ("take", "it", "easy")
