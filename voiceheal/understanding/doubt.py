"""What is worth a second listening, and which of two listenings counts (`hearing.again.Doubt`)."""

from __future__ import annotations

from dataclasses import replace

from ..core.doubts import asked_first, meaning_of
from ..core.events import Utterance
from ..core.meaning import FREE_INTENTS, Expect, Meaning
from .heard import CLEAR, TwoEars

CONVINCING = 0.93  # a command that only the second listening heard: what the grammar must be sure of


class Doubter:
    """Reads both listenings; prefers the first wherever it would be acted on.

    Args:
        ears: what makes meanings of utterances.
    """

    def __init__(self, ears: TwoEars) -> None:
        self._ears = ears

    def doubtful(self, said: Utterance, expect: Expect) -> bool:
        """Whether we would ask first, or did not understand; never what may be about someone's safety."""
        meaning = self._meaning(said, expect)
        if meaning.safety is not None:
            return False
        if meaning.intent in FREE_INTENTS:
            return meaning.intent != "feeling" or said.confidence < CLEAR
        return asked_first(meaning)

    def better(self, first: Utterance, second: Utterance, expect: Expect) -> Utterance:
        """The second when a command is plain in it; to be asked about when it is not quite; else the first."""
        heard = self._meaning(second, expect)
        if heard.intent in FREE_INTENTS or asked_first(heard) or heard.safety is not None:
            return first
        guessed = self._meaning(first, expect)
        if guessed.intent == heard.intent or heard.how == "template" or heard.confidence >= CONVINCING:
            return second
        return first if guessed.intent not in FREE_INTENTS else replace(second, command_confidence=0.0)

    def _meaning(self, said: Utterance, expect: Expect) -> Meaning:
        return meaning_of(self._ears, said, expect)
