"""By voice, with real parts: words go in at the microphone, words come out of the speaker and are understood there."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest

from tests.rig import people, sound
from tests.rig.product import INTERRUPTED, Product, Running, matching
from tests.rig.pulse import Pulse, Recording, wait_until
from tests.rig.transcribe import any_of, transcript

pytestmark = [pytest.mark.audio, pytest.mark.model, pytest.mark.tts]

BREATHING = ("breathe", "breathing", "breath", "in", "out", "hold", "box", "four", "count")
QUIET_S = 6.0  # longer than any phase of box breathing: an exercise that went on would be heard
TURN_S = 20.0


def greeted(run: Running) -> None:
    """Wait until the product has said its first words."""
    run.wait_for("ready", 30)
    run.wait_for("say_end", 60)


def says(pulse: Pulse, folder: Path, text: str, voice: str = "slt") -> None:
    """A person says `text` into the microphone."""
    pulse.speak(people.say(text, voice, folder / f"{len(list(folder.iterdir()))}.wav"))


def fallen_silent(recording: Recording, run: Running) -> float:
    """Time in the recording after which the product has nothing left to say to a stop."""
    run.wait_for("stopped", TURN_S)
    answer = run.wait_for("say_start", TURN_S, line="stopped")
    run.wait_for("say_end", TURN_S, id=answer["id"])
    return recording.now()


def is_quiet(recording: Recording, since_s: float, for_s: float = QUIET_S) -> bool:
    """Whether the product plays nothing from `since_s` (and a moment for the device's buffer) on."""
    recording.wait(since_s + 0.4 + for_s)
    return sound.first_loud(recording.product(), since_s + 0.4) is None


def test_a_spoken_command_is_answered_by_speech_and_a_spoken_stop_ends_it(
    live: Product, pulse: Pulse, tmp_path: Path, model_path: Path, record_property: Callable[[str, object], None],
) -> None:  # fmt: skip
    words = tmp_path / "words"
    words.mkdir()
    run = live.start("talk")
    greeted(run)
    recording = pulse.record()
    begun = recording.now()
    says(pulse, words, "start box breathing for one minute")
    meant = run.wait_for("intent", TURN_S, intent="breathe")
    assert meant["slots"] == {"pattern": "box", "minutes": 1}
    run.wait_for("session_start", TURN_S, session="breathe")
    run.wait_for("cue", 90, phase="hold")
    heard = transcript(recording.product()[round(begun * sound.RATE) :], model_path)
    assert len(any_of(heard, BREATHING)) >= 2, f"the speaker said: {heard!r}"

    says(pulse, words, "stop", "rms")
    ended = run.wait_for("session_end", TURN_S, session="breathe")
    assert ended["outcome"] == "stopped"
    assert is_quiet(recording, fallen_silent(recording, run))
    recording.stop()
    stop_end = sound.last_loud(recording.person()) or 0.0
    # The tone of the breath sounds on through its phase; the first gap in it after the word is the hush.
    sounding = [end for start, end in sound.stretches(recording.product(), 0.03) if start <= stop_end <= end]
    record_property("hushed_s_after_stop", round(sounding[0] - stop_end, 3) if sounding else 0.0)
    assert run.process.poll() is None, "stop ends what runs, not the conversation"


def test_stop_is_heard_while_it_speaks(live: Product, pulse: Pulse, tmp_path: Path) -> None:
    words = tmp_path / "words"
    words.mkdir()
    run = live.start("talk")
    greeted(run)
    recording = pulse.record()
    says(pulse, words, "why does it hurt", "rms")
    run.wait_for("session_start", TURN_S, session="why_it_hurts")
    talk = next(e for e in run.events() if e["type"] == "session_start")
    wait_until("the talk's first words", lambda: speaking_since(run, talk["t"]), TURN_S)
    says(pulse, words, "stop")
    run.wait_for("session_end", TURN_S, session="why_it_hurts", outcome="stopped")
    assert is_quiet(recording, fallen_silent(recording, run))


def speaking_since(run: Running, t: float) -> bool:
    """Whether a line that began after `t` is sounding now."""
    events = run.events()
    ended = {e["id"] for e in matching(events, "say_end")}
    return any(e["t"] >= t and e["id"] not in ended for e in matching(events, "say_start"))


def test_goodbye_ends_the_program(live: Product, pulse: Pulse, tmp_path: Path) -> None:
    words = tmp_path / "words"
    words.mkdir()
    run = live.start("talk")
    greeted(run)
    says(pulse, words, "goodbye")
    run.wait_for("say_start", TURN_S, line="goodbye")
    assert run.wait(TURN_S) == 0
    assert run.left_over() == []


@pytest.mark.parametrize("when", ["at once", "while it speaks", "while it breathes"])
def test_ctrl_c_stops_the_sound_and_leaves_nothing(live: Product, pulse: Pulse, when: str) -> None:
    recording = pulse.record()
    idle = pulse.streams()
    run = live.start("breathe", "--minutes", "2")
    match when:
        case "at once":
            run.wait_for("ready", 30)
        case "while it speaks":
            run.wait_for("say_start", 60)
        case _:
            run.wait_for("cue", 90, phase="out")
    run.interrupt()
    assert run.wait(10) == INTERRUPTED, run.err()
    ended = recording.now()
    assert run.left_over() == []
    assert pulse.streams() == idle, "a stream to the sound server is still open"
    assert is_quiet(recording, ended, 1.0)
    assert "Traceback" not in run.err()


def test_a_sound_server_that_dies_is_told_and_nothing_hangs(live: Product, pulse: Pulse) -> None:
    run = live.start("breathe", "--minutes", "2")
    run.wait_for("say_start", 60)
    pulse.die()
    wait_until(
        "a word about the lost device",
        lambda: run.process.poll() is not None or bool(matching(run.events(), "device_lost")),
        30,
    )
    run.interrupt()
    assert run.wait(15) in (1, INTERRUPTED)
    assert "Traceback" not in run.err()
    assert run.left_over() == []
