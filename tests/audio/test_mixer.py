"""Sources start on their sample, fade as asked, never clip, and tell what happened."""

from __future__ import annotations

import threading

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from voiceheal.audio.mixer import Mixer, MixerEvent

RATE = 1000


def ones(n: int, level: float = 0.5) -> np.ndarray:
    return np.full(n, level, np.float32)


def started(key: int, sample: int) -> MixerEvent:
    return MixerEvent("started", key, sample)


def ended(key: int, sample: int, completed: bool = True) -> MixerEvent:
    return MixerEvent("ended", key, sample, completed)


def test_starts_on_its_sample_whatever_the_blocks() -> None:
    for block in (1, 7, 20, 64, 500):
        mixer = Mixer(RATE)
        mixer.play(1, ones(100), at=123, fade_in_s=0)
        out = np.concatenate([mixer.render(block) for _ in range(500 // block + 1)])
        assert np.flatnonzero(out)[0] == 123
        assert np.count_nonzero(out) == 100
        assert mixer.drain() == [started(1, 123), ended(1, 223)]
        assert not mixer.busy


def test_the_past_means_now() -> None:
    mixer = Mixer(RATE)
    mixer.render(50)
    mixer.play(1, ones(10), at=3, fade_in_s=0)
    assert np.count_nonzero(mixer.render(10)) == 10
    assert mixer.drain() == [started(1, 50), ended(1, 60)]


def test_next_event_leads_from_mark_to_mark() -> None:
    mixer = Mixer(RATE)
    mixer.play(1, ones(100))
    mixer.play(2, ones(30), at=40)
    marks = []
    while (mark := mixer.next_event()) is not None:
        assert mark > mixer.position
        mixer.render(mark - mixer.position)
        marks.append(mark)
    assert marks == [40, 70, 100]
    assert mixer.drain() == [started(1, 0), started(2, 40), ended(2, 70), ended(1, 100)]


def test_stop_all_is_silent_within_the_fade_and_drops_what_is_planned() -> None:
    mixer = Mixer(RATE)
    mixer.play(1, ones(1000))
    mixer.play(2, ones(1000), at=500)
    mixer.render(100)
    mixer.stop_all(fade_s=0.02)
    out = mixer.render(100)
    assert (np.diff(out[:20]) < 0).all()
    assert not out[20:].any()
    assert mixer.drain() == [started(1, 0), ended(2, 100, False), ended(1, 120, False)]
    assert not mixer.sounding
    assert not mixer.busy


def test_stop_with_no_fade_is_over_at_once() -> None:
    mixer = Mixer(RATE)
    mixer.play(1, ones(1000))
    mixer.render(10)
    mixer.stop(1, 0.0)
    assert not mixer.render(10).any()
    assert mixer.drain() == [started(1, 0), ended(1, 10, False)]


def test_a_second_stop_shortens_a_long_fade_without_a_jump() -> None:
    mixer = Mixer(RATE)
    mixer.play(1, ones(5000, 0.6), fade_in_s=0)
    mixer.render(10)
    mixer.stop(1, 1.0)
    before = mixer.render(500)
    mixer.stop(1, 0.02)
    after = mixer.render(50)
    assert after[0] <= before[-1]
    assert before[-1] - after[0] < 0.03
    assert not after[20:].any()


def test_a_key_played_anew_cuts_the_old_one() -> None:
    mixer = Mixer(RATE)
    mixer.play(1, ones(100))
    mixer.render(10)
    mixer.play(1, ones(50))
    mixer.render(200)
    assert mixer.drain() == [started(1, 0), ended(1, 10, False), started(1, 10), ended(1, 60)]


def test_volumes_are_reached_within_their_fades() -> None:
    mixer = Mixer(RATE)
    mixer.play(1, ones(4000), fade_in_s=0)
    mixer.set_master(0.5, 0.1)
    assert mixer.render(100)[-1] == pytest.approx(0.25)
    mixer.set_bus(0.0, 1.0)
    half = mixer.render(500)
    assert half[-1] == pytest.approx(0.125, abs=1e-3)
    assert not mixer.render(1000)[500:].any()
    mixer.set_bus(1.0)
    assert mixer.render(10)[0] == pytest.approx(0.25)


@given(st.lists(st.floats(0.125, 1.0, width=32), min_size=1, max_size=12))
def test_sums_never_clip(levels: list[float]) -> None:
    mixer = Mixer(RATE)
    for key, level in enumerate(levels):
        mixer.play(key, ones(50, level), fade_in_s=0)
    out = mixer.render(50)
    assert np.abs(out).max() <= 1.0
    if sum(levels) < 0.8:
        assert out[0] == pytest.approx(sum(levels), abs=1e-5)


def test_not_a_number_never_reaches_the_ear() -> None:
    mixer = Mixer(RATE)
    mixer.play(1, np.array([0.5, np.nan, np.inf, 0.5], np.float32), fade_in_s=0)
    assert mixer.render(4).tolist() == [0.5, 0.0, 0.0, 0.5]


def test_nothing_to_say_starts_and_ends() -> None:
    mixer = Mixer(RATE)
    mixer.play(1, ones(0))
    mixer.render(5)
    assert mixer.drain() == [started(1, 0), ended(1, 0)]


def test_the_tap_gets_all_that_leaves() -> None:
    mixer = Mixer(RATE)
    heard: list[tuple[int, int]] = []
    mixer.tap = lambda pcm, position: heard.append((position, len(pcm)))
    mixer.render(20)
    mixer.render(30)
    assert heard == [(0, 20), (20, 30)]


def test_commands_from_other_threads_do_not_hurt() -> None:
    mixer = Mixer(RATE)

    def command(base: int) -> None:
        for key in range(base, base + 200):
            mixer.play(key, ones(10))
            mixer.set_master(0.9, 0.01)

    threads = [threading.Thread(target=command, args=(i * 1000,)) for i in range(3)]
    for thread in threads:
        thread.start()
    while any(t.is_alive() for t in threads):
        mixer.render(16)
    mixer.render(100)
    events = mixer.drain()
    assert sum(e.kind == "started" for e in events) == sum(e.kind == "ended" for e in events) == 600
