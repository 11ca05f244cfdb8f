"""The eleven steps: exercises with a frame, which can be left in the middle and gone on with days later."""

from __future__ import annotations

from ..core.meaning import Expect, Kind, Meaning
from ..core.session import Answer, Ask, Context, Enter, Flow, Moved, Say, Slots, is_yes
from ..packs.loader import Pack
from .base import BaseSession, says
from .exercise import ANSWER_S, YES_NO_S, Exercise, MakeInner, resume_at
from .recall import ended, visits_of

PLACE = "place"  # fact: number of the step that was left in the middle, and of its part: "9:4"


class StepTalk(Exercise):
    """One of the eleven steps; at its end it offers the one after it.

    Args:
        resume: go on where it was left, at the part with this index.
    """

    def __init__(
        self, pack: Pack, context: Context, number: int, inner: MakeInner, *, resume: int | None = None
    ) -> None:
        self._step = step = pack.steps[number]
        self._resumes = resume is not None
        self._done = False
        super().__init__(
            pack,
            context,
            inner,
            name="step",
            prefix=f"step.{step.id}",
            title=step.title,
            parts=step.parts,
            visit=max(1, visits_of(context, "step", str(number)) + (resume is None)),
            start=resume_at(step.parts, resume) if resume is not None else 0,
        )

    def run(self) -> Flow:
        """What it is about, the exercise, the way on."""
        memory, number, title = self._context.memory, self._step.number, self._step.title
        try:
            if self._resumes:
                yield Say("step.resume", {"title": title})
            else:
                yield Say("step.intro", {"number": number, "title": title})
                yield self._say(f"{self._prefix}.about")
            yield from self._play()
            self._done = True
        finally:  # left or ended: no words are kept of it, only where it was
            if self._done:
                if memory.fact(PLACE).startswith(f"{number}:"):
                    memory.put(PLACE, None)
            elif self._at > 0:
                memory.put(PLACE, f"{number}:{self._at}")
        yield Say("step.done")
        following = self._pack.steps.get(number + 1)
        if following is None:
            return "completed"
        answer = yield Ask("step.next", Expect(Kind.YES_NO), {"title": following.title}, silence_s=YES_NO_S)
        if is_yes(answer) or answer == Moved("next"):
            yield Enter(StepTalk(self._pack, self._context, following.number, self._inner))
        return "completed"

    def traces(self) -> dict[str, str]:
        """Which step, and whether its exercise came to the end."""
        return {"number": str(self._step.number), **({"outcome": "completed"} if self._done else {})}


class StepList(BaseSession):
    """Goes on with a step that was left in the middle, when that is wanted; else reads out the eleven and asks which.

    Args:
        said: what was said to begin it: "go on with the steps" is not "read me the steps".
    """

    name = "steps"
    moves = True

    def __init__(self, pack: Pack, context: Context, inner: MakeInner, said: Meaning | None = None) -> None:
        self._pack = pack
        self._context = context
        self._inner = inner
        self._goes_on = said is not None and says(said.text, pack.replies.go_on)

    def run(self) -> Flow:
        """Where it was left, or the list, then the choice; a step may be named at any time."""
        place = self._place()
        if place is not None and (self._goes_on or (yield from self._wants("steps.left", place[0])) == "yes"):
            number, part = place
            yield Enter(StepTalk(self._pack, self._context, number, self._inner, resume=part))
            return "completed"
        following = self._following() if self._goes_on else None
        if following is not None and (yield from self._wants("step.next", following)) == "yes":
            yield Enter(StepTalk(self._pack, self._context, following, self._inner))
            return "completed"
        return (yield from self._choose())

    def _wants(self, line: str, number: int) -> Flow:
        answer = yield Ask(line, Expect(Kind.YES_NO), {"title": self._pack.steps[number].title}, silence_s=YES_NO_S)
        return "yes" if is_yes(answer) else "no"

    def _choose(self) -> Flow:
        yield Say("steps.intro")
        for step in self._pack.steps.values():
            yield Say("steps.item", {"number": step.number, "title": step.title})
        answer = yield Ask("steps.which", Expect(Kind.CHOICE, ("step",)), silence_s=ANSWER_S)
        if isinstance(answer, Answer) and "number" in answer.meaning.slots:
            number = int(float(answer.meaning.slots["number"]))
            if number in self._pack.steps:
                yield Enter(StepTalk(self._pack, self._context, number, self._inner))
                return "completed"
        if isinstance(answer, Answer) and answer.meaning.intent not in ("no",):
            yield Say("step.unknown")
        return "completed"

    def _place(self) -> tuple[int, int] | None:
        """(number, index of the part) of a step that was left in the middle."""
        number, _, part = self._context.memory.fact(PLACE).partition(":")
        if not (number.isdigit() and part.isdigit()) or int(number) not in self._pack.steps:
            return None
        return int(number), int(part)

    def _following(self) -> int | None:
        """The step after the one that was done last."""
        done = [
            int(e.data["number"])
            for e in ended(self._context, "step")
            if e.data.get("outcome") == "completed" and "number" in e.data
        ]
        return done[-1] + 1 if done and done[-1] + 1 in self._pack.steps else None

    def status(self) -> tuple[str, Slots]:
        """Reading the list."""
        return "status.idle", {}
