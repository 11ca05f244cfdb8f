"""One form for every text."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from voiceheal.understanding.normalise import MAX_CHARS, normalise, tokens


@pytest.mark.parametrize(
    ("said", "plain"),
    [
        ("  Stop!  NOW. ", "stop now"),
        ("I\u2019m fine\u2026", "i'm fine"),
        ("4-7-8 breathing", "4 7 8 breathing"),
        ("50%", "50 %"),
        ("1.5 minutes", "1.5 minutes"),
        ("5min", "5 min"),
        ("", ""),
        ("?!\n\t", ""),
    ],
)
def test_form(said, plain):
    assert normalise(said) == plain


def test_tokens_lose_apostrophes():
    assert tokens("i can't") == ["i", "cant"]


@given(st.text(max_size=300))
def test_twice_is_once(text):
    assert normalise(normalise(text)) == normalise(text)


def test_long_text_is_cut():
    assert len(normalise("a " * MAX_CHARS)) <= MAX_CHARS
