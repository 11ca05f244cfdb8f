"""Free speech with weights: what the model says, held against what may be said now and what a mistake would cost."""

from __future__ import annotations

from ..core.meaning import GLOBAL_INTENTS, STAGES, Kind, Safety
from .blend import NONE, Blend
from .guessing import strongest
from .heard_text import Guess, Heard
from .model import Reading

# A control word taken wrongly stops or changes what runs, so it must be likelier than a session must be.
CONTROL_SURE = 0.2
CONTROL_SURE_TOLD = 0.8  # in a sentence about people
SESSION_SURE = 0.3
KNOWN_WORDS = 0.34  # with fewer it was not understood at all
SHORT = 3  # words; a feeling named in so few is taken at its word
CHOICE_SURE = 0.1  # one of what was just offered
OUT_OF_SCOPE_PRIOR = 2.5  # factor on its share: keeps small talk out; worths found on authors not seen, as CONTROL_SURE
OPEN_ANSWERS = ("feeling", "reframe", "out_of_scope")
ASKED_PRIOR = 0.3  # factor on "no feeling in it" when the person was asked how they feel
PHRASE_ALONE = 5  # words
DOUBT, VERDICT = "sadness", 4.0  # how much likelier that stage is in a harsh judgement on oneself
NAMED = 0.75  # share of "no feeling in it" from which no stage is named


class Judge:
    """Decides by the trained weights.

    Args:
        told: words that show that something is told of people ("he", "told", "used to"): what sounds like a control
            word in such a sentence hardly ever is one.
    """

    def __init__(self, model: Blend, told: frozenset[str] = frozenset()) -> None:
        self._model = model
        self._told = told

    def guess(self, heard: Heard, reading: Reading) -> Guess:
        """The intent of words that no template fits."""
        if self._model.model.known(heard.words) < KNOWN_WORDS:
            return Guess("out_of_scope", 0.0, "none")
        shares = dict(reading.intents)
        shares["out_of_scope"] = shares.get("out_of_scope", 0.0) * OUT_OF_SCOPE_PRIOR
        if heard.expect.kind is Kind.OPEN:
            shares = {k: shares.get(k, 0.0) for k in OPEN_ANSWERS}
        if heard.expect.kind is Kind.CHOICE:
            offered = {k: shares.get(k, 0.0) for k in heard.expect.choices}
            best = max(offered, key=lambda k: offered[k], default="")
            if best and offered[best] >= CHOICE_SURE:
                return Guess(best, offered[best], "model")
        control = CONTROL_SURE if self._told.isdisjoint(heard.words) else CONTROL_SURE_TOLD
        for intent in sorted(shares, key=lambda k: -shares[k]):
            sure = control if intent in GLOBAL_INTENTS else 0.0 if intent in OPEN_ANSWERS else SESSION_SURE
            if shares[intent] >= sure:
                return Guess(intent, min(1.0, shares[intent]), "model")
        return Guess("out_of_scope", 0.0, "none")

    def stages(self, heard: Heard, reading: Reading) -> dict[str, float]:
        """Share of each stage; what is missing to 1 is "no feeling in it"."""
        said = heard.feeling.stages
        if len(heard.words) <= SHORT and strongest(said) is not None:
            return dict(said)
        shares = dict(reading.stages)
        if heard.expect.kind is Kind.OPEN and NONE in shares:
            shares[NONE] *= ASKED_PRIOR
        # a verdict on oneself is doubt of one's worth before it is anything else; its examples tell no stage
        shares[DOUBT] = shares.get(DOUBT, 0.0) * (1.0 + VERDICT * reading.intents.get("reframe", 0.0))
        total = sum(shares.values()) or 1.0
        return {s: shares.get(s, 0.0) / total for s in STAGES}

    def safety(self, readings: list[Reading], pattern: Safety | None, size: int) -> tuple[Safety | None, bool]:
        """(lane, unsure) of the likeliest transcript.

        Args:
            readings: of the transcript and its alternatives. pattern: the lane that a known phrase belongs to.
            size: words of the transcript; a known phrase that is nearly all that was said is meant as it is said.
        """
        if pattern is not None and size <= PHRASE_ALONE:
            return pattern, False
        lanes = ((k, m) for r in readings for k, m in r.safety.items() if k != NONE)
        lane, margin = max(lanes, key=lambda km: km[1])
        borders = self._model.borders
        likeliest: Safety = "danger" if lane == "danger" else "risk"
        if margin > borders["sure"]:
            return likeliest, False
        if pattern is not None and margin > borders["far"]:
            return pattern, margin <= borders["soft"]
        return (likeliest, True) if margin > borders["soft"] else (None, False)


def named(stages: dict[str, float]) -> str | None:
    """The stage to name: the strongest, unless most likely there is none."""
    stage = max(stages, key=lambda s: stages[s])
    return stage if sum(stages.values()) >= 1 - NAMED and stages[stage] > 0 else None
