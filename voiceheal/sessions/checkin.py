"""The check-in: listens first, says the gist and the feeling back, asks whether it fits, then offers and takes a no."""

from __future__ import annotations

from collections.abc import Generator

from ..core.meaning import Expect, Kind, Meaning
from ..core.session import Answer, Ask, Context, Directive, Enter, Flow, Outcome, Say, Slots, Wait
from ..packs.feeling_stages import Offer
from ..packs.loader import Pack
from .base import BaseSession, felt, place_named, says, strongest
from .exercise import MakeInner
from .gist import gist, topic_of
from .looking_back import ask_about_later
from .offers import Offers, name_of
from .recall import STALE_DAYS, ended, when_said

# What names a number is an answer here, wherever it is asked for.
OPEN = Expect(Kind.OPEN)
YES_NO = Expect(Kind.YES_NO, choices=("not_me",))  # "that's not me" is a no
AFTER = Expect(Kind.OPEN, choices=("quieter", "louder"))  # "softer" is how they are now
RATING = Expect(Kind.RATING, choices=("yes", "no"))
LISTEN_S = 30.0  # quiet after the opening question; people need time at night
SHORT_WORDS = 3  # an answer of so few words without a feeling in it is invited to go on
UNSURE_WORDS = 5
LONG_WORDS = 40  # of somebody who told a lot: first what comes through in all of it
CLOSE = 0.15  # two feelings nearer than this: ask which
PRESENT = 0.25  # a second feeling weaker than this is not worth asking about
MOST_CORRECTIONS = 2

Steps = Generator[Directive, Outcome, "str | None"]


class CheckIn(BaseSession):
    """One check-in.

    Args:
        pack, context: of the conversation. told: what the person said unasked, when that began the check-in.
        inner: makes the session that is chosen at the end.
    """

    name = "check_in"

    def __init__(self, pack: Pack, context: Context, told: Meaning | None, inner: MakeInner) -> None:
        self._pack = pack
        self._context = context
        self._told = told if told is not None and told.how == "feeling" else None
        self._inner = inner
        self._topic: str | None = None
        self._traces: dict[str, str] = {}

    def run(self) -> Flow:
        """Listen, reflect, offer, do, close."""
        told = yield from self._listen()
        if told is None:
            yield Say("checkin.silence")
            return "silent"
        stage = yield from self._find_feeling(told)
        yield from self._number()
        chosen = yield from self._offer(stage)
        if chosen is None:
            yield Say("checkin.declined")
            return "declined"
        self._traces["chose"] = name_of(chosen)
        yield Enter(self._inner(chosen.intent, chosen.slots))
        yield from self._afterwards()
        yield Say("checkin.closing")
        return "completed"

    def _offer(self, stage: str | None) -> Generator[Directive, Outcome, Offer | None]:
        """Explain, offer; told that it is another feeling after all, once more with that one."""
        for left in range(MOST_CORRECTIONS, -1, -1):
            if stage is not None:
                self._traces["stage"] = stage
                yield Say(self._line(stage, "explanation"))
            answer = yield from Offers(self._pack, self._context, stage, self._topic).ask(corrects=left > 0)
            if not isinstance(answer, Meaning):
                return answer
            stage = felt(answer) or stage
            if stage is not None:
                yield Say("checkin.corrected", {"feeling": self._name(stage)})
        return None

    def _line(self, stage: str, kind: str) -> str:
        """Words for this kind of loss, where there are some."""
        general = f"stage.{stage}.{kind}"
        special = f"{general}.{self._topic}"
        return special if self._topic and special in self._context.phrases else general

    def _rated(self, meaning: Meaning, when: str) -> bool:
        """Take a number that was said, also on the way."""
        if "rating" not in meaning.slots:
            return False
        self._traces[when] = str(int(float(meaning.slots["rating"])))
        return True

    # ---- listening --------------------------------------------------------------------------------------------------
    def _listen(self) -> Generator[Directive, Outcome, Meaning | None]:
        if self._told is not None:
            self._topic = topic_of(self._told.text, self._pack.listening)
            yield Say("feeling.unasked")
            return self._told
        yield from ask_about_later(self._pack, self._context)
        answer = yield self._opening()
        if not isinstance(answer, Answer):
            return None
        told = answer.meaning
        self._rated(told, "before")
        self._topic = topic_of(told.text, self._pack.listening)
        if felt(told) is None and len(told.text.split()) <= SHORT_WORDS:
            more = yield Ask("checkin.more", OPEN, silence_s=LISTEN_S)
            if isinstance(more, Answer):
                told = more.meaning
                self._topic = topic_of(told.text, self._pack.listening) or self._topic
        return told

    def _opening(self) -> Ask:
        """An open question; it knows the last time."""
        last = next(
            (e for e in reversed(ended(self._context, self.name)) if e.data.get("stage") in self._pack.stages), None
        )
        if last is None or not 0 < last.days_ago <= STALE_DAYS:
            return Ask("checkin.open", OPEN, silence_s=LISTEN_S)
        slots = {"when": when_said(self._context, last), "feeling": self._name(last.data["stage"])}
        return Ask("checkin.open.last", OPEN, slots, silence_s=LISTEN_S)

    def _find_feeling(self, told: Meaning) -> Steps:
        """The feeling that is strongest, as the person sees it; None when it needs no name."""
        if self._unsure(told):
            yield Say("checkin.unknown")
            return None
        stage = felt(told)
        said_back = gist(told.text, self._pack.listening)
        if said_back is not None:
            yield Say("checkin.gist", {"gist": said_back}, private=True)
        if stage is None:
            answer = yield Ask("checkin.ask_feeling", OPEN, silence_s=LISTEN_S)
            unsure = isinstance(answer, Answer) and self._unsure(answer.meaning)
            stage = felt(answer.meaning) if isinstance(answer, Answer) and not unsure else None
            if not isinstance(answer, Answer) or stage is None:
                yield Say("checkin.unknown")
                return None
            told = answer.meaning
        elif said_back is None and len(told.text.split()) >= LONG_WORDS:
            yield Say("checkin.reflect", {"feeling": self._name(stage)})
        ranked = strongest(told)
        if len(ranked) > 1 and ranked[0][1] - ranked[1][1] < CLOSE and ranked[1][1] >= PRESENT:
            return (yield from self._either(ranked[0][0], ranked[1][0]))
        yield Say(self._line(stage, "reflection"))
        return (yield from self._fits(stage))

    def _either(self, first: str, second: str) -> Steps:
        """Two feelings as strong as each other: the person says which."""
        names = {"first": self._name(first), "second": self._name(second)}
        answer = yield Ask("checkin.either", OPEN, names, silence_s=15.0)
        if not isinstance(answer, Answer):
            yield Say(self._line(first, "reflection"))
            return first
        text, heard = answer.meaning.text, felt(answer.meaning)
        if says(text, self._pack.replies.both):
            yield Say("checkin.both", names)
            return first
        if self._unsure(answer.meaning):
            yield Say("checkin.unknown")
            return first
        if heard is None:
            heard = second if place_named(text, self._pack.replies.ordinals, 2) == 1 else first
        yield Say(self._line(heard, "reflection"))
        return heard

    def _fits(self, stage: str) -> Steps:
        """Asks whether it fits, and takes a better word."""
        answer = yield Ask("checkin.fits", YES_NO, silence_s=15.0)
        return (yield from self._corrected(stage, answer))

    def _corrected(self, stage: str, answer: Outcome) -> Steps:
        """What follows from "does that fit?": yes, no, or a better word."""
        if not isinstance(answer, Answer):
            return stage
        if self._unsure(answer.meaning):
            yield Say("checkin.unknown")
            return stage
        meaning = answer.meaning
        refused = meaning.intent in ("no", "not_me")
        plain = refused and says(meaning.text, self._pack.replies.not_it)  # no feeling is in "that doesn't fit"
        better = None if plain else felt(meaning)
        if better is None and refused:
            again = yield Ask("checkin.not_fit", OPEN, silence_s=LISTEN_S)
            better = felt(again.meaning) if isinstance(again, Answer) and not self._unsure(again.meaning) else None
            if better is None:
                yield Say("checkin.unknown")
                return None
        if better is None or better == stage:
            return stage
        if meaning.intent == "yes" or says(meaning.text, self._pack.replies.both):
            yield Say("checkin.both", {"first": self._name(stage), "second": self._name(better)})
            return stage
        yield Say("checkin.corrected", {"feeling": self._name(better)})
        return better

    def _unsure(self, meaning: Meaning) -> bool:
        """Whether it is "i don't know", with nothing more in it."""
        short = len(meaning.text.split()) <= UNSURE_WORDS
        return short and says(meaning.text, self._pack.replies.unsure)

    def _name(self, stage: str) -> str:
        return self._pack.stages[stage].name

    # ---- a number, for those who like numbers ------------------------------------------------------------------------
    def _number(self) -> Generator[Directive, Outcome, None]:
        """Asked only of somebody who gave one the last time."""
        entries = ended(self._context, self.name)
        likes = bool(entries) and ("before" in entries[-1].data or "after_number" in entries[-1].data)
        if "before" in self._traces or not likes:
            return
        answer = yield Ask("checkin.number", RATING, silence_s=15.0)
        if isinstance(answer, Answer) and self._rated(answer.meaning, "before"):
            yield Say("checkin.number.thanks", {"rating": self._traces["before"]})

    # ---- afterwards -------------------------------------------------------------------------------------------------
    def _afterwards(self) -> Generator[Directive, Outcome, None]:
        yield Wait(1.5)
        answer = yield Ask("checkin.after", AFTER, silence_s=15.0)
        if not isinstance(answer, Answer):
            return
        how = self._how(answer.meaning)
        self._traces["after"] = how
        yield Say(f"checkin.after_{how}")

    def _how(self, meaning: Meaning) -> str:
        """better, same or worse; numbers are compared with the one before."""
        text, replies = meaning.text, self._pack.replies
        if self._rated(meaning, "after_number") and "before" in self._traces:
            change = int(self._traces["after_number"]) - int(self._traces["before"])
            return "better" if change > 0 else "worse" if change < 0 else "same"
        if says(text, replies.worse):
            return "worse"
        if says(text, replies.same):
            return "same"
        return "better" if says(text, replies.better) or meaning.intent == "yes" else "same"

    def why(self) -> str | None:
        """Why it helps to say it."""
        return "talk.why"

    def traces(self) -> dict[str, str]:
        """The feeling, what was chosen, how it was afterwards; no words."""
        return self._traces

    def status(self) -> tuple[str, Slots]:
        """A check-in has no length."""
        return "status.checkin", {}
