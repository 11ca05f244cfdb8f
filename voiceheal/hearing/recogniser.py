"""Vosk behind the Recogniser port: collects the pieces Vosk cuts by itself, ends an utterance only when told to."""

from __future__ import annotations

import itertools
import json
import math
from collections import OrderedDict
from collections.abc import Callable, Mapping, Sequence
from typing import TYPE_CHECKING, Any, Protocol

from ..core.ports import Recogniser
from .vad import SAMPLE_RATE

if TYPE_CHECKING:
    from ..core.meaning import Expect
    from ..core.ports import Pcm16

UNKNOWN = "[unk]"  # how Vosk writes a word that the grammar does not have
ALTERNATIVES = 5  # transcripts that are looked at
SURE = 0.7  # mean confidence a command must have (99.5 % of our commands, no false one, in measurements)
GHOSTS = frozenset({"", "the", "a", "huh", "hm"})  # what Vosk hears in silence and breath (vosk-api #1139, #797)

Hypothesis = tuple[str, float]  # transcript, confidence 0..1


class Vocabulary(Protocol):
    """The part of `vosk.Model` that knows words."""

    def vosk_model_find_word(self, word: str) -> int:
        """Number of the word, or -1."""
        ...


class CommandRecogniser(Recogniser, Protocol):
    """A recogniser that hears only what may be said to the present question."""

    def expect(self, expect: Expect, *, over: bool = False) -> None:
        """Change to the sentences of `expect`, or with `over` to the few that are said over our own voice.

        Called between two utterances only.
        """
        ...


class VoskRecogniser:
    """One Vosk recogniser on a shared model; not thread-safe, one thread each.

    Without a grammar it hears anything. With one it hears those sentences and parts of them, and `UNKNOWN` for the
    rest. Either way it gives up to `alternatives` transcripts: in noise the right one is often not the first.

    Vosk gives either word confidences or alternatives (vosk-api #1595). With alternatives the confidence here is the
    mean posterior of the words over the alternatives, which on the small English model comes within 0.05 of Vosk's own.

    Args:
        model: a `vosk.Model`, shared by all recognisers.
        grammar: sentences in lower case; one with a word the model lacks is left out as a whole, since Vosk would
            drop the word and hear the rest ("start breathwork" would become "start").
        alternatives: most transcripts to give; 0 = one, with Vosk's own confidence of each word.
        renew_after_s: audio after which the Vosk recogniser is made anew (between two utterances), so that memory
            stays flat (vosk-api #209, #1970).
    """

    def __init__(
        self,
        model: Vocabulary,
        grammar: Sequence[str] | None = None,
        *,
        alternatives: int = ALTERNATIVES,
        renew_after_s: float = 300.0,
    ) -> None:
        self._model = model
        self._grammar: str | None = None
        self.missing_words: tuple[str, ...] = ()
        if grammar is not None:
            known, self.missing_words = known_phrases(model, grammar)
            self._grammar = json.dumps([*known, UNKNOWN])
        self._alternatives = alternatives
        self._renew_samples = int(renew_after_s * SAMPLE_RATE)
        self._kaldi: Any = None  # untyped library
        self._heard = 0  # samples since the Kaldi recogniser was made
        self._pending = False  # samples taken since the last result
        self._pieces: list[list[Hypothesis]] = []
        self._partial = ""

    def prepare(self) -> None:
        """Build the Kaldi recogniser now (5-50 ms) instead of at the first sample."""
        if self._kaldi is None:
            import vosk  # noqa: PLC0415 - takes 0.1 s, only when listening

            vosk.SetLogLevel(-1)
            given = (self._model, SAMPLE_RATE) if self._grammar is None else (self._model, SAMPLE_RATE, self._grammar)
            self._kaldi = vosk.KaldiRecognizer(*given)
            self._kaldi.SetWords(True)
            self._heard = 0

    def accept(self, pcm: Pcm16) -> None:
        """See `Recogniser.accept`."""
        if not len(pcm):
            return
        self.prepare()
        self._heard += len(pcm)
        self._pending = True
        if self._kaldi.AcceptWaveform(pcm.astype("<i2", copy=False).tobytes()):
            self._take(self._kaldi.Result)  # Vosk's own idea of an end, after 0.5 s of silence or 20 s of speech
            self._partial = ""
        else:
            self._partial = str(json.loads(self._kaldi.PartialResult()).get("partial", ""))

    def partial(self) -> str:
        """See `Recogniser.partial`."""
        return " ".join(filter(None, [*(piece[0][0] for piece in self._pieces), self._partial]))

    def final(self) -> list[Hypothesis]:
        """See `Recogniser.final`."""
        if self._kaldi is not None and self._pending:
            self._take(self._kaldi.FinalResult)
        pieces, self._pieces, self._partial = self._pieces, [], ""
        if self._heard >= self._renew_samples:
            self._kaldi = None
        return join_pieces(pieces, max(1, self._alternatives))

    def _take(self, result: Callable[[], str]) -> None:
        # Alternatives are asked for only now: the decoding is the same, only the last step differs.
        self._kaldi.SetMaxAlternatives(self._alternatives)
        hypotheses = read_result(json.loads(result()))
        self._kaldi.SetMaxAlternatives(0)
        self._pending = False
        if hypotheses:
            self._pieces.append(hypotheses)


class GrammarRecogniser:
    """The command recogniser: one grammar for each thing the conversation may expect, built once and kept.

    Args:
        model: a `vosk.Model`.
        phrases: the sentences that may be said to what is expected.
        interrupting: the few that are listened for through the echo of our own voice.
        mend: puts the sentence that was most likely said before the transcripts, some of whose words may be lost.
        keep: how many grammars are kept ready.
    """

    def __init__(
        self,
        model: Vocabulary,
        phrases: Callable[[Expect], Sequence[str]],
        interrupting: Sequence[str] = (),
        *,
        mend: Callable[[Sequence[Hypothesis], Expect], Sequence[Hypothesis]] | None = None,
        keep: int = 8,
    ) -> None:
        self._model = model
        self._phrases = phrases
        self._mend = mend
        self._expect: Expect | None = None
        self._over = False
        self._interrupting = interrupting
        self._keep = keep
        self._ready: OrderedDict[tuple[object, ...], VoskRecogniser] = OrderedDict()
        self._now: VoskRecogniser | None = None

    def expect(self, expect: Expect, *, over: bool = False) -> None:
        """See `CommandRecogniser.expect`."""
        over = over and bool(self._interrupting)
        key: tuple[object, ...] = ("over",) if over else (expect.kind, expect.choices)
        if key not in self._ready:
            # Over our own voice only what is there word for word counts: mending would make commands of what we say.
            phrases, several = (self._interrupting, 0) if over else (self._phrases(expect), ALTERNATIVES)
            self._ready[key] = VoskRecogniser(self._model, phrases, alternatives=several)
            while len(self._ready) > self._keep:
                self._ready.popitem(last=False)
        self._ready.move_to_end(key)
        self._expect, self._over = expect, over
        self._now = self._ready[key]
        self._now.prepare()

    def accept(self, pcm: Pcm16) -> None:
        """See `Recogniser.accept`."""
        if self._now is not None:
            self._now.accept(pcm)

    def partial(self) -> str:
        """See `Recogniser.partial`."""
        return self._now.partial() if self._now is not None else ""

    def final(self) -> Sequence[Hypothesis]:
        """See `Recogniser.final`."""
        if self._now is None or self._expect is None:
            return []
        heard = self._now.final()
        return self._mend(heard, self._expect) if self._mend is not None and heard and not self._over else heard


def known_phrases(model: Vocabulary, phrases: Sequence[str]) -> tuple[list[str], tuple[str, ...]]:
    """The phrases made only of words the model knows, and the words it does not know."""
    known: list[str] = []
    missing: dict[str, None] = {}
    found: dict[str, bool] = {}
    for phrase in phrases:
        lacking = False
        for word in phrase.split():
            if word not in found:
                found[word] = model.vosk_model_find_word(word) >= 0
            if not found[word]:
                missing[word] = None
                lacking = True
        if phrase.strip() and not lacking:
            known.append(phrase)
    return known, tuple(missing)


def read_result(result: Mapping[str, Any]) -> list[Hypothesis]:
    """Transcripts with confidences 0..1 from one Vosk result, best first; empty when the best is silence."""
    if "alternatives" not in result:
        text = str(result.get("text", "")).strip()
        words = result.get("result", ())
        confidence = sum(word["conf"] for word in words) / len(words) if words else 1.0
        return [(text, min(1.0, confidence))] if text else []
    entries = result["alternatives"]
    if not entries or not entries[0]["text"].strip():
        return []
    best = max(entry["confidence"] for entry in entries)  # log likelihoods, natural logarithm
    weights = [math.exp(entry["confidence"] - best) for entry in entries]
    total = sum(weights)
    hypotheses: dict[str, float] = {}
    for entry in entries:
        text = entry["text"].strip()
        words = entry.get("result", ())
        if text and text not in hypotheses and words:
            shares = [_share(word, entries, weights) / total for word in words]
            hypotheses[text] = min(1.0, sum(shares) / len(shares))
    return list(hypotheses.items())


def _share(word: Mapping[str, Any], entries: Sequence[Mapping[str, Any]], weights: Sequence[float]) -> float:
    """Weight of the alternatives that have this word at this time."""
    return sum(
        weight
        for entry, weight in zip(entries, weights, strict=True)
        if any(
            other["word"] == word["word"] and other["start"] < word["end"] and word["start"] < other["end"]
            for other in entry.get("result", ())
        )
    )


def join_pieces(pieces: Sequence[Sequence[Hypothesis]], most: int = 5) -> list[Hypothesis]:
    """Transcripts of an utterance that was heard in pieces; best first, at most `most`.

    A piece that is nothing but a ghost word is left out when another one has words. The alternatives change one piece
    at a time, so that a doubtful word in any piece is among them. The confidence is the mean, weighted by words.
    """
    spoken = [piece for piece in pieces if piece]
    kept = [piece for piece in spoken if piece[0][0] not in GHOSTS] or spoken[:1]
    if not kept:
        return []
    best = [piece[0] for piece in kept]
    changes = sorted(
        (
            (best[index][1] - option[1], rank, index, option)
            for index, piece in enumerate(kept)
            for rank, option in enumerate(piece[1:], 1)
        ),
        key=lambda change: (change[0], change[1], change[2]),
    )
    chosen = [best] + [[*best[:index], option, *best[index + 1 :]] for _, _, index, option in changes]
    joined: dict[str, float] = {}
    for parts in itertools.islice(chosen, most):
        counts = [len(text.split()) for text, _ in parts]
        mean = sum(count * sure for count, (_, sure) in zip(counts, parts, strict=True)) / max(1, sum(counts))
        joined.setdefault(" ".join(text for text, _ in parts), mean)
    return list(joined.items())


def sure(pieces: Sequence[Sequence[Hypothesis]]) -> Hypothesis:
    """The whole command that was heard, when it was heard well."""
    command, confidence = next(iter(join_pieces(pieces, 1)), ("", 0.0))
    return (command, confidence) if known(command) and confidence >= SURE else ("", 0.0)


def joined(pieces: Sequence[Sequence[Hypothesis]], partial: str) -> str:
    """The best transcript of the pieces, and what came after them."""
    best = next(iter(join_pieces(pieces, 1)), ("", 0.0))[0]
    return f"{best} {partial}".strip()


def known(command: str) -> str:
    """The command, or "" when there is a word in it that the grammar does not have."""
    return "" if UNKNOWN in command.split() else command
