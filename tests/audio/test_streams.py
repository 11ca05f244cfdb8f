"""Sample clocks follow session time; the microphone's blocks are whole; the callback never raises."""

from __future__ import annotations

import sys

import numpy as np
import pytest

from voiceheal.audio import devices
from voiceheal.audio.clockmap import ClockMap
from voiceheal.audio.streams import BLOCK, BlockCutter, SpeakerStream
from voiceheal.errors import AudioDeviceError


def test_late_callbacks_do_not_shake_the_map() -> None:
    clock = ClockMap(48000)
    rng = np.random.default_rng(1)
    for i in range(500):
        clock.note(1.0 + i * 0.02 + float(rng.choice([0.0, 0.0, 0.005, 0.03])), i * 960)
    assert clock.time_at(0) == pytest.approx(1.0, abs=0.0005)
    assert clock.sample_at(11.0) == pytest.approx(480000, abs=24)


def test_a_card_that_runs_fast_is_followed() -> None:
    clock = ClockMap(48000)
    for i in range(30000):  # ten minutes, 100 millionths fast
        clock.note(i * 0.02 * (1 - 1e-4), i * 960)
    last = 29999
    assert clock.time_at(last * 960) == pytest.approx(last * 0.02 * (1 - 1e-4), abs=0.005)


def test_a_gap_is_jumped_over() -> None:
    clock = ClockMap(1000)
    for i in range(100):
        clock.note(i * 0.02, i * 20)
    for i in range(100, 140):
        clock.note(i * 0.02 + 7.0, i * 20)
    assert clock.time_at(139 * 20) == pytest.approx(139 * 0.02 + 7.0, abs=0.001)


def test_blocks_are_whole_timed_and_gaps_are_silence() -> None:
    got: list[tuple[float, np.ndarray]] = []
    clock = ClockMap(48000)
    clock.note(2.0, 0)
    cutter = BlockCutter(48000, lambda block, t: got.append((t, block)))
    tone = (0.5 * np.sin(2 * np.pi * 300 * np.arange(960 * 200) / 48000)).astype(np.float32)
    for i in range(200):
        if not 50 <= i < 100:  # one second dropped
            cutter.feed(tone[i * 960 : (i + 1) * 960], i * 960, clock)
    assert {len(block) for _, block in got} == {BLOCK}
    assert got[0][0] == pytest.approx(2.0, abs=1e-6)
    assert np.allclose(np.diff([t for t, _ in got]), 0.032, atol=1e-4)
    heard = np.concatenate([block for _, block in got]).astype(float)
    assert np.abs(heard[17000:31000]).max() < 50
    assert np.abs(heard[40000:]).max() > 15000


class Clock:
    def __init__(self) -> None:
        self.t = 0.0

    def now(self) -> float:
        return self.t


class FakePortAudio:
    """As much of sounddevice as the device list needs."""

    class PortAudioError(Exception):
        pass

    def __init__(self, names: list[str], default: int = 0) -> None:
        self._names = names
        self.default = type("Default", (), {"device": (default, default)})()

    def query_devices(self) -> list[dict[str, object]]:
        return [
            {"name": n, "hostapi": 0, "max_input_channels": 2, "max_output_channels": 2, "default_samplerate": 48000.0}
            for n in self._names
        ]

    def query_hostapis(self) -> list[dict[str, object]]:
        return [{"name": "Fake", "default_input_device": -1, "default_output_device": -1}]


def use(monkeypatch: pytest.MonkeyPatch, *names: str, default: int = 0) -> None:
    monkeypatch.setattr(devices, "portaudio", lambda: FakePortAudio(list(names), default))


def test_devices_are_found_by_name(monkeypatch: pytest.MonkeyPatch) -> None:
    use(monkeypatch, "Speakers", "USB Headset (2)", "usb headset", default=1)
    assert devices.find(None, "speaker").name == "USB Headset (2)"
    assert devices.find("usb headset", "microphone").name == "usb headset"
    assert devices.find("USB", "microphone").name == "USB Headset (2)"
    with pytest.raises(AudioDeviceError, match='no microphone called "Moon"'):
        devices.find("Moon", "microphone")
    assert [d.kind for d in devices.list_devices()] == ["microphone"] * 3 + ["speaker"] * 3


def test_no_device_offers_the_keyboard(monkeypatch: pytest.MonkeyPatch) -> None:
    use(monkeypatch)
    assert devices.list_devices() == []
    with pytest.raises(AudioDeviceError, match="There is no microphone") as caught:
        devices.find(None, "microphone")
    assert "voiceheal --typed" in caught.value.hint


def test_the_callback_plays_silence_rather_than_raise(monkeypatch: pytest.MonkeyPatch) -> None:
    use_watch(monkeypatch)
    clock = Clock()
    speaker = SpeakerStream(None, clock)
    speaker.mixer.play(1, np.full(10000, 0.5, np.float32), fade_in_s=0)
    out = np.zeros((960, 2), np.float32)
    for i in range(40):  # a burst first, then a steady pace: nothing is played, nothing is lost
        clock.t = 2.0 if i < 20 else 2.0 + (i - 20) * 0.02
        speaker._callback(out, 960, None, None)
        if not out.any():
            assert speaker.mixer.position == 0
        else:
            break
    assert 28 <= i <= 34
    speaker = SpeakerStream(None, clock)
    speaker._settled.set()
    speaker.mixer.play(1, np.full(10000, 0.5, np.float32), fade_in_s=0)
    clock.t = 3.0
    speaker._callback(out, 960, None, None)
    assert (out == 0.5).all()
    assert speaker.sample_at(4.0) == 48000
    assert speaker.time_at(480) == pytest.approx(3.01)

    def broken(pcm: np.ndarray, position: int) -> None:
        raise ZeroDivisionError

    speaker.mixer.tap = broken
    speaker._callback(out, 960, None, None)
    assert not out.any()
    assert isinstance(speaker.error, ZeroDivisionError)


def test_a_device_that_runs_dry_again_and_again_is_opened_with_a_larger_buffer(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    use_watch(monkeypatch)
    clock = Clock()
    asked: list[float] = []
    speaker = SpeakerStream(None, clock)
    monkeypatch.setattr(speaker, "_reopen", lambda: asked.append(speaker._latency_s))
    out = np.zeros((960, 1), np.float32)
    for i in range(1000):  # a burst without an end: 20 ms of sound a millisecond
        clock.t = 5.0 + i * 0.001
        speaker._callback(out, 960, None, None)
        if speaker._stumbles():
            speaker._open_larger()
            speaker._settled.set()  # what the real opening does, and a steady pace after it
            break
    assert asked == [0.1]
    assert not speaker._stumbles()
    for _ in range(5):
        speaker._open_larger()
    assert asked[-1] == 0.4


def use_watch(monkeypatch: pytest.MonkeyPatch) -> None:
    use(monkeypatch, "Fake")


def test_a_lost_loudspeaker_drops_what_was_planned(monkeypatch: pytest.MonkeyPatch) -> None:
    use_watch(monkeypatch)
    speaker = SpeakerStream(None, Clock())
    speaker.mixer.play(1, np.ones(100, np.float32))
    speaker._on_gone()
    assert not speaker.mixer.busy
    assert [e.kind for e in speaker.mixer.drain()] == ["ended"]


class NoPortAudio:
    """What importing sounddevice does where the library is missing."""

    def find_spec(self, name: str, path: object = None, target: object = None) -> None:
        if name == "sounddevice":
            raise OSError("PortAudio library not found")


def test_a_missing_library_is_named(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delitem(sys.modules, "sounddevice", raising=False)
    monkeypatch.setattr(sys, "meta_path", [NoPortAudio(), *sys.meta_path])
    devices.portaudio.cache_clear()
    with pytest.raises(AudioDeviceError, match="PortAudio is missing") as caught:
        devices.list_devices()
    assert "libportaudio2" in caught.value.hint
    assert "voiceheal --typed" in caught.value.hint
