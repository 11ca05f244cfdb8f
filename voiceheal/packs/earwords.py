"""The shape of ear.yaml: what must not be said aloud in one language, so that the check can find it."""

from __future__ import annotations

from typing import Annotated

from pydantic import Field

from .schema import Strict, Text, Variants


class Banned(Strict):
    """Words that must not be said, outside of quotation marks, and why.

    say: in the notation of the templates: [optional], (this|that); `*` at the end of a word stands for any ending.
    """

    why: Text
    say: Variants


class Reading(Strict):
    """How hard a text is to follow: a + b * words per sentence + c * syllables per word.

    vowels: letters that make a syllable. silent: endings that look like one and are none (a regular expression).
    weights: a, b, c; the ones of Flesch and Kincaid (1975) for English. most: the grade that is allowed.
    """

    vowels: Text
    silent: Text | None = None
    weights: Annotated[list[float], Field(min_length=3, max_length=3)]
    most: float


class EarWords(Strict):
    """ear.yaml.

    max_words: in a row without a place to breathe. variants: how many ways each line needs at least; `fewer` names
    lines that may have less (`*` stands for anything). commands: sentences that would command VoiceHeal if its own
    microphone took them. stops: what would silence VoiceHeal as a stretch of its own between two breathing marks,
    quoted or not: with a loudspeaker the microphone hears a pause there. typed_only: words in templates that only a
    keyboard needs: the speech model has none of them.
    """

    max_words: int = Field(default=20, ge=5, le=60)
    variants: int = Field(default=1, ge=1, le=20)
    fewer: dict[Text, int] = {}
    banned: list[Banned] = []
    commands: list[Text] = []
    stops: list[Text] = []
    reading: Reading | None = None
    typed_only: list[Text] = []
