"""Sound in, events out: when a turn begins and ends, what is dropped, what goes on while we speak."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.fakes import FakeRecogniser, FakeVad
from tests.rig import people, sound
from voiceheal.core.events import Event, Partial, SpeechBegan, Utterance
from voiceheal.core.meaning import Completeness, Expect, Kind
from voiceheal.hearing.barge_in import leftover
from voiceheal.hearing.ears import Ears
from voiceheal.hearing.lists import ListRule
from voiceheal.hearing.recogniser import GrammarRecogniser, VoskRecogniser
from voiceheal.hearing.turns import TurnRule
from voiceheal.hearing.vad import BLOCK, BLOCK_S, SileroVad

WORDS = ("stop", "breathe", "for", "five", "minutes", "she", "left", "me", "and", "the", "yes", "hop")
COMMANDS = {
    "stop": Completeness.COMPLETE,
    "yes": Completeness.COMPLETE,
    "breathe": Completeness.EXTENDABLE,
    "breathe for five minutes": Completeness.COMPLETE,
}
OPEN, COMMAND, YES_NO = Expect(Kind.OPEN), Expect(), Expect(Kind.YES_NO)


def completeness(text: str, expect: Expect) -> Completeness:
    return COMMANDS.get(text, Completeness.NONE)


def said(text: str, blocks: int = 10) -> sound.Samples:
    """Each word for `blocks` blocks, with no silence in between; "~" is a voice without words."""
    values = [-1 if word == "~" else WORDS.index(word) + 1 for word in text.split()]
    return np.repeat(np.array(values, np.int16), blocks * BLOCK)


def quiet(seconds: float) -> sound.Samples:
    return sound.silence(round(seconds / BLOCK_S) * BLOCK_S)


@dataclass
class Rig:
    """Ears with fakes inside."""

    ears: Ears
    recogniser: FakeRecogniser
    commands: FakeRecogniser
    vad: FakeVad
    events: list[Event] = field(default_factory=list)

    def hear(self, *parts: sound.Samples) -> list[Utterance]:
        """The utterances of these sounds."""
        new = [event for at in blocks(np.concatenate(parts)) for event in self.ears.feed(at)]
        self.events += new
        return [event for event in new if isinstance(event, Utterance)]


def blocks(samples: sound.Samples) -> list[sound.Samples]:
    return [samples[at : at + BLOCK] for at in range(0, len(samples), BLOCK)]


def rig(*, lag: int = 0, grammar: Sequence[str] = tuple(WORDS), sure: float = 1.0, expect: Expect = COMMAND) -> Rig:
    recogniser = FakeRecogniser(WORDS, lag=lag, alternatives=("something else",))
    commands = FakeRecogniser(WORDS, known=grammar, lag=lag, confidence=sure)
    vad = FakeVad()
    ears = Ears(
        recogniser=recogniser,
        commands=commands,
        vad=vad,
        completeness=completeness,
        turns=TurnRule(unfinished=frozenset({"and"})),
        keep=lambda utterance, line, likeness: utterance.text not in line,
        start_at=100.0,
    )
    ears.expect(expect)
    return Rig(ears, recogniser, commands, vad)


def test_a_command_is_taken_after_a_short_silence() -> None:
    r = rig()
    [heard] = r.hear(quiet(0.96), said("stop"), quiet(1.0))
    assert heard.text == heard.command == "stop"
    assert heard.alternatives == ("something else",)
    assert heard.confidence == heard.command_confidence == 1.0
    assert heard.start_s == pytest.approx(100.96)
    assert heard.end_s == pytest.approx(101.28)
    assert 0.2 <= heard.decided_s - heard.end_s <= 0.2 + BLOCK_S
    assert not heard.while_speaking


def test_events_come_in_order() -> None:
    r = rig()
    r.hear(quiet(0.5), said("breathe for five minutes"), quiet(1.0))
    kinds = [type(event) for event in r.events]
    assert kinds == [SpeechBegan, Partial, Partial, Partial, Partial, Utterance]
    assert [e.text for e in r.events if isinstance(e, Partial)][-1] == "breathe for five minutes"


@pytest.mark.parametrize(
    ("text", "expect", "wait"),
    [
        ("breathe", COMMAND, 0.5),
        ("she left me", COMMAND, 1.0),
        ("she left me", OPEN, 1.3),
        ("she left me and", OPEN, 2.2),
        ("yes", YES_NO, 0.2),
        ("she", YES_NO, 0.9),
        ("she left me", Expect(Kind.OPEN, patience=2.0), 2.6),
    ],
)
def test_the_wait_depends_on_what_was_asked_and_said(text: str, expect: Expect, wait: float) -> None:
    [heard] = rig(expect=expect).hear(quiet(0.5), said(text), quiet(5.0))
    assert wait <= heard.decided_s - heard.end_s <= wait + BLOCK_S + 1e-6


def test_a_list_that_is_not_closed_is_waited_for() -> None:
    recogniser = FakeRecogniser(("no", "job", "money", "and", "friends"))
    rule = TurnRule(lists=ListRule(frozenset({"and"}), frozenset({"the"})))
    ears = Ears(recogniser=recogniser, commands=None, vad=FakeVad(), completeness=completeness, turns=rule)
    ears.expect(OPEN)
    first, rest = np.repeat(np.array([1, 2, 1, 3]), 5 * BLOCK), np.repeat(np.array([4, 1, 5]), 5 * BLOCK)
    sounds = [quiet(0.5), first.astype(np.int16), quiet(1.8), rest.astype(np.int16), quiet(3.0)]
    [heard] = [e for e in ears.feed(np.concatenate(sounds)) if isinstance(e, Utterance)]
    assert heard.text == "no job no money and no friends"
    assert heard.decided_s - heard.end_s < 1.4, "closed, so no longer than any other answer"


def test_a_longer_command_is_not_cut_by_a_breath() -> None:
    [heard] = rig().hear(quiet(0.5), said("breathe"), quiet(0.4), said("for five minutes"), quiet(2.0))
    assert heard.text == heard.command == "breathe for five minutes"


def test_words_that_come_late_keep_the_turn_open() -> None:
    """The partial is behind: "breathe" is a command, "breathe for" is none; the final tells."""
    r = rig(lag=30)
    [heard] = r.hear(quiet(0.5), said("breathe", 40), said("for"), quiet(0.8), said("five minutes"), quiet(4.0))
    assert heard.text == "breathe for five minutes"
    assert r.recogniser.finals >= 2


def test_silence_is_not_decoded() -> None:
    r = rig()
    r.hear(quiet(60.0))
    assert r.recogniser.blocks == r.commands.blocks == 0
    assert r.events == []
    r.hear(said("stop"), quiet(60.0))
    assert r.recogniser.blocks * BLOCK_S < 0.42 + 0.32 + 0.3


def test_sound_before_the_onset_is_decoded_too() -> None:
    r = rig()
    r.hear(quiet(2.0), said("stop"))
    assert r.recogniser.blocks == 11 + 10, "416 ms with the two blocks of the onset, and the rest of the word"


@pytest.mark.parametrize("text", ["~", "the"])
def test_a_short_noise_is_nothing(text: str) -> None:
    r = rig()
    assert r.hear(quiet(0.5), said(text, 3), quiet(3.0)) == []
    assert r.events == []


def test_a_voice_without_words_is_told_as_not_understood() -> None:
    r = rig()
    [heard] = r.hear(quiet(0.5), said("~", 20), quiet(3.0))
    assert heard.text == ""
    assert heard.confidence == 0.0
    assert [type(e) for e in r.events] == [SpeechBegan, Utterance]


def test_one_loud_block_is_no_speech() -> None:
    r = rig()
    assert r.hear(quiet(0.5), said("stop", 1), quiet(3.0)) == []
    assert r.recogniser.blocks == 0


# ---- two recognisers ------------------------------------------------------------------------------------------------
def test_a_misheard_command_is_saved_by_the_grammar() -> None:
    r = rig()
    r.commands._vocabulary = tuple("stop" if word == "hop" else word for word in WORDS)
    [heard] = r.hear(quiet(0.5), said("hop"), quiet(2.0))
    assert (heard.text, heard.command) == ("hop", "stop")
    assert heard.decided_s - heard.end_s < 0.3


@pytest.mark.parametrize(
    ("grammar", "sure", "why"),
    [(("stop",), 0.6, "unsure"), (("yes",), 1.0, "has an unknown word"), (("stop", "yes"), 0.69, "just below")],
)
def test_a_doubtful_command_is_not_passed_on(grammar: tuple[str, ...], sure: float, why: str) -> None:
    [heard] = rig(grammar=grammar, sure=sure).hear(quiet(0.5), said("stop"), quiet(2.0))
    assert (heard.text, heard.command, heard.command_confidence) == ("stop", "", 0.0), why


def test_a_doubtful_command_ends_no_turn() -> None:
    r = rig(sure=0.6)
    r.commands._vocabulary = tuple("stop" if word == "hop" else word for word in WORDS)
    [heard] = r.hear(quiet(0.5), said("hop"), quiet(2.0))
    assert (heard.text, heard.command) == ("hop", "")
    assert heard.decided_s - heard.end_s >= 1.0
    assert r.commands.finals <= 3, "the decoding is not broken off at every block"


def test_words_in_a_row_that_are_no_command_are_not_passed_on() -> None:
    [heard] = rig().hear(quiet(0.5), said("minutes five stop"), quiet(2.0))
    assert heard.command == ""


def test_the_grammar_changes_between_utterances_only() -> None:
    r = rig()
    r.hear(quiet(0.5), said("she"))
    r.ears.expect(YES_NO)
    r.hear(said("left me"), quiet(2.0))
    assert r.commands.expected == [COMMAND, YES_NO]


def test_without_a_grammar_the_open_recogniser_is_enough() -> None:
    ears = Ears(recogniser=FakeRecogniser(WORDS), commands=None, vad=FakeVad(), completeness=completeness)
    events = ears.feed(np.concatenate([quiet(0.5), said("stop"), quiet(2.0)]))
    assert [e.text for e in events if isinstance(e, Utterance)] == ["stop"]
    assert next(e.decided_s - e.end_s for e in events if isinstance(e, Utterance)) < 0.3


# ---- long, endless, ended -------------------------------------------------------------------------------------------
def test_noise_that_never_ends_does_not_hold_a_command_back() -> None:
    [heard] = rig().hear(quiet(0.5), said("stop"), said("~", 100))
    assert heard.text == "stop"
    assert heard.decided_s - heard.start_s < 2.0


def test_an_endless_answer_is_taken_after_four_minutes() -> None:
    words = said("she left me", 30)
    r = rig(expect=OPEN)
    first, *_ = r.hear(quiet(0.5), *[words] * 90)
    assert first.decided_s - first.start_s == pytest.approx(240.0, abs=2 * BLOCK_S)


def test_the_end_of_input_ends_the_turn() -> None:
    r = rig()
    assert r.hear(quiet(0.5), said("she left")) == []
    [heard] = [e for e in r.ears.flush() if isinstance(e, Utterance)]
    assert heard.text == "she left"
    assert heard.decided_s == heard.end_s
    assert r.ears.flush() == []


def test_after_the_end_another_recording_begins() -> None:
    r = rig()
    r.hear(quiet(0.5), said("stop", 1))
    r.ears.flush()
    assert r.vad.resets == 1
    r.hear(said("stop", 1))
    assert r.events == [], "two blocks of two recordings are no onset"


@given(st.lists(st.integers(1, 2000), min_size=1, max_size=30))
@settings(max_examples=30, deadline=None)
def test_how_the_sound_is_cut_does_not_matter(sizes: list[int]) -> None:
    whole = np.concatenate(
        [quiet(0.5), said("breathe"), quiet(0.3), said("for five minutes"), quiet(1.0), said("stop")]
    )
    straight, cut = rig(), rig()
    expected = [*straight.ears.feed(whole), *straight.ears.flush()]
    found: list[Event] = []
    at = 0
    for size in sizes * (len(whole) // sum(sizes) + 1):
        found += cut.ears.feed(whole[at : at + size])
        at += size
    assert [*found, *cut.ears.flush()] == expected


@given(
    st.lists(st.tuples(st.sampled_from(["", "~", "stop", "the", "she left", "and"]), st.integers(1, 30)), max_size=12)
)
@settings(max_examples=60, deadline=None)
def test_every_beginning_has_one_end(parts: list[tuple[str, int]]) -> None:
    r = rig(lag=3)
    for number, (text, length) in enumerate(parts):
        r.ears.set_muted(number % 5 == 4)
        r.ears.set_speaking("she left" if number % 3 == 1 else None)
        r.hear(said(text, length) if text else quiet(length * 0.1))
    r.events += r.ears.flush()
    inside = False
    last = 0.0
    for event in r.events:
        match event:
            case SpeechBegan():
                assert not inside
                inside = True
            case Utterance():
                assert inside
                inside = False
                assert event.start_s <= event.end_s <= event.decided_s
                assert last <= event.decided_s
                last = event.decided_s
            case _:
                assert inside
    assert not inside


# ---- while we speak -------------------------------------------------------------------------------------------------
def test_what_is_said_while_we_speak_is_marked() -> None:
    r = rig()
    r.ears.set_speaking("breathe in")
    [heard] = r.hear(quiet(0.5), said("stop"), quiet(1.0))
    assert heard.text == "stop"
    assert heard.while_speaking
    r.ears.set_speaking(None)
    [heard] = r.hear(quiet(0.5), said("stop"), quiet(1.0))
    assert not heard.while_speaking


def test_our_own_words_are_dropped_also_in_the_tail() -> None:
    r = rig()
    r.ears.set_speaking("she left me")
    [heard] = r.hear(quiet(0.5), said("she left me"), quiet(2.0))
    assert (heard.text, heard.command, heard.alternatives) == ("", "", ())
    r.ears.set_speaking(None)
    [heard] = r.hear(quiet(0.1), said("left me"), quiet(2.0))
    assert heard.text == ""
    [heard] = r.hear(said("left me"), quiet(2.0))
    assert heard.text == "left me", "well after our line it is the person"


def test_muted_ears_hear_nothing_and_begin_afresh() -> None:
    r = rig()
    r.ears.set_muted(True)
    assert r.hear(said("she left"), quiet(1.0)) == []
    assert (r.vad.asked, r.recogniser.blocks, r.vad.resets) == (0, 0, 1)
    r.ears.set_muted(False)
    [heard] = r.hear(said("stop"), quiet(1.0))
    assert heard.text == "stop"
    assert heard.start_s == pytest.approx(100.0 + 20 * BLOCK_S + 31 * BLOCK_S), "time went on"


def test_muting_ends_what_the_person_was_saying() -> None:
    r = rig()
    r.hear(quiet(0.5), said("she left"))
    r.ears.set_speaking("hello")
    r.ears.set_muted(True)
    [heard] = r.hear(said("me"))
    assert heard.text == "she left"


def test_muting_drops_what_began_as_we_spoke() -> None:
    r = rig()
    r.ears.set_speaking("hello")
    r.hear(quiet(0.5), said("she left"))
    r.ears.set_muted(True)
    [heard] = r.hear(said("me"))
    assert heard.text == ""


def test_a_gain_is_applied_before_anything_listens() -> None:
    vad = FakeVad()
    ears = Ears(
        recogniser=FakeRecogniser(WORDS),
        commands=None,
        vad=vad,
        completeness=completeness,
        gain=np.zeros_like,
    )
    assert ears.feed(said("stop", 40)) == []
    assert vad.asked == 40


# ---- the real model -------------------------------------------------------------------------------------------------
@pytest.fixture(scope="module")
def real_ears(model_path: Path) -> Ears:
    people.need_people()
    import vosk

    vosk.SetLogLevel(-1)
    model = vosk.Model(str(model_path))
    return Ears(
        recogniser=VoskRecogniser(model),
        commands=GrammarRecogniser(model, lambda expect: [*COMMANDS, "start box breathing"]),
        vad=SileroVad(),
        completeness=lambda text, expect: (
            Completeness.COMPLETE if text == "start box breathing" else completeness(text, expect)
        ),
        turns=TurnRule(unfinished=frozenset({"and"})),
    )


def utterances(ears: Ears, *parts: sound.Samples) -> list[Utterance]:
    air = sound.noise(1.0, 5)
    events = ears.feed(np.concatenate([air, *parts, air, air]))
    return [event for event in events if isinstance(event, Utterance)]


@pytest.mark.model
@pytest.mark.parametrize("voice", people.FLITE_VOICES)
def test_commands_are_heard_soon(real_ears: Ears, voice: str) -> None:
    real_ears.expect(COMMAND)
    for text in ("start box breathing", "breathe for five minutes", "stop"):
        [heard] = utterances(real_ears, people.spoken(text, voice))
        assert heard.command == text
        assert heard.decided_s - heard.end_s < 0.7


@pytest.mark.model
@pytest.mark.parametrize("voice", people.FLITE_VOICES)
def test_a_free_answer_with_a_pause_is_one_answer_and_no_command(real_ears: Ears, voice: str) -> None:
    real_ears.expect(OPEN)
    parts = [people.spoken("he never called me back", voice), sound.silence(0.8), people.spoken("and it hurts", voice)]
    [heard] = utterances(real_ears, *parts)
    assert heard.command == ""
    assert heard.text.endswith("back and it hurts")


# ---- over the echo of our own voice ---------------------------------------------------------------------------------
def test_what_is_left_of_our_own_voice_begins_nothing() -> None:
    r = rig()
    r.ears.set_echo(True, ours=True)
    assert r.hear(said("stop"), quiet(1.0)) == []
    assert r.events == []
    r.ears.set_echo(True, ours=False)
    [heard] = r.hear(said("stop"), quiet(1.0))
    assert heard.text == "stop"


def test_a_person_ends_although_our_voice_goes_on() -> None:
    r = rig()
    r.ears.set_echo(True, ours=False)
    assert r.hear(quiet(0.5), said("stop")) == []
    r.ears.set_echo(True, ours=True)
    [heard] = r.hear(said("~", 30))
    assert heard.text == "stop"
    assert heard.decided_s - heard.end_s < 0.3


def test_over_our_voice_the_few_words_are_listened_for() -> None:
    r = rig()
    r.hear(quiet(0.1))
    r.ears.set_echo(True, ours=False)
    r.hear(quiet(0.5), said("stop"), quiet(1.0))
    r.ears.set_echo(False, ours=False)
    r.hear(quiet(0.5))
    assert r.commands.over == [False, True, False]


def test_over_our_voice_the_grammar_is_believed() -> None:
    r = rig()
    r.commands._vocabulary = tuple("stop" if word == "hop" else word for word in WORDS)
    r.ears.set_echo(True, ours=False)
    [heard] = r.hear(quiet(0.5), said("hop"), quiet(2.0))
    assert (heard.text, heard.command) == ("stop", "stop")
    assert heard.alternatives[0] == "hop", "a cry for help is looked for in what the open one heard"


def test_a_line_counts_from_its_time_on_however_late_its_sound_is_heard() -> None:
    r = rig()
    r.ears.set_speaking("she left me", at=101.0)
    r.ears.set_speaking(None, at=102.0)
    [first] = r.hear(said("stop"), quiet(0.6))
    [second] = r.hear(quiet(0.3), said("stop"), quiet(2.0))
    assert (first.while_speaking, second.while_speaking) == (False, True)


def test_a_turn_that_begins_in_the_echo_between_two_lines_is_judged_by_the_second() -> None:
    r = rig()
    r.ears.set_echo(True, ours=False)
    r.hear(quiet(0.5), said("~", 4))
    r.ears.set_speaking("stop here for now")
    [heard] = r.hear(said("stop"), quiet(1.0))
    assert heard.text == "", "the word is ours"


def test_what_begins_in_silence_and_goes_on_in_our_words_is_ours() -> None:
    r = rig()
    r.ears._leftover = leftover
    for line, kept in (("stop here for now", False), ("let us go on", True)):
        r.ears.set_speaking(None)
        r.hear(quiet(1.0), said("~", 4))
        r.ears.set_speaking(line)
        [heard] = r.hear(said("stop"), quiet(1.0))
        assert (heard.text == "stop") is kept
