"""Any text has a valid meaning, and the same words written another way mean the same."""

from __future__ import annotations

import random
import re
from collections.abc import Iterator
from pathlib import Path

import pytest
from hypothesis import HealthCheck, example, given, settings
from hypothesis import strategies as st

from voiceheal.core.meaning import ALL_INTENTS, PATTERNS, STAGES, THEMES, Meaning
from voiceheal.packs.schema import Example, Examples
from voiceheal.packs.yamlfile import read_yaml
from voiceheal.understanding.normalise import MAX_CHARS

EXAMPLES = Path(__file__).parents[2] / "content" / "en" / "examples"
SAMPLE = 200  # sentences that are written in other ways
SHARED = [
    HealthCheck.function_scoped_fixture,
    HealthCheck.too_slow,
    HealthCheck.data_too_large,
]  # the engine has no state
# the same drawings each time: what a model has learned has borders, and a test must not wander over them
STEADY = settings(max_examples=SAMPLE, deadline=None, derandomize=True, suppress_health_check=SHARED)
MARKS = [".", ",", "!", "?", "...", "\u2026", ";", ":", " - ", " \u2014 ", "!?", "\n"]
FILLERS = ["um", "uh", "erm", "hmm", "Um,", "uh..."]  # not "er": it is also where one is taken in an emergency
FIRST_FILLERS = [*FILLERS, "well", "oh", "Well,", "um well"]
WORDS = ["stop", "breathe", "box", "five", "minutes", "i", "want", "to", "die", "not", "he", "said", "sad", "don't"]
ODD_WORDS = ["half", "an", "hour", "step", "eleven", "%", "1.5", "and", "a", "point", "9" * 21, "\u00bd"]
CHOICES = {"pattern": PATTERNS, "theme": THEMES, "stage": STAGES, "scope": ("last", "all")}
RANGES = {"minutes": (0, None), "cycles": (1, None), "number": (1, 11), "percent": (0, 100), "rating": (0, 10)}


def sentences() -> Iterator[tuple[str, bool]]:
    """Every example, and whether words of it are kept as they are."""
    for path in sorted(EXAMPLES.glob("*.yaml")):
        said = read_yaml(path, Examples)
        for several in said.intents.values():
            for one in several:
                yield (one.text, "text" in one.slots) if isinstance(one, Example) else (one, False)
        for texts in (*said.feelings.values(), *said.safety.values()):
            yield from ((text, False) for text in texts)


def sample(keep: bool = True, numbers: bool = True) -> list[str]:
    """The same `SAMPLE` examples each time; without words to keep, or digits, where these may differ."""
    fit = [t for t, kept in sentences() if (keep or not kept) and (numbers or not re.search(r"[\d%]", t))]
    return random.Random(7).sample(sorted(set(fit)), SAMPLE)


KEPT = {text for text, kept in sentences() if kept}
ANY, PLAIN, UNKEPT = sample(), sample(numbers=False), sample(keep=False, numbers=False)


def told(meaning: Meaning) -> tuple[object, ...]:
    """What must not change."""
    return meaning.intent, dict(meaning.slots), meaning.stage, meaning.safety


def check(meaning: Meaning) -> None:
    """Every field is of the kind that core.meaning promises."""
    assert meaning.intent in ALL_INTENTS
    assert 0 <= meaning.confidence <= 1
    assert meaning.stage is None or meaning.stage in STAGES
    assert set(meaning.stages) <= set(STAGES)
    assert all(0 <= p <= 1 for p in meaning.stages.values())
    assert sum(meaning.stages.values()) <= 1 + 1e-6
    assert meaning.safety in (None, "risk", "danger")
    assert meaning.safety is not None or not meaning.unsure
    for name, value in meaning.slots.items():
        if name in CHOICES:
            assert value in CHOICES[name]
        elif name in RANGES:
            low, high = RANGES[name]
            assert isinstance(value, int | float)
            assert value >= low
            assert high is None or value <= high
        else:
            assert name == "text"
            assert isinstance(value, str)


@given(text=st.text(max_size=300))
@settings(max_examples=150, deadline=None, suppress_health_check=SHARED)
@example(text="")
@example(text="\x00")
@example(text="\ud800 \udfff")  # what a broken keyboard may send
@example(text="\u200b\u200d\ufeff")
@example(text="'" * 50)
@example(text="\u0130stop \ufb01ve \u2460 \uff15 minutes")  # lower case and compatible forms change the length
def test_any_unicode_has_a_valid_meaning(engine, text):
    check(engine.understand(text))


@given(
    piece=st.text(min_size=1, max_size=30)
    | st.lists(st.sampled_from(WORDS + ODD_WORDS), min_size=1, max_size=12).map(" ".join),
    size=st.sampled_from([1_000, MAX_CHARS - 1, MAX_CHARS, MAX_CHARS + 1]),
    space=st.sampled_from(["", " "]),
)
@settings(max_examples=40, deadline=None, suppress_health_check=SHARED)
def test_any_length_has_a_valid_meaning(engine, piece, size, space):
    check(engine.understand(((piece + space) * size)[:size]))


@given(words=st.lists(st.sampled_from(WORDS + ODD_WORDS + FILLERS), max_size=40))
@settings(max_examples=150, deadline=None, suppress_health_check=SHARED)
def test_any_mix_of_words_has_a_valid_meaning(engine, words):
    check(engine.understand(" ".join(words), [" ".join(reversed(words))]))


@pytest.mark.parametrize("text", ["", " ", "?!", "\U0001f62d", "\n\t"])
def test_no_words_mean_nothing(engine, text):
    assert told(engine.understand(text)) == ("out_of_scope", {}, None, None)


@given(text=st.sampled_from(ANY))
@STEADY
def test_the_same_words_mean_the_same_twice(engine, text):
    assert engine.understand(text) == engine.understand(text)


@given(text=st.sampled_from(ANY), how=st.sampled_from([str.upper, str.title, str.capitalize]))
@STEADY
def test_case_changes_nothing(engine, text, how):
    assert told(engine.understand(how(text))) == told(engine.understand(text))


@given(text=st.sampled_from(PLAIN), data=st.data())
@STEADY
def test_punctuation_changes_nothing(engine, text, data):
    marked = " ".join(word + data.draw(st.sampled_from(["", "", *MARKS])) for word in text.split())
    assert told(engine.understand(marked)) == told(engine.understand(text))


# Without its apostrophe each of these is another word ("hell", "ill"), and may mean something else.
OTHER_WORDS = re.compile(r"\b(?:he'll|she'll|we'll|i'll|we're|i'd|she'd|we'd|can't|won't|it's|let's)\b")


@given(
    text=st.sampled_from([t for t in ANY if not OTHER_WORDS.search(t)]),
    sign=st.sampled_from(["", "\u2019", "\u2018", "`", "\u00b4"]),
)
@STEADY
def test_apostrophes_change_nothing(engine, text, sign):
    other = engine.understand(re.sub(r"(?<=\w)'(?=\w)", sign, text))
    plain = engine.understand(text)
    # words that are kept are kept as they came
    kept = [{k: str(v).replace("'", "") for k, v in m.slots.items()} for m in (other, plain)]
    assert kept[0] == kept[1]
    assert (other.intent, other.stage, other.safety) == (plain.intent, plain.stage, plain.safety)


@given(
    text=st.sampled_from(ANY),
    before=st.sampled_from(["", " ", "\t", "\n\n"]),
    between=st.sampled_from(["  ", "\n", "\u00a0"]),
)
@STEADY
def test_space_changes_nothing(engine, text, before, between):
    assert told(engine.understand(before + between.join(text.split()) + before)) == told(engine.understand(text))


@given(
    text=st.sampled_from(PLAIN), first=st.sampled_from(FIRST_FILLERS), last=st.sampled_from(["", " um", " uh", ", erm"])
)
@STEADY
def test_fillers_around_it_change_nothing(engine, text, first, last):
    last = "" if text in KEPT else last
    assert told(engine.understand(f"{first} {text}{last}")) == told(engine.understand(text))


@given(text=st.sampled_from(UNKEPT), filler=st.sampled_from(FILLERS), data=st.data())
@STEADY
def test_a_filler_between_words_changes_nothing(engine, text, filler, data):
    words = text.split()
    words.insert(data.draw(st.integers(1, max(1, len(words) - 1))), filler)
    assert told(engine.understand(" ".join(words))) == told(engine.understand(text))
