"""Free speech without weights: the nearest example, or a feeling. For packs that nobody has trained yet."""

from __future__ import annotations

from collections.abc import Mapping

from ..core.meaning import GLOBAL_INTENTS, Kind
from .heard_text import Guess, Heard
from .matcher import Matcher, Words
from .nearest import Near, Nearest
from .normalise import normalise, tokens

EXACT_ONLY = ("stop", "pause", "resume", "next", "back", "yes", "no", "repeat", "home", "goodbye")
NEAR_CUTOFF = 0.46
NEAR_CUTOFF_EXACT_ONLY = 0.80
NEAR_CUTOFF_GLOBAL = 0.52
NEAR_CUTOFF_CHOICE = 0.30
NEAR_CLEAR = 0.62  # an example this near wins over a feeling that is heard as well
FELT_AT_ALL = 0.3
FELT_CLEARLY = 0.4  # below, a feeling is a hint only
STAGE_CUTOFF = 0.2
TOLD_WORDS = 5
TOLD_CONFIDENCE = 0.3


class Guesser:
    """Compares with the examples of the templates and listens for feelings."""

    def __init__(self, words: Words, commands: Matcher) -> None:
        self._commands = commands
        self._reporting = words.word_set("reporting")
        self._people = words.word_set("people")
        self._questions = words.word_set("question")
        found = commands.examples()
        for intent, texts in words.examples.items():
            found.setdefault(intent, []).extend(" ".join(tokens(normalise(t))) for t in texts)
        self._nearest = Nearest(found)

    def guess(self, heard: Heard) -> Guess:
        """The intent of words that no template fits."""
        is_open = heard.expect.kind is Kind.OPEN
        ranked = self._nearest.rank(self._commands.stripped(heard.words))
        if heard.expect.kind is Kind.CHOICE:
            offered = [n for n in ranked if n.intent in heard.expect.choices]
            if offered and offered[0].score >= NEAR_CUTOFF_CHOICE:
                return Guess(offered[0].intent, offered[0].score, "nearest")
        if ranked and not is_open and (near := self._near(heard, ranked[0])) is not None:
            return near
        felt = heard.feeling
        hinted = felt.happened or strongest(felt.stages) is not None
        if hinted and not is_open and felt.strength < FELT_AT_ALL and not felt.happened:
            hinted = not ranked or ranked[0].intent != "out_of_scope" or self._is_told(heard)
        if hinted or self._is_told(heard):
            return Guess("feeling", max(felt.strength, TOLD_CONFIDENCE), "feeling")
        return Guess("out_of_scope", 0.0, "none")

    def _is_told(self, heard: Heard) -> bool:
        """Whether it is a sentence about other people, not a question: in this house most likely what happened."""
        words = heard.words
        return len(words) >= TOLD_WORDS and words[0] not in self._questions and not self._people.isdisjoint(words)

    def _near(self, heard: Heard, near: Near) -> Guess | None:
        """The intent of the nearest example, when it is near enough; None leaves it to the feelings."""
        felt = heard.feeling.happened or heard.feeling.strength >= FELT_CLEARLY
        cutoff = NEAR_CUTOFF
        if near.intent in EXACT_ONLY or len(heard.words) == 1:
            cutoff = NEAR_CUTOFF_EXACT_ONLY
        elif near.intent in GLOBAL_INTENTS:
            cutoff = NEAR_CUTOFF_GLOBAL if self._reporting.isdisjoint(heard.words) else NEAR_CUTOFF_EXACT_ONLY
        if felt and near.intent != "reframe":
            cutoff = max(cutoff, NEAR_CLEAR)
        return Guess(near.intent, near.score, "nearest") if near.score >= cutoff else None


def strongest(stages: Mapping[str, float]) -> str | None:
    """The strongest stage, when it is strong enough to be named."""
    stage = max(stages, key=lambda s: stages[s], default=None)
    return stage if stage is not None and stages[stage] >= STAGE_CUTOFF else None
