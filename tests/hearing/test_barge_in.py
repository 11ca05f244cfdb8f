"""Whose voice is it, and may we listen while we speak."""

from __future__ import annotations

import numpy as np
import pytest

from tests.rig import people, sound
from voiceheal.hearing.barge_in import BargeIn, EchoGate, Mode, leftover, level_db
from voiceheal.hearing.vad import BLOCK

LINE = "You can say stop at any time. [pause 1.5] Breathe in, and let your shoulders drop."


@pytest.mark.parametrize(
    ("heard", "intent", "echo", "kept"),
    [
        ("pause", "pause", True, True),
        ("stop", "stop", False, True),
        ("stop", "stop", True, False),
        ("please stop now", "stop", True, True),
        ("breathe in and let your shoulders drop", "feeling", True, False),
        ("breathe in and let your shoulders drop", "feeling", False, False),
        ("at any time please in and let your shoulder drop", "out_of_scope", True, False),
        ("i do not want to breathe", "feeling", True, True),
        ("i can not do this", "feeling", True, True),
        ("shoulders", "out_of_scope", True, False),
        ("shoulders", "out_of_scope", False, True),
        ("", "out_of_scope", False, False),
    ],
)
def test_whose_words(heard: str, intent: str, echo: bool, kept: bool) -> None:
    assert BargeIn().judge(heard, LINE, intent, echo) is kept


@pytest.mark.parametrize(
    ("heard", "transcript", "intent", "likeness", "kept"),
    [
        ("pause", "the oz", "pause", 0.1, True),
        ("pause", "the oz", "pause", 0.4, False),  # sounds like us
        ("pause", "pause", "pause", 0.4, True),  # but both recognisers heard it
        ("softer", "let your shoulder", "quieter", 0.1, False),  # what was heard freely stands in our line
        ("i do not want to breathe", "", "feeling", 0.1, True),
        ("i do not want to breathe", "", "feeling", 0.4, False),
        ("i want to write to my friend", "", "reach_out", 0.1, False),
    ],
)
def test_what_sounds_like_us_is_us(heard: str, transcript: str, intent: str, likeness: float, kept: bool) -> None:
    judge = BargeIn().judge
    kept_so = judge(heard, LINE, intent, True, by_grammar=transcript != "", likeness=likeness, transcript=transcript)
    assert kept_so is kept


@pytest.mark.parametrize(
    ("heard", "line", "ours"),
    [
        ("breathe in and the show", LINE, True),
        ("breathe in and", LINE, False),  # three words may be chance
        ("i do not want to breathe in", LINE, False),
        ("breathe in and let your shoulders drop", "", False),
    ],
)
def test_a_turn_that_follows_our_own_voice_is_noticed(heard: str, line: str, ours: bool) -> None:
    assert leftover(heard, line) is ours


@pytest.mark.parametrize(
    ("heard", "intent", "proof", "kept"),
    [
        ("pause", "pause", {"by_grammar": False}, False),
        ("pause", "pause", {"by_grammar": True}, True),
        ("he say thank you", "feeling", {}, False),
        ("he never called me back", "feeling", {"confidence": 0.6}, False),
        ("he never called me back", "feeling", {"confidence": 0.9}, True),
        ("kill myself", "feeling", {"confidence": 0.4, "urgent": True}, True),
        ("any time", "feeling", {"urgent": True}, False),
    ],
)
def test_through_an_echo_more_proof_is_needed(heard: str, intent: str, proof: dict[str, float], kept: bool) -> None:
    assert BargeIn().judge(heard, LINE, intent, True, **proof) is kept  # type: ignore[arg-type]


def test_over_a_tone_there_are_no_words_to_compare() -> None:
    assert BargeIn().judge("stop", "", "stop", True)
    assert not BargeIn().judge("the", "", "feeling", True)


def test_in_silence_everything_is_the_person() -> None:
    assert BargeIn().judge("stop at any time", "", "feeling", False)


# ---- the gate -------------------------------------------------------------------------------------------------------
def play(gate: EchoGate, mic: sound.Samples, far: sound.Samples) -> list[bool]:
    opened: list[bool] = []
    for at in range(0, len(far) - BLOCK + 1, BLOCK):
        gate.feed(mic[at : at + BLOCK], far[at : at + BLOCK])
        opened.append(gate.open)
    return opened


def room(far: sound.Samples, loss_db: float, *, lag: int = 1900, air: float = 10.0) -> sound.Samples:
    """What the microphone gets of the loudspeaker, `lag` samples late, `loss_db` softer, in some air."""
    late = np.concatenate([np.zeros(lag), far[:-lag].astype(np.float64)]) * 10 ** (-loss_db / 20)
    return (late + sound.noise(len(far) / sound.RATE, air)).clip(-32768, 32767).astype(np.int16)


@pytest.fixture(scope="module")
def ours() -> sound.Samples:
    """Two seconds of silence, then eleven of our own voice."""
    people.need_people()
    line = people.spoken(
        "you are here and that is enough for now let your shoulders drop and breathe as you like", "slt"
    )
    return np.concatenate([sound.silence(2.0), line, line, line])[: 13 * sound.RATE]


def test_it_starts_closed_while_we_speak_and_open_while_we_do_not(ours: sound.Samples) -> None:
    opened = play(EchoGate(), room(ours, 0.0), ours)
    assert all(opened[:60])
    assert not any(opened[70:])


@pytest.mark.parametrize("loss_db", [-6.0, 0.0, 12.0, 24.0])
def test_a_loudspeaker_keeps_it_closed(ours: sound.Samples, loss_db: float) -> None:
    gate = EchoGate()
    assert not any(play(gate, room(ours, loss_db), ours)[70:])
    assert gate.echo


def test_headphones_open_it(ours: sound.Samples) -> None:
    gate = EchoGate()
    opened = play(gate, room(ours, 70.0), ours)
    assert not opened[80]
    assert all(opened[150:])
    assert not gate.echo


def test_headphones_taken_off_close_it(ours: sound.Samples) -> None:
    gate = EchoGate()
    play(gate, room(ours, 70.0), ours)
    opened = play(gate, room(ours, 6.0), ours)
    assert not opened[-1]


def test_a_person_who_talks_over_us_is_no_echo(ours: sound.Samples) -> None:
    gate = EchoGate()
    play(gate, room(ours, 70.0), ours)
    person = people.spoken("please be quiet for a while i would rather tell you what has happened to me today", "rms")
    mic = room(ours, 70.0)
    mic[3 * sound.RATE : 3 * sound.RATE + len(person)] += person[: len(mic) - 3 * sound.RATE]
    play(gate, mic, ours)
    assert not gate.echo


@pytest.mark.parametrize(("mode", "while_speaking"), [("on", True), ("off", False)])
def test_the_setting_decides(ours: sound.Samples, mode: Mode, while_speaking: bool) -> None:
    for loss_db in (0.0, 70.0):
        opened = play(EchoGate(mode), room(ours, loss_db), ours)
        assert set(opened[70:]) == {while_speaking}


def test_closed_it_opens_again_after_the_tail(ours: sound.Samples) -> None:
    gate = EchoGate("off")
    play(gate, ours, ours)
    opened = play(gate, sound.silence(1.0), sound.silence(1.0))
    assert opened.index(True) == 10, "300 ms"


def test_levels() -> None:
    assert level_db(sound.silence(0.032)) == -100.0
    assert level_db(np.full(BLOCK, 16384, np.int16)) == pytest.approx(-6.0, abs=0.1)


def test_a_cry_for_help_counts_however_much_it_sounds_like_us() -> None:
    assert BargeIn().judge("i do not want to live", LINE, "feeling", True, by_grammar=False, likeness=0.6, urgent=True)
