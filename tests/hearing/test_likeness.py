"""What is left of our own voice is told from a person by its coherence with what was played."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

from voiceheal.hearing.likeness import Likeness
from voiceheal.hearing.vad import BLOCK

RNG = np.random.default_rng(4)
FAR = RNG.normal(0, 0.1, 60 * BLOCK).astype(np.float32)
PERSON = RNG.normal(0, 0.1, 60 * BLOCK).astype(np.float32)


def likeness(left: npt.NDArray[np.float32]) -> float:
    """At the end."""
    judge = Likeness()
    return [judge.feed(left[at : at + BLOCK], FAR[at : at + BLOCK]) for at in range(0, len(FAR), BLOCK)][-1]


def echo(taps: int) -> npt.NDArray[np.float32]:
    path = RNG.normal(0, 1, taps) * np.exp(-np.arange(taps) / (taps / 4))
    return np.asarray(np.convolve(FAR, path / np.sqrt(np.sum(path**2)))[: len(FAR)], np.float32)


def test_a_person_is_not_like_us() -> None:
    assert likeness(PERSON) < 0.15


def test_our_echo_is_even_when_it_is_quiet_and_rings() -> None:
    assert likeness(echo(200)) > 0.8
    assert likeness(0.01 * echo(200)) > 0.8
    assert likeness(echo(1500)) > 0.3


def test_both_at_once_is_between() -> None:
    assert 0.25 < likeness(PERSON + echo(100)) < 0.75


def test_silence_is_nothing() -> None:
    assert likeness(np.zeros_like(FAR)) == 0.0
