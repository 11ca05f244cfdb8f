"""Two recognisers, one meaning: a grammar hears commands better, the open transcript tells whether it was one."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

from ..core.meaning import FREE_INTENTS, Completeness, Expect, Kind, Meaning
from .engine import Engine
from .normalise import tokens
from .soundalike import SoundAlike, alike

# Where the two sound the same, the grammar's words count (99.5 % of clean commands right, none wrong).
AGREE = 0.8
AGREE_OPEN = 0.9  # an open answer is hardly ever a command
# In noise the transcript is wrong about most words while the grammar still hears well: it is believed when it is sure,
# and when the transcript is not a quite different or much longer sentence. `scripts/bench commands` has the figures.
LIKE = 0.35
SURE_AND_LIKE = 1.3
LONGER, LONGER_BY = 2, 2  # the transcript has at most twice the words of the command, and two
DOUBTED = 0.7  # a command that is not believed is asked about first
CLEAR = 0.85  # below this a transcript is full of guesses, above it is believed when it is itself a template
PLAIN = 0.8  # a command in free words that is less plain than this,
GUESSED = 0.4  # or that comes from guesses, is asked about, too


class TwoEars:
    """Implements `core.meaning.Understanding` for speech: the engine, and the command that the grammar heard.

    Args:
        engine: reads the words.
        spoken: False where the words are typed: there is nothing to doubt about them.
    """

    def __init__(self, engine: Engine, *, spoken: bool = True) -> None:
        self._engine = engine
        self._spoken = spoken

    def understand(
        self,
        text: str,
        alternatives: Sequence[str] = (),
        expect: Expect | None = None,
        command: str = "",
        sure: float = 1.0,
        clear: float = 1.0,
    ) -> Meaning:
        """Meaning of one utterance; see `core.meaning.Understanding`."""
        meaning = self._engine.understand(text, alternatives, expect)
        meant = self._commanded(command, expect)
        if meant is None:
            return _doubted(meaning, clear, expect) if self._spoken else meaning
        whole = meaning.how == "template" and meaning.intent not in FREE_INTENTS
        score = self._trust(tokens(meaning.text), tokens(meant.text), expect, 0.0 if whole and clear >= CLEAR else sure)
        if score is not None:
            how = "grammar"
        elif whole:
            return meaning
        elif expect is not None and expect.kind is Kind.OPEN:
            return _doubted(meaning, clear, expect)
        else:
            how, score = "sound-alike", DOUBTED
        said = meaning.text or meant.text
        return replace(meant, text=said, confidence=score, how=how, safety=meaning.safety or meant.safety)

    def _commanded(self, command: str, expect: Expect | None) -> Meaning | None:
        if not command:
            return None
        meant = self._engine.understand(command, (), expect)
        return meant if meant.how == "template" and meant.intent not in FREE_INTENTS else None

    def _trust(self, text: list[str], command: list[str], expect: Expect | None, sure: float) -> float | None:
        """How much the command is believed; None when it is not."""
        is_open = expect is not None and expect.kind is Kind.OPEN
        agreed = SoundAlike([" ".join(command)]).best(text, AGREE_OPEN if is_open else AGREE)
        if agreed is not None:
            return agreed.score
        if is_open or len(text) > LONGER * len(command) + LONGER_BY:
            return None
        like = alike(text, command)
        return sure if like >= LIKE and sure + like >= SURE_AND_LIKE else None

    def completeness(self, text: str, expect: Expect) -> Completeness:
        """Whether a partial transcript is a whole command already."""
        return self._engine.completeness(text, expect)


def _doubted(meaning: Meaning, clear: float, expect: Expect | None) -> Meaning:
    """A command that was not said plainly, or whose transcript is itself a guess, is asked about first.

    So is a template that the grammar, which knows it, did not hear: "home" may be left of "help me ask for help".
    """
    if meaning.intent in FREE_INTENTS:
        return meaning
    if meaning.how == "template":
        asked = expect is not None and expect.kind is not Kind.COMMAND
        return meaning if asked or clear >= CLEAR else replace(meaning, how="sound-alike", confidence=DOUBTED)
    if clear >= CLEAR and meaning.confidence >= PLAIN:
        return meaning
    return replace(meaning, confidence=min(meaning.confidence, GUESSED))
