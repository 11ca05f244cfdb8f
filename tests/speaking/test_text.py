"""Whatever comes, engines get harmless text in bounded pieces; pauses are exact; loudness is even."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from voiceheal.speaking.drivers.festival import scheme_string
from voiceheal.speaking.loudness import TARGET_RMS, normalise, trim
from voiceheal.speaking.pauses import split_pauses, without_pauses
from voiceheal.speaking.text import chunks, speakable


def test_pauses_are_split_out() -> None:
    assert split_pauses("One. [pause 1.5] Two.[pause 2]") == ["One.", 1.5, "Two.", 2.0]
    assert split_pauses("[pause 0.5]") == [0.5]
    assert split_pauses("") == []
    assert split_pauses("[pause 0] a") == ["a"]
    assert split_pauses("[pause 99999]") == [120.0]
    assert split_pauses("keep [this]") == ["keep [this]"]
    assert without_pauses("One. [pause 1.5]  Two.") == "One. Two."


@pytest.mark.parametrize(
    ("text", "spoken"),
    [
        ("It’s fine — really", "It's fine, really"),
        ("a\x00b\x1bc\nd", "a b c d"),
        ("😀 smile 😀", "smile"),
        ("…", ""),
        ("!!!!!!!!!! no", "!!! no"),
        ("<speak>[[hello]]</speak>", "speak hello /speak"),
        ("", ""),
        ("Hello (you).", "Hello, you."),
    ],
)
def test_text_is_made_speakable(text: str, spoken: str) -> None:
    assert speakable(text) == spoken


@given(st.text(max_size=600))
def test_no_text_breaks_out(text: str) -> None:
    clean = speakable(text)
    assert all(c.isprintable() for c in clean)
    literal = scheme_string(text)
    inner = literal[1:-1].replace("\\\\", "").replace('\\"', "")
    assert '"' not in inner
    assert "\\" not in inner
    assert "\n" not in literal
    literal.encode("ascii")
    pieces = chunks(clean)
    assert all(0 < len(p) <= 240 for p in pieces)
    assert "".join("".join(pieces).split()) == "".join(clean.split())


def test_long_text_is_cut_at_sentence_ends() -> None:
    sentence = "This is one sentence of a fair length that ends here."
    pieces = chunks(" ".join([sentence] * 12))
    assert len(pieces) == 3
    assert all(p.endswith("here.") for p in pieces)


def test_silence_is_trimmed_and_loudness_even() -> None:
    rate = 16000
    tone = np.sin(2 * np.pi * 200 * np.arange(rate) / rate).astype(np.float32)
    for level in (0.01, 0.9):
        clip = np.concatenate([np.zeros(5000, np.float32), level * tone, np.zeros(9000, np.float32)])
        out = normalise(trim(clip, rate), rate)
        assert len(tone) <= len(out) <= len(tone) + 0.04 * rate
        assert np.sqrt(np.mean(out[1000:-1000] ** 2)) == pytest.approx(TARGET_RMS, rel=0.05)
        assert out[0] == 0.0
    assert len(trim(np.zeros(1000, np.float32), rate)) == 0
    assert not normalise(np.zeros(1000, np.float32), rate).any()
    click = np.zeros(rate, np.float32)
    click[::4000] = 0.5
    assert np.abs(normalise(click, rate)).max() <= 0.9001
