"""The pure core with a fake clock: no sound, no model, no waiting."""

from __future__ import annotations

import random
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

import pytest

from voiceheal.core.commands import Command, Hush, Note, PlayTone, Quit, SetVolume, Speak
from voiceheal.core.conversation import Conversation
from voiceheal.core.events import Deadline, Event, InputEnded, LineEnded, Started, Utterance
from voiceheal.core.floor import SLEEP_FADE_S
from voiceheal.core.meaning import Completeness, Expect, Kind, Meaning
from voiceheal.core.session import Answer, Ask, Context, Cue, Flow, Moved, Resumed, Say, Session, Silence, Wait
from voiceheal.sessions.base import BaseSession

SPOKEN_S = 2.0


class AllPhrases:
    """Every line id says itself."""

    def pick(self, line_id: str, **slots: object) -> str:
        return " ".join([line_id, *(f"{k}={v}" for k, v in slots.items())])

    def nth(self, line_id: str, n: int, **slots: object) -> str:
        return self.pick(line_id, **slots)

    def variants(self, line_id: str) -> tuple[str, ...]:
        return (line_id,)

    def __contains__(self, line_id: object) -> bool:
        return True


class Words:
    """Understands "intent key=value ..."; anything else is what `free` says."""

    def __init__(self, known: Mapping[str, Meaning] | None = None) -> None:
        self.known = known or {}

    def understand(
        self,
        text: str,
        alternatives: Sequence[str] = (),
        expect: Expect | None = None,
        command: str = "",
        sure: float = 1.0,
        clear: float = 1.0,
    ) -> Meaning:
        if text in self.known:
            return self.known[text]
        intent, *pairs = text.split()
        slots = dict(p.split("=") for p in pairs)
        return Meaning(text, intent, slots, confidence=1.0, how="template")

    def completeness(self, text: str, expect: Expect) -> Completeness:
        return Completeness.COMPLETE


class Count(BaseSession):
    """Says three lines with waits, asks one question, counts what came of it."""

    name = "count"
    moves = True

    def __init__(self, seen: list[object]) -> None:
        self.seen = seen

    def run(self) -> Flow:
        self.seen.append((yield Say("one")))
        self.seen.append((yield Wait(10.0)))
        self.seen.append((yield Ask("how", Expect(Kind.OPEN), silence_s=5.0)))
        self.seen.append((yield Say("two")))
        return "counted"


class Breath(BaseSession):
    """Two phases over and over."""

    name = "breath"
    paced = "breath"

    def run(self) -> Flow:
        for cycle in range(1, 100):
            yield Cue("in", cycle, 4.0, "in")
            if isinstance((yield Wait(4.0, restart=True)), Resumed):
                continue
            yield Cue("out", cycle, 6.0, "out")
            yield Wait(6.0, restart=True)
        return "completed"

    def notice(self, text: str) -> str | None:
        return "breathe.dizzy" if "dizzy" in text else None


class Night(Count):
    name = "night"
    night = True


class Care(BaseSession):
    """Stands in for the safety session."""

    name = "safety"

    def run(self) -> Flow:
        answer = yield Ask("safety.ask", Expect(Kind.YES_NO), silence_s=30.0)
        return "back" if isinstance(answer, Answer) and answer.meaning.intent == "yes" else "rest"


@dataclass
class Room:
    """Drives a conversation in virtual time; each line takes SPOKEN_S."""

    conversation: Conversation
    now: float = 0.0
    log: list[tuple[float, Command]] = field(default_factory=list)
    ends: dict[int, float] = field(default_factory=dict)

    def post(self, event: Event) -> None:
        for command in self.conversation.handle(event, self.now):
            self.log.append((self.now, command))
            if isinstance(command, Speak) and command.at is None:
                self.ends[command.id] = self.now + SPOKEN_S
            elif isinstance(command, Hush):
                self.ends.clear()

    def say(self, text: str) -> None:
        self.post(Utterance(text))

    def until(self, t: float) -> None:
        """Let time pass to `t`."""
        while True:
            due = self.conversation.next_deadline
            end = min(self.ends, key=lambda i: self.ends[i], default=None)
            times = [x for x in (due, self.ends[end] if end is not None else None) if x is not None]
            if not times or min(times) > t or self.conversation.over:
                break
            self.now = max(self.now, min(times))
            if end is not None and self.ends[end] <= self.now:
                del self.ends[end]
                self.post(LineEnded(end))
            else:
                self.post(Deadline())
        self.now = t

    def lines(self, since: float = 0.0) -> list[str]:
        return [c.line for t, c in self.log if isinstance(c, Speak) and t >= since]

    def notes(self, kind: str) -> list[dict[str, object]]:
        return [dict(c.fields) for _, c in self.log if isinstance(c, Note) and c.type == kind]


def room(seen: list[object] | None = None, known: Mapping[str, Meaning] | None = None, first: bool = False) -> Room:
    kept: list[object] = seen if seen is not None else []

    def make(kind: type[BaseSession], *args: object):
        def factory(context: Context, slots: Mapping[str, object], said: Meaning | None) -> Session:
            return kind(*args)

        return factory

    sessions = {
        "check_in": make(Count, kept),
        "breathe": make(Breath),
        "bedtime": make(Night, kept),
        "affirm": make(Count, kept),
    }
    context = Context(phrases=AllPhrases(), rng=random.Random(1))
    talk = Conversation(
        understanding=Words(known), sessions=sessions, safety=lambda c, m: Care(), context=context, first=first
    )
    return Room(talk)


def started(intent: str | None = None, **kwargs: object) -> Room:
    r = room(**kwargs)  # type: ignore[arg-type]
    r.post(Started(intent))
    return r


def test_welcomes_then_waits_for_as_long_as_it_takes() -> None:
    r = started()
    r.until(3600)
    assert r.lines() == ["welcome"]
    assert r.conversation.idle and r.conversation.next_deadline is None


def test_first_start_says_what_it_is_before_anything_else() -> None:
    r = started("breathe", first=True)
    assert r.lines() == ["welcome.first"]
    r.until(3)
    assert r.notes("session_start") == [{"session": "breath"}]


def test_session_runs_in_exact_time() -> None:
    seen: list[object] = []
    r = started("check_in", seen=seen)
    r.until(11.9)
    assert r.lines() == ["one"]
    r.until(12.0)
    assert r.lines() == ["one", "how"]
    r.until(19.0)  # 2 s of question, 5 s of silence
    assert r.lines() == ["one", "how", "two"] and isinstance(seen[-1], Silence)
    r.until(30)
    assert r.notes("session_end") == [{"session": "count", "outcome": "counted"}]


def test_answer_reaches_the_session_and_a_voice_holds_the_silence_off() -> None:
    seen: list[object] = []
    r = started("check_in", seen=seen)
    r.until(15)
    r.say("feeling so=so")
    assert isinstance(seen[-1], Answer)


def test_answer_during_the_question_cuts_it() -> None:
    seen: list[object] = []
    r = started("check_in", seen=seen)
    r.until(13)
    r.say("feeling sad=yes")
    assert isinstance(seen[-1], Answer)
    assert any(isinstance(c, Hush) for t, c in r.log if t == 13)


def test_cues_do_not_drift() -> None:
    r = started("breathe")
    r.until(601)
    planned = [n["planned_t"] for n in r.notes("cue")]
    assert planned[:4] == [0.0, 4.0, 10.0, 14.0] and planned[120] == 600.0
    assert [c.at for _, c in r.log if isinstance(c, PlayTone)] == planned


@pytest.mark.parametrize("word", ["stop", "home"])
def test_stop_ends_everything_at_once(word: str) -> None:
    r = started("breathe")
    r.until(5)
    r.say(word)
    hush = [c for t, c in r.log if isinstance(c, Hush) and t == 5]
    assert hush and hush[0].report and hush[0].fade_s <= 0.032
    assert r.notes("session_end") == [{"session": "breath", "outcome": "stopped"}]
    r.until(100)
    assert len(r.lines(5)) == 1 and r.conversation.idle


def test_stop_also_cancels_the_open_question() -> None:
    r = started("check_in")
    r.until(15)
    r.say("stop")
    r.until(60)
    assert r.lines(15) == ["stopped"]


def test_pause_holds_time_and_resume_begins_the_breath_anew() -> None:
    r = started("breathe")
    r.until(5)
    r.say("pause")
    r.until(500)
    assert len(r.notes("cue")) == 2
    r.say("resume")
    r.until(502)
    cue = r.notes("cue")[-1]
    assert cue["phase"] == "in" and cue["planned_t"] == 502.0


def test_pause_in_a_wait_keeps_the_rest_of_it() -> None:
    r = started("check_in")
    r.until(6)  # 4 s into the wait of 10
    r.say("pause")
    r.until(100)
    r.say("resume")
    r.until(107.9)  # "resumed" takes 2 s, 6 s are left
    assert "how" not in r.lines()
    r.until(108.1)
    assert "how" in r.lines()


def test_line_cut_by_an_aside_is_said_again() -> None:
    r = started("check_in")
    r.until(1)
    r.say("status")
    r.until(4)
    assert r.lines() == ["one", "status.checkin", "one"]


def test_next_and_back_reach_a_session_that_takes_them() -> None:
    seen: list[object] = []
    r = started("check_in", seen=seen)
    r.until(5)
    r.say("next")
    assert seen[-1] == Moved("next")
    r = started("breathe")
    r.until(5)
    r.say("next")
    assert r.lines(5)[-1] == "next.none"


def test_repeat_says_the_same_words_and_asks_again() -> None:
    r = started("check_in")
    r.until(15)
    r.say("repeat")
    r.until(16)
    assert r.lines() == ["one", "how", "how"]


def test_volume_is_changed_and_remembered() -> None:
    r = started()
    r.until(3)
    r.say("quieter")
    r.until(6)
    r.say("volume percent=10")
    gains = [c.gain for _, c in r.log if isinstance(c, SetVolume)]
    assert gains == [0.8, 0.5, 0.1]


def test_risk_in_the_middle_of_breathing_comes_first_and_breathing_can_go_on() -> None:
    danger = Meaning("said", "feeling", safety="risk", confidence=1.0)
    r = started("breathe", known={"said": danger})
    r.until(5)
    r.say("said")
    assert r.notes("safety") == [{"level": "risk"}] and r.lines()[-1] == "safety.ask"
    count = len(r.notes("cue"))
    r.until(20)
    assert len(r.notes("cue")) == count  # breathing holds still
    r.say("yes")
    assert r.notes("cue")[-1]["phase"] == "in"


def test_leaving_safety_keeps_help_near() -> None:
    r = started(known={"said": Meaning("said", "feeling", safety="risk")})
    r.until(3)
    r.say("said")
    r.until(6)
    r.say("stop")
    assert r.lines()[-1] == "safety.near"
    r.until(20)
    assert r.conversation.idle


def test_risk_said_twice_is_an_answer_not_a_new_start() -> None:
    r = started(known={"said": Meaning("said", "feeling", safety="risk")})
    r.until(3)
    r.say("said")
    r.until(6)
    r.say("said")
    assert r.notes("session_start") == [{"session": "safety"}]


def test_dizzy_ends_breathing() -> None:
    r = started("breathe", known={"i feel dizzy": Meaning("i feel dizzy", "feeling")})
    r.until(5)
    r.say("i feel dizzy")
    assert r.lines()[-1] == "breathe.dizzy" and r.notes("session_end")[-1]["outcome"] == "stopped"


def test_unclear_command_is_asked_about() -> None:
    unclear = Meaning("bread", "breathe", confidence=0.7, how="sound-alike")
    r = started(known={"bread": unclear})
    r.until(3)
    r.say("bread")
    assert r.lines()[-1] == "confirm"
    r.say("yes")
    assert r.notes("session_start")[-1] == {"session": "breath"}


def test_refused_guess_is_dropped() -> None:
    r = started(known={"bread": Meaning("bread", "breathe", confidence=0.7, how="sound-alike")})
    r.until(3)
    r.say("bread")
    r.say("no")
    r.until(20)
    assert r.conversation.idle and {"session": "breath"} not in r.notes("session_start")


def lost(text: str, command: str, sure: float = 0.75) -> Utterance:
    return Utterance(text, command=command, command_confidence=sure)


LOST = {"he play": Meaning("he play", "out_of_scope")}


def test_what_only_the_grammar_heard_is_asked_about_and_remembered() -> None:
    r = started(known=LOST)
    r.until(3)
    r.post(lost("he play", "breathe pattern=box"))
    assert [c.text for _, c in r.log if isinstance(c, Speak)][-1] == "confirm what=what.breathe.box"
    r.say("yes")
    assert r.notes("session_start")[-1] == {"session": "breath"}
    r.until(6)
    r.say("stop")
    r.until(12)
    r.post(lost("he play", ""))
    assert r.notes("session_start")[-2:] == [{"session": "breath"}] * 2, "the second time nobody is asked"


def test_what_was_refused_is_not_offered_again_and_then_named() -> None:
    r = started(known=LOST)
    r.until(3)
    r.post(lost("he play", "breathe"))
    r.say("no")
    assert r.lines()[-1] == "not_understood.first"
    r.until(9)
    r.post(lost("he play", "breathe"))
    assert r.lines()[-1] == "not_understood.again", "two misses: what can be said"
    assert {"session": "breath"} not in r.notes("session_start")


def test_the_grammar_alone_is_no_answer_to_an_open_question() -> None:
    r = started("check_in", known=LOST)
    r.until(17)
    r.post(lost("he play", "breathe"))
    assert "confirm" not in " ".join(r.lines())


def test_second_miss_names_what_can_be_said() -> None:
    r = started(known={"blah": Meaning("blah", "out_of_scope")})
    r.until(3)
    r.say("blah")
    r.until(6)
    r.say("blah")
    assert r.lines()[1:] == ["not_understood.first", "not_understood.again"]


def test_sleep_timer_fades_and_ends_the_conversation() -> None:
    r = started("breathe")
    r.until(5)
    r.say("sleep_timer minutes=2")
    r.until(5 + 120 - SLEEP_FADE_S + 1)
    fade = [c for _, c in r.log if isinstance(c, SetVolume)][-1]
    assert fade.gain == 0.0 and fade.fade_s == SLEEP_FADE_S
    r.until(126)
    assert r.conversation.over and isinstance(r.log[-1][1], Quit)


def test_a_night_session_ends_the_conversation_without_a_word() -> None:
    r = started("bedtime")
    r.until(100)
    assert r.lines() == ["one", "how", "two"] and r.conversation.over


def test_goodbye_is_said_before_the_end() -> None:
    r = started()
    r.until(3)
    r.say("goodbye")
    assert not r.conversation.over
    r.until(6)
    assert r.lines()[-1] == "goodbye" and r.conversation.over


def test_end_of_input_ends_what_is_idle_and_lets_the_rest_finish() -> None:
    r = started("check_in")
    r.post(InputEnded())
    r.until(5)
    assert r.notes("session_end") == []
    r.until(60)
    assert r.lines()[-1] == "two" and r.conversation.over


def test_the_persons_words_are_in_no_logged_field() -> None:
    said = Meaning("secret words", "add_affirmation", {"text": "secret words"}, how="template")
    r = started(known={"secret words": said})
    r.until(3)
    r.say("secret words")
    assert "secret" not in repr(r.notes("intent"))
