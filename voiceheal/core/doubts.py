"""What was heard unclearly is asked about once: what came of it is remembered for the rest of the conversation."""

from __future__ import annotations

from dataclasses import replace

from .events import Utterance
from .meaning import BEGIN_INTENTS, GLOBAL_INTENTS, Expect, Kind, Meaning, Understanding

COMMANDS = frozenset(BEGIN_INTENTS + GLOBAL_INTENTS) - {"yes", "no", "mood", "add_affirmation"}
LOST = "out_of_scope"
UNSURE = "unsure"  # `Meaning.how` of what only the grammar heard
REMEMBERED = "remembered"
# What was understood with less than this is asked about before it is acted on, by how it was understood.
SURE = {"sound-alike": 0.8, "model": 0.45, UNSURE: 1.0}


def meaning_of(understanding: Understanding, said: Utterance, expect: Expect | None) -> Meaning:
    """What was said means, with all that the ears know of it: how sure they are decides what is asked about first."""
    return understanding.understand(
        said.text, said.alternatives, expect, said.command, said.command_confidence, said.confidence
    )


def asked_first(meaning: Meaning) -> bool:
    """Whether we ask "did you want ...?" before we act on this."""
    return meaning.confidence < SURE.get(meaning.how, 0.0)


class Doubts:
    """Remembers words, in memory only, and what the person said that they meant."""

    def __init__(self) -> None:
        self._meant: dict[str, Meaning] = {}
        self._refused: set[tuple[str, str]] = set()

    def settle(self, said: Utterance, meaning: Meaning, understanding: Understanding, expect: Expect) -> Meaning:
        """The meaning, or the one that was confirmed for these words before, or one to be asked about.

        A command that only the grammar heard, where the open transcript makes no sense, is worth a question when no
        open question waits for just any words.
        """
        if meaning.safety is not None:
            return meaning
        known = self._meant.get(meaning.text)
        if known is not None:
            return replace(meaning, intent=known.intent, slots=known.slots, confidence=1.0, how=REMEMBERED)
        if meaning.intent != LOST or not said.command or expect.kind is Kind.OPEN:
            return meaning
        guess = understanding.understand(said.command, (), expect)
        refused = (meaning.text, guess.intent) in self._refused
        if refused or guess.intent not in COMMANDS or guess.safety is not None:
            return meaning
        return replace(guess, text=meaning.text, confidence=min(0.5, said.command_confidence), how=UNSURE)

    def confirmed(self, meaning: Meaning) -> None:
        """The person said yes: next time these words are taken so."""
        if meaning.text:
            self._meant[meaning.text] = meaning

    def refused(self, meaning: Meaning) -> None:
        """The person said no: the grammar's guess is not offered for these words again."""
        self._refused.add((meaning.text, meaning.intent))
