"""Our own voice in the microphone: found, taken away, told apart from a person; nothing is done to headphones."""

from __future__ import annotations

import numpy as np
import pytest

from tests.rig import people, sound
from voiceheal.hearing import adaptive
from voiceheal.hearing.adaptive import KalmanCanceller
from voiceheal.hearing.delay import DelayFinder, DriftFinder, between
from voiceheal.hearing.duplex import Duplex, Heard
from voiceheal.hearing.vad import BLOCK

RATE = sound.RATE


@pytest.fixture(scope="module")
def ours() -> sound.Samples:
    """Twelve seconds of our own voice."""
    people.need_people()
    line = people.spoken("you are here and that is enough for now let your shoulders drop and rest as you like", "slt")
    return np.concatenate([line, line, line])[: 12 * RATE // BLOCK * BLOCK]


def room(far: sound.Samples, lag: int, *, gain: float = 1.0, ppm: float = 0.0) -> sound.Samples:
    """What the microphone gets: late, with a short reverberation, by a clock of its own, in some air."""
    rng = np.random.default_rng(3)
    response = rng.normal(0, 1, 1600) * np.exp(-np.arange(1600) / 300)
    response[0] = 6.0
    wet = np.convolve(far / 32768.0, response / np.sqrt(np.sum(response**2)))[: len(far)]
    places = np.arange(len(far)) * (1 + ppm * 1e-6) - lag
    padded = np.concatenate([np.zeros(64), wet, np.zeros(64)]).astype(np.float32)
    late = between(padded, np.clip(places + 64, 16, len(padded) - 17).astype(np.float64))
    air = rng.normal(0, 3e-4, len(far))
    return np.rint(np.clip(gain * late + air, -1, 1) * 32767).astype(np.int16)


def listen(duplex: Duplex, mic: sound.Samples, far: sound.Samples) -> list[Heard]:
    return [duplex.hear(mic[at : at + BLOCK], far[at : at + BLOCK]) for at in range(0, len(far) - BLOCK + 1, BLOCK)]


def power(samples: sound.Samples) -> float:
    return float(np.mean(samples.astype(np.float64) ** 2)) + 1e-9


def joined(heard: list[Heard]) -> sound.Samples:
    return np.concatenate([h.block for h in heard])


@pytest.mark.parametrize("lag", [400, 1900, 4800])
def test_the_delay_is_found_and_the_echo_taken_away(ours: sound.Samples, lag: int) -> None:
    duplex = Duplex()
    mic = room(ours, lag)
    heard = listen(duplex, mic, ours)
    assert duplex.delay_s == pytest.approx(lag / RATE, abs=0.004)
    late = slice(8 * RATE, 12 * RATE)
    assert 10 * np.log10(power(mic[late]) / power(joined(heard)[late])) > 15
    assert heard[10].muted, "half duplex until the canceller has shown that it works"
    assert not any(h.muted for h in heard[-100:])
    assert np.mean([h.ours for h in heard[-150:]]) > 0.5


def test_a_person_over_our_voice_is_told_apart_and_left_whole(ours: sound.Samples) -> None:
    duplex = Duplex()
    mic = room(ours, 1900).astype(np.int32)
    person = people.spoken("please stop now", "rms").astype(np.int32)
    person = (person * np.sqrt(power(ours) / power(person.astype(np.int16)))).astype(np.int32)
    at = 9 * RATE
    mic[at : at + len(person)] += person[: len(mic) - at]
    heard = listen(duplex, mic.clip(-32768, 32767).astype(np.int16), ours)
    first, last = at // BLOCK + 4, (at + len(person)) // BLOCK - 4
    assert np.mean([not h.ours for h in heard[first:last]]) > 0.7
    left = joined(heard)[at + 256 : at + 256 + len(person)]
    alike = np.corrcoef(left[: len(person)], person[: len(left)])[0, 1]
    assert alike > 0.8


@pytest.mark.parametrize("ppm", [-100.0, 60.0])
def test_two_clocks_that_part_are_followed(ours: sound.Samples, ppm: float) -> None:
    duplex = Duplex()
    far = np.concatenate([ours, ours])
    mic = room(far, 1900, ppm=ppm)
    heard = listen(duplex, mic, far)
    assert duplex.drift_ppm == pytest.approx(-ppm, abs=20)
    late = slice(18 * RATE, 24 * RATE)
    assert 10 * np.log10(power(mic[late]) / power(joined(heard)[late])) > 15


def test_headphones_are_left_alone(ours: sound.Samples) -> None:
    duplex = Duplex()
    mic = sound.noise(len(ours) / RATE, 10.0)[: len(ours)]
    heard = listen(duplex, mic, ours)
    assert duplex.delay_s is None
    assert not duplex.echo
    assert not any(h.muted or h.ours for h in heard[-150:])
    late = joined(heard)[-BLOCK * 100 :]
    assert np.array_equal(late[256:], mic[-BLOCK * 100 - 256 : -256][256:]), "the same samples, 16 ms later"


def test_silence_passes_what_the_person_says_untouched() -> None:
    people.need_people()
    person = people.spoken("hello there how are you", "rms")
    person = person[: len(person) // BLOCK * BLOCK]
    heard = listen(Duplex(), person, np.zeros(len(person), np.int16))
    assert np.array_equal(joined(heard)[256:], person[:-256])
    assert not any(h.muted or h.ours or h.echo for h in heard[32:])


def test_a_jump_of_the_delay_is_found_again(ours: sound.Samples) -> None:
    duplex = Duplex()
    listen(duplex, room(ours, 1900), ours)
    heard = listen(duplex, room(ours, 3300), ours)
    assert duplex.delay_s == pytest.approx(3300 / RATE, abs=0.004)
    assert not heard[-1].muted


def test_off_is_half_duplex_whatever_the_echo(ours: sound.Samples) -> None:
    heard = listen(Duplex("off"), room(ours, 1900), ours)
    assert np.mean([h.muted for h in heard[5:]]) > 0.9, "all but our own pauses"


def test_our_voice_steps_back_only_while_somebody_is_heard_over_it(ours: sound.Samples) -> None:
    duplex = Duplex()
    mic = room(ours, 1900)
    for at in range(0, 4 * RATE // BLOCK * BLOCK, BLOCK):
        duplex.hear(mic[at : at + BLOCK], ours[at : at + BLOCK], voice=at > 3 * RATE)
        assert duplex.duck == (at > 3 * RATE)
    duplex.hear(mic[:BLOCK], ours[:BLOCK], voice=False)
    assert not duplex.duck


def test_noise_is_no_echo() -> None:
    rng = np.random.default_rng(1)
    finder = DelayFinder()
    found = [finder.feed(*rng.normal(0, 0.1, (2, BLOCK)).astype(np.float32)) for _ in range(300)]
    assert found == [None] * 300


def test_the_canceller_learns_a_path_and_forgets_it() -> None:
    rng = np.random.default_rng(2)
    far = rng.normal(0, 0.1, 2 * RATE).astype(np.float32)
    mic = np.concatenate([np.zeros(300, np.float32), 0.5 * far])[: len(far)]
    canceller = KalmanCanceller()
    left = canceller.cancel(mic[: len(mic) // 256 * 256], far[: len(far) // 256 * 256])
    assert np.mean(left[RATE:] ** 2) < 1e-2 * np.mean(mic[RATE:] ** 2)
    assert int(np.argmax(np.abs(canceller.head()))) == 300
    canceller.reset()
    assert not np.any(canceller.head())


def test_what_was_just_heard_is_learned_from_again(ours: sound.Samples, monkeypatch: pytest.MonkeyPatch) -> None:
    """After the room has changed more of our voice is gone in the seconds that follow than by learning only once."""
    mic = np.concatenate([room(ours, 0)[: 6 * RATE], -room(ours, 37)[6 * RATE :]])
    far, near = (x[: len(x) // 256 * 256].astype(np.float32) / 32768.0 for x in (ours, mic))
    after = slice(7 * RATE, 10 * RATE)
    left = np.sum(KalmanCanceller().cancel(near, far)[after] ** 2)
    monkeypatch.setattr(adaptive, "STRIDES", ())
    once = np.sum(KalmanCanceller().cancel(near, far)[after] ** 2)
    assert 10 * np.log10(once / left) > 2.0


def test_drift_is_read_from_a_wandering_path() -> None:
    drift = DriftFinder()
    rng = np.random.default_rng(5)
    shape = rng.normal(0, 1, 700) * np.exp(-np.arange(700) / 90)
    padded = np.concatenate([np.zeros(128), shape, np.zeros(200)]).astype(np.float32)
    gone = 0.0
    for _ in range(12):
        path = between(padded, 64 + np.arange(768) - gone)
        drift.look(lambda path=path: path, 96)  # type: ignore[misc]
        gone += 96 * 256 * (80e-6 - drift.rate)
    assert drift.rate == pytest.approx(80e-6, abs=8e-6)
