"""Steps and talks as spoken exercises: how long they take, how they branch, vary, are left and gone on with."""

from __future__ import annotations

import re
from typing import Any

import pytest

from tests.test_scenarios import WORD_S, Theatre, conversation_of, house_with_content
from voiceheal.core.commands import Command, Note, Speak
from voiceheal.core.events import Started
from voiceheal.core.meaning import Kind
from voiceheal.core.session import Ask
from voiceheal.core.transient import TransientStore
from voiceheal.packs.exercises import Part
from voiceheal.packs.loader import Pack
from voiceheal.sessions.exercise import resume_at

ANSWER = "i was hoping that it would be different this time"
CALM_WORD_S = 60 / 140  # of a calm voice; the theatre speaks faster, and leaves the pauses out


@pytest.fixture(scope="module")
def pack() -> Pack:
    return house_with_content().pack


class Evening(Theatre):
    """Keeps everything that was said and noted."""

    def __init__(self, store: TransientStore, intent: str, seed: int = 1, **slots: Any) -> None:
        super().__init__(conversation_of({}, seed, store))
        self.lines: list[tuple[str, str]] = []
        self.ended: list[str] = []
        self.take(Started(intent, tuple(slots.items())))

    def _carry_out(self, command: Command) -> None:
        super()._carry_out(command)
        if isinstance(command, Speak):
            self.lines.append((command.line, command.text))
        if isinstance(command, Note) and command.type == "session_end":
            self.ended.append(str(command.fields["session"]))

    @property
    def asking(self) -> Ask | None:
        return self.conversation._floor.base.asking

    def until_asked(self, session: str) -> Ask | None:
        """Until a question is open, or the session has ended."""
        while session not in self.ended and not (self.asking and self.conversation.listening):
            self._step()
        return self.asking

    def talk_through(self, session: str, answer: str, refused: str = "step.next") -> float:
        """Answer every question until the session ends, or `refused` is asked; seconds it took in a calm voice."""
        while (asking := self.until_asked(session)) is not None and session not in self.ended:
            if asking.line == refused:
                break
            self.says("yes" if asking.expect.kind is Kind.YES_NO else answer)
        words = sum(len(text.split()) for _, text in self.lines)
        pauses = sum(float(p) for _, text in self.lines for p in re.findall(r"\[pause ([\d.]+)\]", text))
        took = self.now + (CALM_WORD_S - WORD_S) * words + pauses
        if session not in self.ended:
            self.says("no")
            self.until_turn()
        return took


@pytest.mark.parametrize("number", range(1, 12))
@pytest.mark.parametrize("answer", [ANSWER, "i don't really know what to say to that"])
def test_a_step_takes_two_to_eight_minutes(number: int, answer: str) -> None:
    store = TransientStore(keeps=True)
    took = Evening(store, "step", number=number).talk_through("step", answer)
    assert 2 <= took / 60 <= 8


def lines_of(store: TransientStore, number: int) -> list[str]:
    """What a step says that is answered to its end; then a day passes."""
    made = Evening(store, "step", number=number)
    made.talk_through("step", ANSWER)
    store.later(1)
    return [text for line, text in made.lines if line.startswith("step.") and line.count(".") > 1]


@pytest.mark.parametrize("number", range(1, 12))
def test_the_third_time_is_not_the_first_again(number: int) -> None:
    store = TransientStore(keeps=True)
    visits = [lines_of(store, number) for _ in range(3)]
    for one, other in ((0, 1), (1, 2), (0, 2)):
        same = set(visits[one]) & set(visits[other])
        assert len(same) <= 0.2 * len(visits[one]), sorted(same)


@pytest.mark.parametrize("number", range(1, 12))
def test_every_step_has_a_reason_and_remembers_nothing_unasked(pack: Pack, number: int) -> None:
    step = pack.steps[number]
    assert step.why is not None and len(step.why) >= 3
    store = TransientStore(keeps=True)
    made = Evening(store, "step", number=number)
    saving = {f"step.{step.id}.{p.id or n}" for n, p in enumerate(step.parts, 1) if p.saves}
    while (asking := made.until_asked("step")) is not None and asking.line != "step.next" and not made.ended:
        yes_no = asking.expect.kind is Kind.YES_NO
        made.says("no" if asking.line in saving else "yes" if yes_no else ANSWER)
    assert [e for e in store.entries() if e.text] == []


def test_a_step_left_in_the_middle_goes_on_where_no_answer_is_missing(pack: Pack) -> None:
    parts = [
        Part.model_validate({"say": ["One."]}),
        Part.model_validate({"ask": ["What?"], "keep": "it"}),
        Part.model_validate({"say": ["It was {it}."]}),
        Part.model_validate({"say": ["Three."]}),
        Part.model_validate({"ask": ["And?"], "keep": "more"}),
        Part.model_validate({"say": ["Also {more}."]}),
    ]
    assert [resume_at(parts, place) for place in range(7)] == [0, 1, 1, 3, 4, 4, 4]
    for step in pack.steps.values():
        for place in range(len(step.parts)):
            assert 0 <= resume_at(step.parts, place) <= place


def test_the_thought_record_is_made_of_the_persons_words() -> None:
    store = TransientStore(keeps=True)
    made = Evening(store, "step", number=9)
    answers = {
        "thought": "i am not good at anything", "proof": "because i lost two jobs this year",
        "counter": "well my sister asks me for advice every week",
    }  # fmt: skip
    for answer in (answers["thought"], answers["proof"], answers["counter"], "i would say you had bad luck"):
        made.until_turn()
        made.says(answer)
    made.until_turn()
    balanced = (
        "it's true that i lost two jobs this year, and it's also true that my sister asks me for advice every week"
    )
    assert balanced in made.lines[-1][1].lower()
    made.says("yes")
    made.until_turn()
    assert balanced in made.lines[-1][1].lower()
    made.says("yes please keep it")
    made.until_turn()
    (kept,) = store.entries("thought")
    assert kept.text == balanced
    assert kept.data["thought"] == answers["thought"]


def test_one_may_say_it_in_another_way() -> None:
    store = TransientStore(keeps=True)
    made = Evening(store, "step", number=9)
    for answer in ("nobody wants me", "she left me", "my friends call me", "i'd say give it time", "no"):
        made.until_turn()
        made.says(answer)
    made.until_turn()
    made.says("one person left and three friends stayed")
    made.until_turn()
    made.says("yes")
    made.until_turn()
    assert [e.text for e in store.entries("thought")] == ["one person left and three friends stayed"]
