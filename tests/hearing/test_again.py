"""What was not understood is heard a second time without the noise; what was understood, or is too long, is not."""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from pathlib import Path

import numpy as np
import pytest

from scripts.benches._commands_people import babble, in_room
from tests.fakes import FakeRecogniser
from tests.rig import people, sound
from voiceheal import app
from voiceheal.core.doubts import asked_first
from voiceheal.core.events import Utterance
from voiceheal.core.meaning import Completeness, Expect, Kind
from voiceheal.hearing.again import BEFORE, LONGEST, SecondListening
from voiceheal.hearing.denoise import denoised
from voiceheal.hearing.situation import Situation, Turn
from voiceheal.hearing.vad import BLOCK, BLOCK_S
from voiceheal.listening import build_ears
from voiceheal.settings import Settings
from voiceheal.understanding.doubt import Doubter
from voiceheal.understanding.engine import Engine
from voiceheal.understanding.heard import TwoEars

COMMAND, OPEN = Expect(), Expect(Kind.OPEN)


def utterance(text: str, command: str = "", sure: float = 0.0, clear: float = 0.6) -> Utterance:
    return Utterance(
        text=text, confidence=clear, start_s=1.0, end_s=1.6, decided_s=2.0, command=command, command_confidence=sure
    )


# ---- the noise ------------------------------------------------------------------------------------------------------
def test_steady_noise_is_taken_down_and_speech_is_kept() -> None:
    people.need_people()
    speech = people.spoken("breathe with me for five minutes", "slt").astype(float)
    rng = np.random.default_rng(1)
    lead = np.zeros(sound.RATE)
    clean = np.concatenate([lead, speech, lead])
    noisy = np.rint(clean + rng.normal(0, 300, len(clean))).astype(np.int16)
    left = denoised(noisy).astype(float)
    assert len(left) == len(noisy)
    tail = slice(len(left) - 8000, len(left))
    assert 10 * np.log10(np.sum(noisy[tail].astype(float) ** 2) / np.sum(left[tail] ** 2)) > 9
    inside = slice(sound.RATE, sound.RATE + len(speech))
    assert np.corrcoef(left[inside], speech)[0, 1] > 0.97


@pytest.mark.parametrize("length", [0, 1, 255, 256, 700])
def test_any_length_is_kept(length: int) -> None:
    assert len(denoised(np.ones(length, np.int16))) == length


# ---- when -----------------------------------------------------------------------------------------------------------
@dataclass
class FixedDoubt:
    answer: bool
    asked: list[Utterance] = field(default_factory=list)

    def doubtful(self, said: Utterance, expect: Expect) -> bool:
        self.asked.append(said)
        return self.answer

    def better(self, first: Utterance, second: Utterance, expect: Expect) -> Utterance:
        return second


def listen(doubt: FixedDoubt, blocks: int, expect: Expect = COMMAND, text: str = "hm what") -> tuple[Utterance, int]:
    """What counts of a turn of so many blocks, and how many blocks were decoded again."""
    again = SecondListening(doubt, lambda text, expect: Completeness.NONE)
    recogniser = FakeRecogniser(("again",), lag=0)
    heard: list[np.ndarray] = []
    accept = recogniser.accept
    recogniser.accept = lambda pcm: (heard.append(pcm), accept(np.ones(BLOCK, np.int16)))[1]  # type: ignore[method-assign,func-returns-value]
    for _ in range(BEFORE + blocks):
        again.keep(np.ones(BLOCK, np.int16))
    turn = Turn(start=10.0, situation=Situation(), end=10.0, changed=10.0)
    first = replace(utterance(text), start_s=10.0, decided_s=10.0 + blocks * BLOCK_S)
    return again.hear(turn, first, expect, recogniser, None), len(heard)


def test_what_is_doubtful_is_decoded_again_from_just_before_it_began() -> None:
    counts, decoded = listen(FixedDoubt(True), 40)
    assert counts.text == "again"
    assert decoded == 40 + 13


@pytest.mark.parametrize(
    ("doubtful", "blocks", "expect", "text"),
    [
        (False, 40, COMMAND, "hm what"),
        (True, LONGEST + 1, COMMAND, "hm what"),
        (True, 40, OPEN, "hm what"),
        (True, 40, COMMAND, ""),
    ],
)
def test_else_the_first_listening_counts(doubtful: bool, blocks: int, expect: Expect, text: str) -> None:
    counts, decoded = listen(FixedDoubt(doubtful), blocks, expect, text)
    assert (counts.text, decoded) == (text, 0)


# ---- which ----------------------------------------------------------------------------------------------------------
@pytest.fixture(scope="module")
def engine() -> Engine:
    return app.build(Settings()).engine


@pytest.fixture(scope="module")
def doubter(engine: Engine) -> Doubter:
    return Doubter(TwoEars(engine))


@pytest.mark.parametrize(
    ("said", "doubtful"),
    [
        (utterance("breathe with me", clear=0.95), False),
        (utterance("excluding ice skating"), True),
        (utterance("she left me and i miss her so much", clear=0.95), False),
        (utterance("she left me and i miss her so much", clear=0.5), True),
        (utterance("i want to kill myself", clear=0.5), False),  # is answered at once
    ],
)
def test_what_is_worth_hearing_again(doubter: Doubter, said: Utterance, doubtful: bool) -> None:
    assert doubter.doubtful(said, COMMAND) is doubtful


def test_a_plain_command_of_the_second_listening_counts(doubter: Doubter) -> None:
    first, second = utterance("excluding ice skating"), utterance("explain the stages", clear=0.9)
    assert doubter.better(first, second, COMMAND) is second


def test_one_that_is_less_plain_is_asked_about(doubter: Doubter, engine: Engine) -> None:
    first = utterance("the next play years ago iran")
    second = utterance("next is", "next please", 0.8)
    counts = doubter.better(first, second, COMMAND)
    meant = TwoEars(engine).understand(
        counts.text, counts.alternatives, COMMAND, counts.command, counts.command_confidence, counts.confidence
    )
    assert counts is first or asked_first(meant)


def test_words_without_a_command_change_nothing(doubter: Doubter) -> None:
    first = utterance("excluding ice skating")
    assert doubter.better(first, utterance("excluding the skating"), COMMAND) is first


@pytest.mark.model
@pytest.mark.tts
def test_a_command_in_the_talk_of_a_television(model_path: Path) -> None:
    """Six people talk in the background, 10 dB quieter: more commands are understood than with one listening."""
    people.need_people()
    built = app.build(Settings(model=model_path))
    noise = babble(16000 * 20)
    said = [("explain the stages", "stages"), ("box breathing", "breathe"), ("softer please", "quieter")]

    def right(second: bool) -> int:
        ears = build_ears(built)
        if not second:
            ears._again = None
        count = 0
        for seed, (text, intent) in enumerate(said * 2):
            pcm = in_room(people.spoken(text, ("slt", "rms")[seed // 3]), noise, 10.0, seed)
            heard = [e for e in [*ears.feed(pcm), *ears.flush()] if isinstance(e, Utterance)]
            for u in heard:
                meant = TwoEars(built.engine).understand(
                    u.text, u.alternatives, COMMAND, u.command, u.command_confidence, u.confidence
                )
                count += meant.intent == intent and not asked_first(meant)
        return count

    assert right(True) > right(False)
