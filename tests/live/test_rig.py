"""The rig itself: one clock for both sides, words that arrive as they were said, nothing left of the server."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.rig import people, sound
from tests.rig.pulse import Pulse, pulse_server
from tests.rig.transcribe import any_of, transcript

pytestmark = pytest.mark.audio

SAME_CLOCK_S = 0.005


def test_one_click_on_both_sides_is_found_at_one_time(pulse: Pulse, tmp_path: Path) -> None:
    clicks = sound.silence(2.0)
    clicks[8000::8000] = 20000
    pulse.load("module-combine-sink", "sink_name=both", "slaves=mic,speaker")
    recording = pulse.record()
    pulse.speak(sound.write(tmp_path / "clicks.wav", clicks), sink="both")
    recording.wait(recording.now() + 0.5)
    recording.stop()
    left, right = (sound.stretches(side, 0.1) for side in (recording.person(), recording.product()))
    assert len(left) == len(right) == 3
    firsts = [sound.first_loud(side) for side in (recording.person(), recording.product())]
    assert abs((firsts[0] or 0.0) - (firsts[1] or 0.0)) < SAME_CLOCK_S


@pytest.mark.model
def test_what_is_said_is_recorded_and_understood(pulse: Pulse, tmp_path: Path, model_path: Path) -> None:
    people.need_people()
    recording = pulse.record()
    pulse.speak(people.say("the river is quiet this morning", "slt", tmp_path / "said.wav"))
    recording.wait(recording.now() + 0.3)
    recording.stop()
    assert any_of(transcript(recording.person(), model_path), ("river", "quiet", "morning"))
    assert sound.first_loud(recording.product()) is None


def test_nothing_is_left_of_the_server(tmp_path: Path) -> None:
    with pulse_server(tmp_path / "b") as server:
        server.record()
        started = [*server.started, server.process]
    assert all(process.poll() is not None for process in started)
