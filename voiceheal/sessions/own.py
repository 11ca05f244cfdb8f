"""Things a person tells about their life: people they trust, the country, and a plan of their own for dark hours."""

from __future__ import annotations

import re
from collections.abc import Generator, Mapping

from ..core.meaning import Expect, Kind, Meaning, SlotValue
from ..core.memory import PLAN_PARTS
from ..core.session import Answer, Ask, Contact, Context, Directive, Flow, Moved, Outcome, Say, Slots, Wait, is_yes
from ..packs.loader import Pack
from .base import BaseSession, says
from .exercise import YES_NO_S
from .first import region_in
from .gist import mirrored, tidy

OPEN = Expect(Kind.OPEN)
ANSWER_S = 25.0
PLAN_S = 60.0  # these are hard questions
MOST_CONTACTS = 5
NAME_WORDS = 4
LEAST_DIGITS = 3


class AddContact(BaseSession):
    """Takes down somebody they trust: a name, and a number when they want."""

    name = "add_contact"

    def __init__(self, pack: Pack, context: Context, slots: Mapping[str, SlotValue]) -> None:
        self._pack, self._context = pack, context
        self._who = str(slots.get("text", "")).strip()

    def run(self) -> Flow:
        """Name, number, read back."""
        if len(self._context.contacts) >= MOST_CONTACTS:
            yield Say("contact.enough")
            return "completed"
        who = tidy(self._who, self._pack.listening)
        if not who or len(who.split()) > NAME_WORDS:
            answer = yield Ask("contact.who", OPEN, silence_s=ANSWER_S)
            if not isinstance(answer, Answer) or answer.meaning.intent == "no":
                yield Say("contact.none")
                return "silent"
            who = " ".join(tidy(answer.meaning.text, self._pack.listening).split()[:NAME_WORDS])
        spoken = mirrored(who, self._pack.listening.mirror)  # "my sister" is "your sister" from here on
        who = spoken if spoken != who else who.title() if who.islower() else who
        answer = yield Ask("contact.phone", OPEN, {"name": who}, silence_s=ANSWER_S, private=True)
        phone = self._digits(answer.meaning.text) if isinstance(answer, Answer) else ""
        phone = phone if len(phone) >= LEAST_DIGITS else ""
        if phone:
            slots = {"name": who, "phone": ", ".join(" ".join(g) for g in re.findall(r"\d{1,3}", phone))}
            right = yield Ask("contact.right", Expect(Kind.YES_NO), slots, silence_s=YES_NO_S, private=True)
            if isinstance(right, Answer) and right.meaning.intent == "no":
                phone = ""
                yield Say("contact.no_number")
        stays = self._context.memory.keeps
        kept = self._context.memory.add("contact", who, phone=phone)
        self._context.contacts = (*self._context.contacts, Contact(who, phone))
        line = self._context.memory.told() if not kept else "contact.kept" if stays else "contact.kept.now"
        yield Say(line, {"name": who} if kept else {}, private=kept)
        return "completed"

    def _digits(self, text: str) -> str:
        """The digits that were said, one by one or written."""
        ways = {w: str(n) for n, words in enumerate(self._pack.replies.digits) for w in words}
        found, twice = "", False
        for word in re.findall(r"[^\W\d_]+|\d", text.lower()):
            digit = word if word.isdigit() else ways.get(word, "")
            found += digit * (2 if twice else 1)
            twice = word in self._pack.replies.double
        return found


class SetRegion(BaseSession):
    """Takes the country for the help lines."""

    name = "set_region"

    def __init__(self, pack: Pack, context: Context, slots: Mapping[str, SlotValue]) -> None:
        self._pack, self._context = pack, context
        self._said = str(slots.get("text", ""))

    def run(self) -> Flow:
        """One question, when it was not said already."""
        text = self._said
        if not text:
            answer = yield Ask("region.ask", OPEN, silence_s=ANSWER_S)
            text = answer.meaning.text if isinstance(answer, Answer) else ""
        regions = self._pack.helplines.regions
        code = region_in(text, regions, self._pack.replies.lives_in)
        if code is None:
            yield Say("first.region.unknown" if text else "first.region.silent")
            return "completed"
        self._context.region = self._context.region_told = code
        self._context.region_guessed = False
        self._context.memory.put("region", code)
        yield Say("first.region.known", {"place": regions[code].place})
        return "completed"


class SafetyPlan(BaseSession):
    """A plan of one's own in six short parts, made by voice; read back whenever it is asked for.

    Args:
        said: what was said to begin it: "read me my plan" is not "let's make a plan".
    """

    name = "safety_plan"
    moves = True

    def __init__(self, pack: Pack, context: Context, slots: Mapping[str, SlotValue], said: Meaning | None) -> None:
        self._pack, self._context = pack, context
        self._wants_read = slots.get("way") == "read"

    def run(self) -> Flow:
        """Read it, or make it; what there is may stay as it is."""
        memory = self._context.memory
        if memory.plan():
            if not self._wants_read:
                answer = yield Ask("plan.there", OPEN, silence_s=ANSWER_S)
                if isinstance(answer, Answer) and says(answer.meaning.text, self._pack.replies.anew):
                    return (yield from self._make())
            yield from read_plan(self._context)
            return "completed"
        if self._wants_read:
            answer = yield Ask("plan.none", Expect(Kind.YES_NO), silence_s=YES_NO_S)
            if not is_yes(answer):
                yield Say("plan.later")
                return "completed"
        return (yield from self._make())

    def _make(self) -> Flow:
        memory = self._context.memory
        yield Say("plan.begin" if memory.keeps else "plan.begin.now")
        at, kept = 1, True
        while at <= PLAN_PARTS:
            answer = yield Ask(f"plan.{at}", OPEN, silence_s=PLAN_S)
            if isinstance(answer, Moved) and answer.to == "back":
                at = max(1, at - 1)
                continue
            if isinstance(answer, Answer) and not self._has_none(answer.meaning):
                kept = memory.put(f"plan.{at}", answer.meaning.text) and kept
                yield Say("plan.taken")
            else:
                yield Say("plan.skipped")
            at += 1
        if not kept:
            yield Say(self._context.memory.told())
        if not memory.plan():
            yield Say("plan.later")
            return "completed"
        answer = yield Ask("plan.read", Expect(Kind.YES_NO), silence_s=YES_NO_S)
        if is_yes(answer):
            yield from read_plan(self._context)
        yield Say("plan.end")
        return "completed"

    def _has_none(self, said: Meaning) -> bool:
        return len(said.text.split()) <= 4 and (said.intent == "no" or says(said.text, self._pack.replies.unsure))  # noqa: PLR2004

    def why(self) -> str | None:
        """What a plan is good for."""
        return "plan.why"

    def status(self) -> tuple[str, Slots]:
        """Making a plan."""
        return "status.plan", {}


def read_plan(context: Context) -> Generator[Directive, Outcome, None]:
    """Every part of the plan that has something in it, in the person's own words."""
    for n, text in enumerate(context.memory.plan(), 1):
        if text:
            yield Say(f"plan.read.{n}", {"text": text}, private=True)
            yield Wait(1.0)
