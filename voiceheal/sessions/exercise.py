"""Spoken exercises from data: parts that are said, asked, waited for; they branch, keep answers and vary by visit."""

from __future__ import annotations

from collections.abc import Callable, Generator, Mapping, Sequence

from ..core.meaning import Expect, Kind, Meaning, SlotValue
from ..core.session import (
    Answer,
    Ask,
    Context,
    Directive,
    Enter,
    Flow,
    Moved,
    Outcome,
    Say,
    Session,
    Silence,
    Slots,
    Wait,
)
from ..packs.exercises import END, FLAGS, VISITS, Branch, Part
from ..packs.loader import Pack
from ..packs.phrases import slots_of
from .base import BaseSession, felt, says
from .gist import tidy, topic_of
from .recall import known_from_before

MakeInner = Callable[[str, Mapping[str, SlotValue]], Session]
ANSWER_S = 25.0  # silence after an open question that is taken for an answer; it is allowed to be quiet
YES_NO_S = 15.0
# "I want to call my sister" is an answer here, and no wish for help with it.
AN_ANSWER = ("reach_out", "not_me")
FEW_WORDS = 4  # a no with more words than this says something

# What follows a part: "next" and "back" were said; "jump" has a target; "" is the part after it.
After = tuple[str, str | None]
Played = Generator[Directive, Outcome, After]


class Exercise(BaseSession):
    """Parts of a step or a talk; "next" skips one, "back" goes to the one before.

    Args:
        name: of the session. prefix: of the line ids. title: said when asked where we are.
        visit: 1 at the first time; decides on variants and on parts. start: index of the first part.
    """

    moves = True

    def __init__(
        self,
        pack: Pack,
        context: Context,
        inner: MakeInner,
        *,
        name: str,
        prefix: str,
        title: str,
        parts: Sequence[Part],
        visit: int = 1,
        start: int = 0,
    ) -> None:
        self.name = name
        self._pack, self._context, self._inner = pack, context, inner
        self._prefix, self._title, self._parts = prefix, title, parts
        self._visit = visit
        self._at = start
        self._answers: dict[str, str] = {}  # in the person's own words
        self._known: dict[str, str] = {}  # as they fit into a sentence

    def run(self) -> Flow:
        """All parts."""
        outcome = yield from self._play()
        if self._answers:
            yield Say("talk.done")
        return outcome

    def _play(self) -> Flow:
        self._known.update(known_from_before(self._context, self._pack.listening))
        came: list[int] = []
        while self._at < len(self._parts):
            part = self._parts[self._at]
            if not self._fits(part):
                self._at += 1
                continue
            how, target = yield from self._part(part)
            if how == "back":
                self._at = came.pop() if came else self._at
                continue
            if how == "next":
                yield Say(f"{'step' if self.name == 'step' else 'talk'}.skipped")
            came.append(self._at)
            self._at = (
                self._index(target) if target is not None else self._at + 1 + (part.no_skips if how == "no" else 0)
            )
        return "completed"

    def _index(self, target: str) -> int:
        if target == END:
            return len(self._parts)
        return next(n for n, part in enumerate(self._parts) if part.id == target)

    # ---- which parts ------------------------------------------------------------------------------------------------
    def _fits(self, part: Part) -> bool:
        """Whether the part is for this visit, and everything it needs is known."""
        if part.visits and (self._visit - 1) % VISITS + 1 not in part.visits:
            return False
        if part.saves is not None and not (self._context.memory.keeps and set(part.saves.names) & set(self._answers)):
            return False
        wanted = all(self._is_known(name) for name in part.needs())
        return wanted and not any(self._is_known(w[4:]) for w in part.when if w.startswith("not "))

    def _is_known(self, name: str) -> bool:
        if name in FLAGS:
            return self._context.memory.keeps if name == "memory" else bool(self._context.contacts)
        return name in self._known

    # ---- one part ---------------------------------------------------------------------------------------------------
    def _part(self, part: Part) -> Played:
        outcome: Outcome
        line = self._line(part)
        self._make(part)
        if part.wait is not None:
            return (yield from self._quiet(part, part.wait, line))
        if part.session is not None:
            outcome = yield Enter(self._inner(part.session, part.slots))
            return "", part.goto
        if part.ask is None:
            outcome = yield self._say(line)
            after: After = ("", part.goto)
        else:
            kind, patience = (Kind.YES_NO, YES_NO_S) if part.yes_or_no else (Kind.OPEN, ANSWER_S)
            slots = self._slots(line)
            question = self._context.phrases.nth(line, self._visit - 1, **slots)
            outcome = yield Ask(
                line,
                Expect(kind, (*AN_ANSWER, *part.answers)),
                silence_s=part.listen or patience,
                text=question,
                private=bool(slots),
            )
            reply, after = self._reply(part, outcome)
            if reply and self._can_say(f"{line}{reply}"):
                outcome = yield self._say(f"{line}{reply}")
            if after[0] == "yes" and part.saves is not None and not self._save(part):
                outcome = yield Say(self._context.memory.told())
        if isinstance(outcome, Moved):
            return outcome.to, None
        if part.pause > 0:
            outcome = yield Wait(part.pause)
            if isinstance(outcome, Moved):
                return outcome.to, None
        return after

    def _quiet(self, part: Part, seconds: float, line: str) -> Played:
        """Quiet company, with a word at half of it where there is one."""
        stretches = (seconds / 2, seconds / 2) if part.midway else (seconds,)
        for n, stretch in enumerate(stretches):
            if n and self._can_say(f"{line}.midway"):
                outcome = yield self._say(f"{line}.midway")
            outcome = yield Wait(stretch)
            if isinstance(outcome, Moved):
                return outcome.to, None
        return "", part.goto

    def _reply(self, part: Part, outcome: Outcome) -> tuple[str, After]:
        """Which reply follows ("" = none), and where it goes on."""
        if isinstance(outcome, Silence):
            how = "no" if part.no_skips else ""
            return (".silence" if part.silence else ""), (how, part.silence_goto or part.goto)
        if not isinstance(outcome, Answer):
            return "", ("", part.goto)
        said = outcome.meaning
        for n, branch in enumerate(part.branches, 1):
            if self._is_meant(branch, said):
                self._keep(part, said, branch.means)
                return (f".branch.{n}" if branch.say else ""), ("", branch.goto or part.goto)
        if part.yes_or_no:
            return self._yes_or_no(part, said)
        if part.keep and self._has_none(said):
            return (".silence" if part.silence else ""), ("", part.silence_goto or part.goto)
        if said.intent != "yes" or len(said.text.split()) >= FEW_WORDS:  # a bare "yes" has nothing in it to keep
            self._keep(part, said)
        return (".thanks" if part.thanks else ""), ("", part.goto)

    def _yes_or_no(self, part: Part, said: Meaning) -> tuple[str, After]:
        if said.intent == "yes":
            return (".yes" if part.yes else ""), ("yes", part.yes_goto or part.goto)
        if said.intent in ("no", "not_me"):
            if part.keep is not None:  # what was made for them does not fit
                self._answers.pop(part.keep, None)
                self._known.pop(part.keep, None)
            return (".no" if part.no else ""), ("no", part.no_goto or part.goto)
        if len(said.text.split()) >= FEW_WORDS:  # a sentence of their own instead
            self._keep(part, said)
        return (".thanks" if part.thanks else ""), ("", part.goto)

    def _is_meant(self, branch: Branch, said: Meaning) -> bool:
        listening = self._pack.listening
        return (
            says(said.text, branch.words)
            or (bool(branch.stages) and felt(said) in branch.stages)
            or (bool(branch.topics) and topic_of(said.text, listening) in branch.topics)
        )

    def _has_none(self, said: Meaning) -> bool:
        """Whether there is nothing to keep in an answer: "no", "i don't know"."""
        short = len(said.text.split()) <= FEW_WORDS
        return short and (said.intent == "no" or says(said.text, self._pack.replies.unsure))

    # ---- what is kept -----------------------------------------------------------------------------------------------
    def _keep(self, part: Part, said: Meaning, means: str | None = None) -> None:
        if part.keep is not None:
            self._answers[part.keep] = means or said.text
            self._known[part.keep] = means or tidy(said.text, self._pack.listening)

    def _make(self, part: Part) -> None:
        """Sentences made of the answers so far; one that was said by the person stays."""
        for name, text in part.makes.items():
            if name not in self._known and slots_of(text) <= self._known.keys():
                self._answers[name] = self._known[name] = text.format(**self._known)

    def _save(self, part: Part) -> bool:
        """Put the answers into the record, as the person has just said that they want."""
        assert part.saves is not None
        answers = {name: self._answers[name] for name in part.saves.names if name in self._answers}
        last = self._known[list(answers)[-1]]
        if part.saves.kind == "thought":
            return self._context.memory.add("thought", last, **answers)
        text = last if len(answers) == 1 else ". ".join(answers.values())
        return self._context.memory.add(part.saves.kind, text)

    # ---- what is said -----------------------------------------------------------------------------------------------
    def _line(self, part: Part) -> str:
        return f"{self._prefix}.{part.id or self._parts.index(part) + 1}"

    def _slots(self, line: str) -> dict[str, str]:
        return {name: self._known[name] for name in slots_of(self._context.phrases.variants(line)[0])}

    def _can_say(self, line: str) -> bool:
        return slots_of(self._context.phrases.variants(line)[0]) <= self._known.keys()

    def _say(self, line: str) -> Say:
        """The variant of this visit, with the person's words in it."""
        slots = self._slots(line)
        return Say(line, text=self._context.phrases.nth(line, self._visit - 1, **slots), private=bool(slots))

    def status(self) -> tuple[str, Slots]:
        """What it is about."""
        return "status.talk", {"title": self._title}

    def why(self) -> str | None:
        """The part's own reason, else that of the whole."""
        phrases = self._context.phrases
        here = f"{self._line(self._parts[self._at])}.why" if self._at < len(self._parts) else ""
        return next((line for line in (here, f"{self._prefix}.why") if line in phrases), "talk.why")


def resume_at(parts: Sequence[Part], place: int) -> int:
    """The last part up to `place` from where on no answer is needed that was given before it."""
    for start in range(min(place, len(parts) - 1), 0, -1):
        before = {p.keep for p in parts[:start] if p.keep is not None}
        after = {p.keep for p in parts[start:] if p.keep is not None}
        wanted = {name for p in parts[start:] for name in (*p.needs(), *(p.saves.names if p.saves else ()))}
        if not wanted & before - after:
            return start
    return 0
