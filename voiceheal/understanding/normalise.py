"""Every text is brought into one form before it is compared: lower case, single spaces, no punctuation."""

from __future__ import annotations

import re
import unicodedata

_APOSTROPHES = str.maketrans(dict.fromkeys("\u2018\u2019\u02bc\u02b9\u0060\u00b4\u2032\uff07", "'"))
_TOKEN = re.compile(r"\d+(?:\.\d+)?|%|[^\W\d_]+(?:'[^\W\d_]+)*")
MAX_CHARS = 10_000  # longer input is cut: nobody says more in one breath, and matching time stays bounded


def normalise(text: str) -> str:
    """Lower case words and numbers with single spaces; apostrophes inside words stay ("i'm"), "%" is a word."""
    plain = unicodedata.normalize("NFKC", text[:MAX_CHARS].translate(_APOSTROPHES)).translate(_APOSTROPHES).lower()
    return " ".join(_TOKEN.findall(plain))


def tokens(normalised: str) -> list[str]:
    """The words of a normalised text as they are matched: without apostrophes."""
    return normalised.replace("'", "").split()
