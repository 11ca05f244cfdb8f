"""Numbers, durations, percents and counts, as they are said."""

from __future__ import annotations

import pytest

from voiceheal.understanding.engine import Engine
from voiceheal.understanding.normalise import normalise, tokens
from voiceheal.understanding.numbers import plain_number


@pytest.fixture(scope="module")
def numbers(engine: Engine):
    return engine.slots.numbers


def _whole(spans, words):
    return dict(spans).get(len(words))


@pytest.mark.parametrize(
    ("said", "minutes"),
    [
        ("five minutes", 5), ("a minute", 1), ("half a minute", 0.5), ("ninety seconds", 1.5), ("half an hour", 30),
        ("an hour", 60), ("two hours", 120), ("an hour and a half", 90), ("two and a half minutes", 2.5),
        ("a minute and a half", 1.5), ("a quarter of an hour", 15), ("three quarters of an hour", 45),
        ("a couple of minutes", 2), ("twenty five minutes", 25), ("1.5 minutes", 1.5), ("10 min", 10),
        ("one minute thirty seconds", 1.5), ("one minute and thirty seconds", 1.5), ("a few minutes", 3),
        ("one point five minutes", 1.5), ("two hours and a half", 150), ("zero minutes", None), ("minutes", None),
    ],
)  # fmt: skip
def test_minutes(numbers, said, minutes):
    words = tokens(normalise(said))
    assert _whole(numbers.minutes(words, 0), words) == minutes


@pytest.mark.parametrize(
    ("said", "count"),
    [
        ("a dozen breaths", 12),
        ("four cycles", 4),
        ("8 rounds", 8),
        ("a couple of rounds", 2),
        ("half a dozen breaths", 6),
    ],
)
def test_cycles(numbers, said, count):
    words = tokens(normalise(said))
    assert _whole(numbers.cycles(words, 0), words) == count


@pytest.mark.parametrize(
    ("said", "percent"), [("half", 50), ("a hundred", 100), ("full", 100), ("seventy five", 75), ("140", None)]
)
def test_percent(numbers, said, percent):
    words = tokens(normalise(said))
    assert _whole(numbers.percent(words, 0), words) == percent


@pytest.mark.parametrize(("said", "rating"), [("zero", 0), ("ten", 10), ("eleven", None), ("five and a half", 5.5)])
def test_rating(numbers, said, rating):
    words = tokens(normalise(said))
    assert _whole(numbers.rating(words, 0), words) == rating


def test_whole_numbers_are_ints():
    assert isinstance(plain_number(5.0), int)
    assert plain_number(1.5) == 1.5
