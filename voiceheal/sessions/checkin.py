"""The check-in: listens first, names the feeling back, asks whether it fits, then offers and takes no for an answer."""

from __future__ import annotations

from collections.abc import Generator, Mapping

from ..core.meaning import Expect, Kind, Meaning
from ..core.session import Answer, Ask, Context, Directive, Enter, Flow, Outcome, Say, Silence, Slots, Wait
from ..packs.loader import Pack
from ..packs.schema import Offer
from .base import BaseSession, felt, says, strongest
from .talks import MakeInner

OPEN = Expect(Kind.OPEN)
YES_NO = Expect(Kind.YES_NO)
LISTEN_S = 30.0  # quiet after the opening question; people need time at night
SHORT_WORDS = 3  # an answer of so few words without a feeling in it is invited to go on
CLOSE = 0.15  # two feelings nearer than this: ask which
PRESENT = 0.25  # a second feeling weaker than this is not worth asking about
# Without a named feeling: what helps whatever it is.
GENERAL = ("breathe", "affirm", "journal")

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

    def run(self) -> Flow:
        """Listen, reflect, offer, do, close."""
        told = yield from self._listen()
        if told is None:
            yield Say("checkin.silence")
            return "silent"
        stage = yield from self._find_feeling(told)
        if stage is not None:
            yield Say(f"stage.{stage}.explanation")
        chosen = yield from self._offer(stage)
        if chosen is None:
            yield Say("checkin.declined")
            return "declined"
        yield Enter(self._inner(chosen.intent, chosen.slots))
        yield from self._afterwards()
        yield Say("checkin.closing")
        return "completed"

    # ---- listening --------------------------------------------------------------------------------------------------
    def _listen(self) -> Generator[Directive, Outcome, Meaning | None]:
        if self._told is not None:
            yield Say("feeling.unasked")
            return self._told
        answer = yield Ask("checkin.open", OPEN, silence_s=LISTEN_S)
        if not isinstance(answer, Answer):
            return None
        told = answer.meaning
        if felt(told) is None and len(told.text.split()) <= SHORT_WORDS:
            more = yield Ask("checkin.more", OPEN, silence_s=LISTEN_S)
            if isinstance(more, Answer):
                told = more.meaning
        return told

    def _find_feeling(self, told: Meaning) -> Steps:
        """The feeling that is strongest, as the person sees it; None when it needs no name."""
        stage = felt(told)
        if stage is None:
            answer = yield Ask("checkin.ask_feeling", OPEN, silence_s=LISTEN_S)
            stage = felt(answer.meaning) if isinstance(answer, Answer) else None
            if not isinstance(answer, Answer) or stage is None:
                yield Say("checkin.unknown")
                return None
            told = answer.meaning
        ranked = strongest(told)
        if len(ranked) > 1 and ranked[0][1] - ranked[1][1] < CLOSE and ranked[1][1] >= PRESENT:
            return (yield from self._either(ranked[0][0], ranked[1][0]))
        yield Say(f"stage.{stage}.reflection")
        answer = yield Ask("checkin.fits", YES_NO, silence_s=15.0)
        return (yield from self._corrected(stage, answer))

    def _either(self, first: str, second: str) -> Steps:
        """Two feelings as strong as each other: the person says which."""
        names = {"first": self._name(first), "second": self._name(second)}
        answer = yield Ask("checkin.either", OPEN, names, silence_s=15.0)
        if not isinstance(answer, Answer):
            yield Say(f"stage.{first}.reflection")
            return first
        text, heard = answer.meaning.text, felt(answer.meaning)
        if says(text, self._pack.replies.both):
            yield Say("checkin.both", names)
            return first
        if heard is None and says(text, self._pack.replies.unsure):
            yield Say("checkin.unknown")
            return first
        if heard is None:
            heard = next(
                (first if n == 0 else second for n in (0, 1) if says(text, self._pack.replies.ordinals[n])), first
            )
        yield Say(f"stage.{heard}.reflection")
        return heard

    def _corrected(self, stage: str, answer: Outcome) -> Steps:
        """What follows from "does that fit?": yes, no, or a better word."""
        if not isinstance(answer, Answer):
            return stage
        meaning, better = answer.meaning, felt(answer.meaning)
        if better is None and meaning.intent == "no":
            again = yield Ask("checkin.not_fit", OPEN, silence_s=LISTEN_S)
            better = felt(again.meaning) if isinstance(again, Answer) else None
            if better is None:
                yield Say("checkin.unknown")
                return None
        if better is None and says(meaning.text, self._pack.replies.unsure):
            yield Say("checkin.unknown")
        if better is None or better == stage:
            return stage
        if meaning.intent == "yes" or says(meaning.text, self._pack.replies.both):
            yield Say("checkin.both", {"first": self._name(stage), "second": self._name(better)})
            return stage
        yield Say("checkin.corrected", {"feeling": self._name(better)})
        return better

    def _name(self, stage: str) -> str:
        return self._pack.stages[stage].name

    # ---- offering ---------------------------------------------------------------------------------------------------
    def _offers(self, stage: str | None) -> list[Offer]:
        """Three different ways to go on, in changing order."""
        if stage is not None:
            offers = list(self._pack.stages[stage].offers)
        else:
            every = [o for s in self._pack.stages.values() for o in s.offers]
            offers = [next(o for o in every if o.intent == i) for i in GENERAL if any(o.intent == i for o in every)]
        self._context.rng.shuffle(offers)
        return offers[:3]

    def _offer(self, stage: str | None) -> Generator[Directive, Outcome, Offer | None]:
        offers = self._offers(stage)
        keys = ("first", "second", "third")
        spoken = {k: o.spoken for k, o in zip(keys, offers, strict=False)}
        expect = Expect(Kind.CHOICE, tuple(o.intent for o in offers))
        answer = yield Ask(f"checkin.offer{len(offers)}", expect, spoken, silence_s=LISTEN_S)
        for _ in range(2):
            if not isinstance(answer, Answer):
                return None
            refused, chosen = self._choice(answer.meaning, offers)
            if refused or chosen is not None:
                return chosen
            answer = yield Ask("checkin.which", expect, silence_s=LISTEN_S)
        return None

    def _choice(self, meaning: Meaning, offers: list[Offer]) -> tuple[bool, Offer | None]:
        """(refused, chosen)."""
        # "i don't want breathing" names an offer and refuses it: refusals are heard first
        if meaning.intent == "no" or says(meaning.text, self._pack.replies.nothing):
            return True, None
        named = [o for o in offers if says(meaning.text, o.keywords)]
        if len(named) == 1:
            return False, named[0]
        same = [o for o in offers if o.intent == meaning.intent and _agrees(o.slots, meaning.slots)]
        if same:
            return False, same[0]
        for offer, words in zip(offers, self._pack.replies.ordinals, strict=False):
            if says(meaning.text, words):
                return False, offer
        return False, offers[0] if meaning.intent == "yes" else None

    # ---- afterwards -------------------------------------------------------------------------------------------------
    def _afterwards(self) -> Steps:
        yield Wait(1.5)
        answer = yield Ask("checkin.after", OPEN, silence_s=15.0)
        if isinstance(answer, Silence) or not isinstance(answer, Answer):
            return None
        text, replies = answer.meaning.text, self._pack.replies
        if says(text, replies.worse):
            yield Say("checkin.after_worse")
        elif says(text, replies.same):
            yield Say("checkin.after_same")
        elif says(text, replies.better) or answer.meaning.intent == "yes":
            yield Say("checkin.after_better")
        else:
            yield Say("checkin.after_same")
        return None

    def status(self) -> tuple[str, Slots]:
        """A check-in has no length."""
        return "status.checkin", {}


def _agrees(offered: Mapping[str, object], said: Mapping[str, object]) -> bool:
    """Whether nothing that was said contradicts the offer."""
    return all(offered.get(k, v) == v for k, v in said.items())
