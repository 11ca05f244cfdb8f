"""Looking back over one's own record: what came up, what was done, what they kept; no score and no streak."""

from __future__ import annotations

from collections import Counter
from collections.abc import Generator

from ..core.meaning import Expect, Kind
from ..core.ports import Entry
from ..core.session import Answer, Ask, Context, Directive, Flow, Outcome, Say, Slots
from ..packs.loader import Pack
from .base import BaseSession, says
from .exercise import ANSWER_S, YES_NO_S
from .gist import mirrored
from .recall import known_from_before, to_ask_about, when_said

FEW = 3


class LookingBack(BaseSession):
    """Tells what the record has, in a few sentences, and asks what is different."""

    name = "progress"

    def __init__(self, pack: Pack, context: Context) -> None:
        self._pack, self._context = pack, context

    def run(self) -> Flow:
        """Nothing there, or the look back."""
        memory = self._context.memory
        sessions = [e for e in memory.entries("session") if e.data.get("outcome") == "completed" or "stage" in e.data]
        kept = [e for kind in ("thought", "value", "journal", "affirmation") for e in memory.entries(kind)]
        if memory.broken:
            yield Say("record.broken")
            return "completed"
        if not sessions and not kept:
            yield Say("progress.nothing" if memory.keeps else "progress.off")
            return "completed"
        yield from self._tell(sessions)
        yield from self._kept()
        answer = yield Ask("progress.ask", Expect(Kind.OPEN), silence_s=ANSWER_S)
        yield Say("progress.thanks" if isinstance(answer, Answer) else "progress.end")
        return "completed"

    def _tell(self, sessions: list[Entry]) -> Generator[Directive, Outcome, None]:
        known = known_from_before(self._context, self._pack.listening)
        if "past_days" in known:
            yield Say("progress.since", {"span": known["past_days"]})
        else:
            yield Say("progress.today")
        felt = [
            e.data["stage"]
            for e in sessions
            if e.data.get("stage") in self._pack.stages and e.data["name"] == "check_in"
        ]
        if felt:
            names = {s: stage.name for s, stage in self._pack.stages.items()}
            first, last = felt[0], felt[-1]
            if first == last or len(felt) < FEW:
                yield Say("progress.feeling", {"feeling": names[Counter(felt).most_common(1)[0][0]]})
            else:
                yield Say("progress.feelings", {"first": names[first], "last": names[last]})
        done = Counter(e.data["name"] for e in sessions if e.data.get("outcome") == "completed")
        steps = {e.data["number"] for e in sessions if e.data["name"] == "step" and "number" in e.data}
        if steps:
            yield Say(
                "progress.steps" if len(steps) > 1 else "progress.step", {"n": len(steps)} if len(steps) > 1 else {}
            )
        if done["breathe"]:
            yield Say("progress.breathe")
        helped = [e.data["after"] for e in sessions if "after" in e.data]
        if helped.count("better") > len(helped) / 2:
            yield Say("progress.better")

    def _kept(self) -> Generator[Directive, Outcome, None]:
        memory = self._context.memory
        for kind in ("value", "thought"):
            entry = memory.last(kind)
            if entry is not None:
                slots = {"text": entry.text, "when": when_said(self._context, entry)}
                yield Say(f"progress.{kind}", slots, private=True)

    def status(self) -> tuple[str, Slots]:
        """Looking back."""
        return "status.back", {}


class Return(BaseSession):
    """A hello to somebody who meant to do something: how did it go? Asked once, and any answer is fine."""

    name = "return"

    def __init__(self, pack: Pack, context: Context) -> None:
        self._pack, self._context = pack, context

    def run(self) -> Flow:
        """Hello, the question, and on to what they came for."""
        name = self._context.name
        yield Say("return.named" if name else "return.hello", {"name": name} if name else {}, private=bool(name))
        yield from ask_about_later(self._pack, self._context)
        yield Say("return.open")
        return "completed"


def ask_about_later(pack: Pack, context: Context) -> Generator[Directive, Outcome, None]:
    """How the brave thing went that they meant to do, if there is one; it is asked about once."""
    entry = to_ask_about(context)
    if entry is None:
        return
    slots = {"when": when_said(context, entry), "what": mirrored(entry.text, pack.listening.mirror)}
    answer = yield Ask("return.later", Expect(Kind.YES_NO), slots, silence_s=YES_NO_S, private=True)
    context.memory.change(entry, asked="1")
    yield Say(f"return.{_how(pack, answer)}")


def _how(pack: Pack, answer: Outcome) -> str:
    if not isinstance(answer, Answer):
        return "silent"
    text, replies = answer.meaning.text, pack.replies
    if answer.meaning.intent == "no" or says(text, replies.not_done):
        return "not_done"
    return "done" if answer.meaning.intent == "yes" or says(text, replies.done) else "heard"


def opens(context: Context) -> bool:
    """Whether there is something to ask about at the beginning."""
    return to_ask_about(context) is not None
