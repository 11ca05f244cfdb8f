"""Known phrases about how long we should wait ("take your time"), heard in a conversation only.

Out of the blue they keep the intent that they had before ("slower"): `understand` and the weights know nothing of this.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

from ..core.meaning import Completeness, Expect, Meaning, Understanding
from ..packs.loader import Pack
from .matcher import Matcher, Words
from .normalise import normalise, tokens
from .slots import Slots


class Waiting:
    """Implements `core.meaning.Understanding` around another: the whole utterance must be one of the pack's phrases.

    Args:
        inner: understands everything else.
        pack: its `wait_more` and `wait_less`, with the polite words around commands.
    """

    def __init__(self, inner: Understanding, pack: Pack) -> None:
        words = Words.merged(pack.intents)
        phrases = {"more": pack.replies.wait_more, "less": pack.replies.wait_less}
        self._inner = inner
        self._known = Matcher(words, Slots(words.lists, pack.info.language.split("-")[0]), phrases)

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
        meaning = self._inner.understand(text, alternatives, expect, command, sure, clear)
        way = self._way(text) or (self._way(command) if meaning.how == "grammar" else "")
        if not way:
            return meaning
        return replace(meaning, intent="patience", slots={"way": way}, stage=None, confidence=1.0, how="template")

    def _way(self, text: str) -> str:
        match = self._known.exact(tokens(normalise(text)))
        return match.intent if match is not None else ""

    def completeness(self, text: str, expect: Expect) -> Completeness:
        """Whether a partial transcript is a whole command already."""
        return self._inner.completeness(text, expect)
