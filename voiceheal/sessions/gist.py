"""What a long answer comes to: the kind of loss, and one clause of it that can be said back."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from ..packs.listening import Listening
from .base import says

CLAUSE_WORDS = (3, 11)  # a clause shorter or longer than this is not said back
ANSWER_WORDS = 22  # so much of an answer is used in a sentence of ours
TOPIC_COUNTS, ACTOR_COUNTS = 2, 2
STEM = 5  # letters: "rejected" and "rejection" are the same word here
ALIKE = 0.6  # of the shorter thought's words are in the other one: the same thought again
LEAST_WORDS = 3  # that carry meaning: less says nothing about sameness


def topic_of(text: str, listening: Listening) -> str | None:
    """What the loss is about: the topic with the most of its phrases in the text, None when there is none."""
    counts = {t: sum(says(text, [p]) for p in phrases) for t, phrases in listening.topics.items()}
    best = max(counts, key=lambda t: counts[t], default=None)
    return best if best is not None and counts[best] else None


def gist(text: str, listening: Listening) -> str | None:
    """The clause that tells what happened, turned round to be said back; None when none may be."""
    if not listening.mirror or not listening.clause_ends:
        return None
    found: list[tuple[int, int, str]] = []
    for place, words in enumerate(clauses(text, listening.clause_ends)):
        clause = " ".join(words)
        if not CLAUSE_WORDS[0] <= len(words) <= CLAUSE_WORDS[1] or says(clause, listening.not_mirrored):
            continue
        points = ACTOR_COUNTS * says(words[0], listening.actors) + ACTOR_COUNTS * says(clause, listening.actors)
        points += TOPIC_COUNTS * any(says(clause, phrases) for phrases in listening.topics.values())
        if points:
            found.append((points, -place, clause))
    return mirrored(max(found)[2], listening.mirror) if found else None


def clauses(text: str, ends: Iterable[str]) -> list[list[str]]:
    """The text in pieces: at punctuation, and before each word that begins a new thought."""
    marks, starts = ".,;:!?", frozenset(ends)
    pieces: list[list[str]] = [[]]
    for token in text.split():
        if token.strip(marks) in starts:
            pieces.append([])
            continue
        pieces[-1].append(token.strip(marks))
        if token[-1] in marks:
            pieces.append([])
    return [[w for w in piece if w] for piece in pieces if any(piece)]


def mirrored(text: str, mirror: dict[str, str]) -> str:
    """The text with "my" as "your" and the like; the longest phrase counts, and nothing is turned round twice."""
    words, out, at = text.split(), list[str](), 0
    most = max((len(k.split()) for k in mirror), default=1)
    while at < len(words):
        for length in range(min(most, len(words) - at), 0, -1):
            turned = mirror.get(" ".join(words[at : at + length]).lower())
            if turned is not None:
                out.append(turned)
                at += length
                break
        else:
            out.append(words[at])
            at += 1
    return " ".join(out)


def tidy(text: str, listening: Listening) -> str:
    """An answer as it fits into a sentence: without words to begin with ("well, i think"), and not too long."""
    words = text.split()
    openers = sorted((o.split() for o in listening.openers), key=len, reverse=True)
    sticks = frozenset(listening.sticks)
    while opener := next((o for o in openers if words[: len(o)] == o and words[len(o) :]), None):
        if words[len(opener)] in sticks:
            break
        words = words[len(opener) :]
    if len(words) > ANSWER_WORDS:
        kept: list[str] = []
        for clause in clauses(" ".join(words), listening.clause_ends):
            if kept and len(kept) + len(clause) > ANSWER_WORDS:
                break
            kept += clause
        words = kept[:ANSWER_WORDS]
    return " ".join(words).strip(" .,;:!?")


def comes_again(thought: str, earlier: Sequence[str], listening: Listening) -> bool:
    """Whether a thought was there before, in nearly the same words."""
    now = _bag(thought, listening)
    if len(now) < LEAST_WORDS:
        return False
    for other in earlier:
        before = _bag(other, listening)
        small = min(len(now), len(before))
        if small >= LEAST_WORDS and len(now & before) / small >= ALIKE:
            return True
    return False


def thoughts_in(text: str, listening: Listening) -> list[str]:
    """A long entry in pieces that say enough to be compared."""
    pieces, short = list[str](), list[str]()
    for words in clauses(text, listening.clause_ends):
        short += words
        if len(_bag(" ".join(short), listening)) >= LEAST_WORDS:
            pieces.append(" ".join(short))
            short = []
    return pieces


def _bag(text: str, listening: Listening) -> frozenset[str]:
    """Stems of the words that carry meaning."""
    small = {w for phrase in (*listening.mirror, *listening.clause_ends, *listening.small) for w in phrase.split()}
    return frozenset(w[:STEM] for w in text.lower().split() if w not in small and len(w) > 1)
