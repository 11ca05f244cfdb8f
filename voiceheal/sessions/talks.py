"""Guided talks from data: parts that are said, asked, waited for; the eleven steps are talks with a frame."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence

from ..core.meaning import Expect, Kind, SlotValue
from ..core.session import Answer, Ask, Context, Enter, Flow, Moved, Outcome, Say, Session, Silence, Slots, Wait
from ..packs.loader import Pack
from ..packs.schema import Part
from .base import BaseSession, felt

MakeInner = Callable[[str, Mapping[str, SlotValue]], Session]
ANSWER_S = 25.0  # silence after an open question that is taken for an answer; it is allowed to be quiet
YES_NO_S = 15.0


class Talk(BaseSession):
    """Parts in order; "next" skips one, "back" goes to the one before.

    Args:
        name: of the session. prefix: of the line ids. title: said when asked where we are.
        parts: from the pack. inner: makes the session a part asks for.
    """

    moves = True

    def __init__(self, name: str, prefix: str, title: str, parts: Sequence[Part], inner: MakeInner) -> None:
        self.name = name
        self._prefix = prefix
        self._title = title
        self._parts = parts
        self._inner = inner

    def run(self) -> Flow:
        """All parts."""
        return (yield from self._play())

    def _play(self) -> Flow:
        at = 0
        while at < len(self._parts):
            part = self._parts[at]
            outcome = yield from self._part(part, f"{self._prefix}.{at + 1}")
            if outcome == "back":
                at = max(0, at - 1)
                continue
            at += 1
            if outcome == "no":
                at += part.no_skips
        return "completed"

    def _part(self, part: Part, line: str) -> Flow:
        """One part; outcome "next", "back", "no" or ""."""
        outcome: Outcome
        if part.wait is not None:
            outcome = yield Wait(part.wait)
            return outcome.to if isinstance(outcome, Moved) else ""
        if part.session is not None:
            yield Enter(self._inner(part.session, part.slots))
            return ""
        if part.ask is None:
            outcome = yield Say(line)
            result = ""
        else:
            yes_no = part.yes is not None or part.no is not None
            kind, patience = (Kind.YES_NO, YES_NO_S) if yes_no else (Kind.OPEN, ANSWER_S)
            outcome = yield Ask(line, Expect(kind), silence_s=patience)
            reply, result = self._reply(part, outcome)
            if reply:
                outcome = yield Say(f"{line}.{reply}")
        if isinstance(outcome, Moved):
            return outcome.to
        if part.pause > 0:
            outcome = yield Wait(part.pause)
            if isinstance(outcome, Moved):
                return outcome.to
        return result

    def _reply(self, part: Part, outcome: Outcome) -> tuple[str, str]:
        """Which reply follows an answer, or none; and "no" when parts are to be jumped over."""
        if isinstance(outcome, Silence):
            return ("silence" if part.silence else ""), ("no" if part.no_skips else "")
        if not isinstance(outcome, Answer):
            return "", ""
        intent = outcome.meaning.intent
        if part.yes and intent == "yes":
            return "yes", ""
        if intent == "no" and (part.no or part.no_skips):
            return ("no" if part.no else ""), "no"
        return ("thanks" if part.thanks else ""), ""

    def status(self) -> tuple[str, Slots]:
        """What it is about."""
        return "status.talk", {"title": self._title}


class StepTalk(Talk):
    """One of the eleven steps; at its end it offers the one after it."""

    def __init__(self, pack: Pack, context: Context, number: int, inner: MakeInner) -> None:
        self._step = pack.steps[number]
        self._pack = pack
        self._context = context
        super().__init__("step", f"step.{self._step.id}", self._step.title, self._step.parts, inner)

    def run(self) -> Flow:
        """What it is about, the exercise, the way on."""
        number, title = self._step.number, self._step.title
        yield Say("step.intro", {"number": number, "title": title})
        yield Say(f"{self._prefix}.about")
        yield from self._play()
        yield Say("step.done")
        following = self._pack.steps.get(number + 1)
        if following is None:
            return "completed"
        answer = yield Ask("step.next", Expect(Kind.YES_NO), {"title": following.title}, silence_s=YES_NO_S)
        wants = (isinstance(answer, Answer) and answer.meaning.intent == "yes") or answer == Moved("next")
        if wants:
            yield Enter(StepTalk(self._pack, self._context, following.number, self._inner))
        return "completed"


class StepList(BaseSession):
    """Reads out the eleven steps and asks which one."""

    name = "steps"
    moves = True

    def __init__(self, pack: Pack, context: Context, inner: MakeInner) -> None:
        self._pack = pack
        self._context = context
        self._inner = inner

    def run(self) -> Flow:
        """The list, then the choice; a step may be named at any time."""
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

    def status(self) -> tuple[str, Slots]:
        """Reading the list."""
        return "status.idle", {}


class StageTalk(BaseSession):
    """What the five stages are, or one of them: no order, no numbers."""

    name = "stages"
    moves = True

    def __init__(self, pack: Pack, slots: Mapping[str, SlotValue]) -> None:
        self._pack = pack
        self._stage = str(slots.get("stage", ""))

    def run(self) -> Flow:
        """One stage, or all of them and which to hear more about."""
        stage = self._stage
        if stage not in self._pack.stages:
            yield Say("stages.intro")
            for each in self._pack.stages.values():
                yield Say("stages.item", {"name": each.name})
            answer = yield Ask("stages.which", Expect(Kind.CHOICE, ("stages", "feeling")), silence_s=ANSWER_S)
            if not isinstance(answer, Answer):
                return "completed"
            named = answer.meaning.slots.get("stage") or felt(answer.meaning)
            if named is None or str(named) not in self._pack.stages:
                return "completed"
            stage = str(named)
        yield Say(f"stage.{stage}.explanation")
        yield Wait(1.0)
        yield Say(f"stage.{stage}.explanation")
        yield Say("stages.done")
        return "completed"

    def status(self) -> tuple[str, Slots]:
        """Telling about them."""
        return "status.idle", {}
