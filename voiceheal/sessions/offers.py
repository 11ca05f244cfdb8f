"""Two or three ways to go on that fit, the first with its reason; a no is an answer, too."""

from __future__ import annotations

from collections.abc import Generator, Mapping

from ..core.meaning import Expect, Kind, Meaning
from ..core.session import Answer, Ask, Context, Directive, Outcome
from ..packs.feeling_stages import MOST_OFFERS, Offer
from ..packs.loader import Pack
from .base import place_named, says

CHOICE_S = 30.0
GENERAL = ("breathe", "affirm", "journal")  # what helps whatever it is


class Offers:
    """Ways to go on after a feeling.

    Args:
        stage: what is strongest, None when it has no name. topic: what the loss is about, None when not known.
    """

    def __init__(self, pack: Pack, context: Context, stage: str | None, topic: str | None) -> None:
        self._replies = pack.replies
        self._stage = stage
        self._context = context
        self._offers = self._fitting(pack, stage, topic)

    def _fitting(self, pack: Pack, stage: str | None, topic: str | None) -> list[Offer]:
        if stage is None:
            every = [o for s in pack.stages.values() for o in s.offers if not o.topics]
            found = [next(o for o in every if o.intent == i) for i in GENERAL if any(o.intent == i for o in every)]
        else:
            found = [o for o in pack.stages[stage].offers if not o.topics or topic in o.topics]
        self._context.rng.shuffle(found)
        found.sort(key=lambda o: (self._rank(o), not o.topics))
        return found[:MOST_OFFERS]

    def _rank(self, offer: Offer) -> int:
        """What did good before comes first; what did harm, last."""
        done = [e.data for e in self._context.memory.entries("session") if e.data.get("chose") == name_of(offer)]
        after = done[-1].get("after", "") if done else ""
        return {"better": 0, "worse": 2}.get(after, 1)

    def ask(self, *, corrects: bool = False) -> Generator[Directive, Outcome, Offer | Meaning | None]:
        """Offer them; the one that is chosen, None, or with `corrects` another feeling that was told instead."""
        offers = self._offers
        spoken: dict[str, object] = {k: o.spoken for k, o in zip(("first", "second", "third"), offers, strict=False)}
        line = f"checkin.offer{len(offers)}"
        if offers[0].reason is not None:
            line, spoken = f"{line}.why", {**spoken, "reason": offers[0].reason}
        expect = Expect(Kind.CHOICE, tuple(o.intent for o in offers))
        answer = yield Ask(line, expect, spoken, silence_s=CHOICE_S)
        for asks_again in (True, False):
            if not isinstance(answer, Answer):
                return None
            if corrects and self._tells_another(answer.meaning):
                return answer.meaning
            refused, chosen = self._choice(answer.meaning)
            if refused or chosen is not None:
                return chosen
            if asks_again:
                answer = yield Ask("checkin.which", expect, silence_s=CHOICE_S)
        return None

    def _tells_another(self, meaning: Meaning) -> bool:
        """Whether a feeling is named instead of an offer: another one than was heard before."""
        if meaning.intent != "feeling" or meaning.stage in (None, self._stage):
            return False
        return self._choice(meaning) == (False, None)

    def _choice(self, meaning: Meaning) -> tuple[bool, Offer | None]:
        """(refused, chosen)."""
        offers, text = self._offers, meaning.text
        # "i don't want breathing" names an offer and refuses it: refusals are heard first
        if meaning.intent == "no" or says(text, self._replies.nothing):
            return True, None
        named = [o for o in offers if says(text, o.keywords)]
        if len(named) == 1:
            return False, named[0]
        same = [o for o in offers if o.intent == meaning.intent and _agrees(o.slots, meaning.slots)]
        if len(same) == 1:
            return False, same[0]
        place = place_named(text, self._replies.ordinals, len(offers))
        if place is not None:
            return False, offers[place]
        if same:  # two of a kind
            return False, same[0]
        return False, offers[0] if meaning.intent == "yes" else None


def name_of(offer: Offer) -> str:
    """An offer as the record knows it: "breathe", "step 4"."""
    number = offer.slots.get("number")
    return offer.intent if number is None else f"{offer.intent} {number}"


def _agrees(offered: Mapping[str, object], said: Mapping[str, object]) -> bool:
    """Whether nothing that was said contradicts the offer."""
    return all(offered.get(k, v) == v for k, v in said.items())
