"""Makes any text safe to speak: no control characters, no symbols engines choke on, in pieces of bounded length."""

from __future__ import annotations

import re
import unicodedata

LONGEST = 240  # characters an engine is given at once; ARM64 espeak cuts long texts, HTS grows slow
MOST = 20_000  # characters of one line; beyond this it is no speech any more

_PLAIN = str.maketrans({
    "‘": "'", "’": "'", "“": '"', "”": '"', "«": '"', "»": '"', "–": ", ", "—": ", ", "…": "... ", "·": ", ",
    "\N{NO-BREAK SPACE}": " ", "&": " and ", "<": " ", ">": " ", "[": " ", "]": " ", "{": " ", "}": " ", "|": " ",
    "\\": " ", "^": " ", "~": " ", "_": " ", "*": " ", "#": " ", "`": " ", '"': " ", "(": ", ", ")": ", ",
})  # fmt: skip
_REPEATED = re.compile(r"([^\w\s])\1{3,}")
_COMMAS = re.compile(r"\s*,(?:\s*,)+\s*")
_BEFORE_MARK = re.compile(r"(?:\s|,)+(?=[.;:!?])|\s+(?=,)")
_SENTENCE_END = re.compile(r"(?<=[.!?;:])\s+")


def speakable(text: str) -> str:
    """The text with everything left out that is not for the ear; "" when nothing remains to be said."""
    text = text[:MOST].translate(_PLAIN)
    kept = "".join(_char(c) for c in unicodedata.normalize("NFKC", text))
    kept = _REPEATED.sub(r"\1\1\1", kept)
    kept = " ".join(_BEFORE_MARK.sub("", _COMMAS.sub(", ", kept)).split()).strip(" ,")
    return kept if any(c.isalnum() for c in kept) else ""


def _char(c: str) -> str:
    category = unicodedata.category(c)
    if category[0] in "LNPM" or category in ("Sc", "Sm"):
        return c
    return " "  # controls, spaces of all kinds, emoji and other symbols


def ascii_only(text: str) -> str:
    """For engines that know no accents: "café" becomes "cafe", what has no such form is left out."""
    return unicodedata.normalize("NFKD", text).encode("ascii", "ignore").decode("ascii")


def chunks(text: str, longest: int = LONGEST) -> list[str]:
    """Pieces of at most `longest` characters, cut at sentence ends, else at commas, else between words."""
    pieces: list[str] = []
    for sentence in _SENTENCE_END.split(text.strip()):
        for part in _wrap(sentence, longest):
            if pieces and len(pieces[-1]) + 1 + len(part) <= longest:
                pieces[-1] += " " + part
            elif part:
                pieces.append(part)
    return pieces


def _wrap(text: str, longest: int) -> list[str]:
    parts: list[str] = []
    while len(text) > longest:
        cut = max(text.rfind(", ", 0, longest) + 1, 0)
        if cut < longest // 3:
            cut = text.rfind(" ", 0, longest)
        if cut <= 0:
            cut = longest
        parts.append(text[:cut].strip())
        text = text[cut:].strip()
    return [*parts, text]
