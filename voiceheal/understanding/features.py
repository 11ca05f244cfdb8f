"""What the linear model looks at: runs of words and of letters, and what the rules found.

The very same code runs in training and in use, so that the two can never drift apart.
"""

from __future__ import annotations

import math
from collections import Counter
from collections.abc import Iterator, Sequence
from zlib import crc32

LETTERS = (2, 5)  # shortest and longest run of letters inside a word, with its edges


def runs(words: Sequence[str]) -> tuple[Counter[int], Counter[int]]:
    """Runs of one and two words, and runs of 2 to 5 letters, as 32-bit codes with their counts.

    Args:
        words: the sentence's words without apostrophes.
    """
    return Counter(map(_code, _word_runs(words))), Counter(map(_code, _letter_runs(words)))


def word_code(word: str) -> int:
    """Code of a single word."""
    return _code(f"w {word}")


def weights(counts: Counter[int], idf: dict[int, float]) -> dict[int, float]:
    """Weight of each known run of one block: rarer ones weigh more, the block has length 1."""
    found = {code: (1.0 + math.log(n)) * idf[code] for code, n in counts.items() if code in idf}
    length = math.sqrt(sum(w * w for w in found.values())) or 1.0
    return {code: w / length for code, w in found.items()}


def _code(run: str) -> int:
    return crc32(run.encode())


def _word_runs(words: Sequence[str]) -> Iterator[str]:
    edged = ["^", *words, "$"]
    for word in words:
        yield f"w {word}"
    for first, second in zip(edged, edged[1:], strict=False):
        yield f"w {first} {second}"


def _letter_runs(words: Sequence[str]) -> Iterator[str]:
    shortest, longest = LETTERS
    for word in words:
        edged = f" {word} "
        for size in range(shortest, min(longest, len(edged)) + 1):
            for at in range(len(edged) - size + 1):
                yield "c" + edged[at : at + size]
