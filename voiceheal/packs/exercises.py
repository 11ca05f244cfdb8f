"""The shape of steps.yaml and talks.yaml: exercises in parts that branch, vary from visit to visit and keep answers."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import Annotated, Literal

from pydantic import Field, model_validator

from ..core.meaning import ALL_INTENTS, STEPS
from .base import StageId, Strict, Text, Topic, Variants
from .phrases import slots_of

END = "end"  # where `goto` leads out of the exercise
VISITS = 3  # a part with `visits` comes at the first, second, third visit of three; then it begins anew
# What a part may know without having asked: see `sessions/recall.py`.
FLAGS = frozenset({"memory", "contacts"})
KNOWN = frozenset({
    "name", "contact", "past_value", "past_thought", "past_later", "past_act", "past_talks", "past_steps", "past_days",
    "past_mood",
})  # fmt: skip
REPLIES = ("thanks", "silence", "yes", "no", "midway", "why")  # spoken lists of a part besides `say` and `ask`
Kept = Literal["journal", "thought", "value", "later", "act", "affirmation", "message"]


class Branch(Strict):
    """What follows one kind of answer: one of `words` is in it, or it has one of these feelings, or topics.

    means: what the part keeps instead of the answer's own words.
    """

    words: list[Text] = []
    stages: list[StageId] = []
    topics: list[Topic] = []
    say: Variants | None = None
    goto: Text | None = None
    means: Text | None = None

    @model_validator(mode="after")
    def _asks_something(self) -> Branch:
        if not (self.words or self.stages or self.topics):
            raise ValueError("a branch needs words, stages or topics")
        if self.say is None and self.goto is None and self.means is None:
            raise ValueError("a branch needs say, goto or means")
        return self


class Saves(Strict):
    """What is put into the person's own record, made of the answers kept under `names`; only after a yes."""

    kind: Kept
    names: Annotated[list[Text], Field(min_length=1)]


class Part(Strict):
    """One part of an exercise: exactly one of `say`, `ask`, `wait`, `session`.

    say: spoken. ask: spoken, then an open answer is listened to; `thanks` follows an answer, `silence` follows none.
    yes, no: with `ask`: the answer is yes or no, and these are said after it; `no_skips` jumps over so many parts.
    branches: with `ask`: what follows certain answers, instead of `thanks`; the first that fits.
    wait: seconds of quiet company; `midway` is said at half of it. session: another session runs here, with its slots.
    id: a name to jump to. goto, yes_goto, no_goto, silence_goto: where it goes on; "end" leaves the exercise.
    keep: the answer is known under this name in the parts after it, as a {slot} and in `when`; after a question for yes
        or no, a sentence that was said instead.
    makes: name -> a sentence made of what is known; known from this part on, once all of its slots are.
    when: names that must be known ("not x": must not be); a part with a {slot} that is not known is left out, too.
    visits: the part comes only at the first, second or third visit of three.
    saves: with a yes-or-no question: what a yes puts into the record; left out when nothing may be kept.
    answers: intents that are an answer here and no command ("softer" after "how is it now?").
    why: the answer to "why?" while this part runs. listen: seconds of silence that count as an answer.
    """

    id: Text | None = None
    when: list[Text] = []
    visits: list[Annotated[int, Field(ge=1, le=VISITS)]] = []
    say: Variants | None = None
    ask: Variants | None = None
    thanks: Variants | None = None
    silence: Variants | None = None
    yes: Variants | None = None
    no: Variants | None = None
    branches: list[Branch] = []
    no_skips: int = 0
    goto: Text | None = None
    yes_goto: Text | None = None
    no_goto: Text | None = None
    silence_goto: Text | None = None
    keep: Text | None = None
    makes: dict[Text, Text] = {}
    saves: Saves | None = None
    wait: float | None = Field(default=None, gt=0, le=900)
    midway: Variants | None = None
    session: Literal["breathe", "affirm", "journal", "reach_out", "reframe", "closing"] | None = None
    slots: dict[str, str | int | float] = {}
    why: Variants | None = None
    answers: list[Text] = []
    listen: float | None = Field(default=None, gt=0, le=300)
    pause: float = Field(default=0.8, ge=0, le=30)  # quiet after this part, s

    @model_validator(mode="after")
    def _one_kind(self) -> Part:
        kinds = [k for k in ("say", "ask", "wait", "session") if getattr(self, k) is not None]
        if len(kinds) != 1:
            raise ValueError("a part needs exactly one of say, ask, wait, session")
        if (self.yes or self.no) and not self.ask:
            raise ValueError("yes and no go with ask")
        asks = ("branches", "keep", "yes_goto", "no_goto", "silence_goto", "saves", "listen", "answers")
        if wrong := [k for k in asks if getattr(self, k) and not self.ask]:
            raise ValueError(f"{wrong[0]} goes with ask")
        if wrong := sorted(set(self.answers) - set(ALL_INTENTS)):
            raise ValueError(f"there is no intent {wrong[0]!r}")
        if self.midway and self.wait is None:
            raise ValueError("midway goes with wait")
        if self.saves and not self.yes_or_no:
            raise ValueError("saves goes with a question for yes or no")
        return self

    @property
    def yes_or_no(self) -> bool:
        """Whether the question wants a yes or a no."""
        return any((self.yes, self.no, self.yes_goto, self.no_goto))

    def spoken(self) -> Iterator[tuple[str, list[str]]]:
        """(what is added to the part's line id, variants) of everything that is said in it."""
        if self.say or self.ask:
            yield "", self.say or self.ask or []
        for reply in REPLIES:
            if variants := getattr(self, reply):
                yield f".{reply}", variants
        for n, branch in enumerate(self.branches, 1):
            if branch.say:
                yield f".branch.{n}", branch.say

    def targets(self) -> Iterator[str]:
        """Where it may jump to."""
        ways = (self.goto, self.yes_goto, self.no_goto, self.silence_goto, *(b.goto for b in self.branches))
        yield from (way for way in ways if way is not None)

    def needs(self) -> frozenset[str]:
        """Names that must be known for it: those of `when`, the slots of what it says, and what these are made of."""
        said = slots_of((self.say or self.ask or [""])[0])
        made_of = {slot for name, text in self.makes.items() if name in said for slot in slots_of(text)}
        return frozenset(w for w in self.when if not w.startswith("not ")) | self.slots_said() | made_of

    def slots_said(self) -> frozenset[str]:
        """Slots of its first line, as far as the part does not make them itself."""
        return slots_of((self.say or self.ask or [""])[0]) - self.makes.keys()


def checked(parts: list[Part]) -> list[Part]:
    """The parts, when they fit together.

    Raises:
        ValueError: an id comes twice, a jump leads nowhere, or a name is used that nothing keeps.
    """
    ids = [p.id for p in parts if p.id is not None]
    if twice := sorted({i for i in ids if ids.count(i) > 1}):
        raise ValueError(f"the part id {twice[0]!r} comes twice")
    if any(i.isdigit() or i in (END, "about", "why") for i in ids):
        raise ValueError("a part id is a word of its own: no number, not end, about or why")
    kept = {p.keep for p in parts if p.keep is not None} | {name for p in parts for name in p.makes}
    if own := sorted(kept & (KNOWN | FLAGS)):
        raise ValueError(f"{own[0]!r} is known already: keep the answer under another name")
    for part in parts:
        if lost := sorted(set(part.targets()) - {*ids, END}):
            raise ValueError(f"there is no part {lost[0]!r} to go to")
        made_of = {slot for text in part.makes.values() for slot in slots_of(text)}
        used = (
            made_of
            | {w.removeprefix("not ") for w in part.when}
            | _slots(part)
            | set(part.saves.names if part.saves else ())
        )
        if unknown := sorted(used - kept - KNOWN - FLAGS):
            raise ValueError(f"nothing keeps an answer as {unknown[0]!r}")
    return parts


def _slots(part: Part) -> set[str]:
    return {slot for _, variants in part.spoken() for text in variants for slot in slots_of(text)}


class Talk(Strict):
    """A guided talk: parts in order. Its lines get the ids `<talk id>.<id or number of the part>`."""

    id: Text
    title: Text
    why: Variants | None = None  # the answer to "why?" where a part has none of its own
    parts: Annotated[list[Part], Field(min_length=1)]

    @model_validator(mode="after")
    def _whole(self) -> Talk:
        checked(self.parts)
        return self


class Talks(Strict):
    """talks.yaml: guided talks reached by an intent of the same name (reframe, reflect, values, ...)."""

    talks: list[Talk]


class Step(Strict):
    """One of the steps: `about` is what it is about in a sentence or two; `parts` is what is done with it.

    names: of a step beyond the eleven: how a person asks for it, besides its title.
    """

    number: int = Field(ge=1, le=99)
    id: Text
    title: Text
    names: list[Text] = []
    about: Variants
    why: Variants | None = None
    parts: Annotated[list[Part], Field(min_length=1)]

    @model_validator(mode="after")
    def _whole(self) -> Step:
        checked(self.parts)
        return self


class Steps(Strict):
    """steps.yaml: the eleven steps, and any that a pack adds to them."""

    steps: list[Step]

    @model_validator(mode="after")
    def _eleven(self) -> Steps:
        numbers = sorted(s.number for s in self.steps)
        if not {*STEPS} <= {*numbers}:
            raise ValueError("the steps 1 to 11 must be there")
        for what, names in (("number", [*map(str, numbers)]), ("id", [s.id for s in self.steps])):
            if twice := [n for n in names if names.count(n) > 1]:
                raise ValueError(f"the step {what} {twice[0]!r} comes twice")
        return self


def part_lines(prefix: str, parts: Iterable[Part]) -> Iterator[tuple[str, list[str]]]:
    """Line id -> variants of everything the parts say."""
    for n, part in enumerate(parts, 1):
        for suffix, variants in part.spoken():
            yield f"{prefix}.{part.id or n}{suffix}", variants
