"""The order in which readings are tried: safety beside everything, then commands, then judgements, then feelings."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace

from ..core.meaning import FREE_INTENTS, GLOBAL_INTENTS, Completeness, Expect, Kind, Meaning, SlotValue
from ..packs.loader import Pack
from ..packs.schema import IntentTemplate
from .feelings import FeelingRecogniser, FeelingResult
from .matcher import Matcher, Words, slot_values
from .nearest import Near, Nearest
from .normalise import normalise, tokens
from .safety import SafetyRecogniser
from .slots import WILD, Slots
from .templates import Match

URGENT = ("stop", "pause")  # taken at once, also when a longer sentence might begin this way
EXACT_ONLY = ("stop", "pause", "resume", "next", "back", "yes", "no", "repeat", "home", "goodbye")
WITH_STAGE = ("feeling", "reframe")
FREE_IN_OPEN = ("yes", "no", "mood", "next", "back", "feeling", "out_of_scope", "reframe")
SOUND_CUTOFF = 0.82
SOUND_CUTOFF_OPEN = 0.90
NEAR_CUTOFF = 0.46
NEAR_CUTOFF_EXACT_ONLY = 0.80
NEAR_CUTOFF_GLOBAL = 0.52
NEAR_CUTOFF_CHOICE = 0.30
FELT_AT_ALL = 0.3
TOLD_WORDS = 5
TOLD_CONFIDENCE = 0.3
FELT_CLEARLY = 0.4  # below, a feeling is a hint only
NEAR_CLEAR = 0.62  # an example this near wins over a feeling that is heard as well
STAGE_CUTOFF = 0.2
ALTERNATIVE_CONFIDENCE = 0.9
MAX_TAIL_WORDS = 4
PLAIN_FORMS = 120  # of each plain template; all of most
SLOT_WEIGHT = 4  # how much more of the grammar's sentences each slot of an intent gets


@dataclass(frozen=True)
class _Heard:
    """One utterance on its way through the readings."""

    text: str
    words: list[str]
    alternatives: tuple[str, ...]
    expect: Expect
    feeling: FeelingResult


class Engine:
    """Implements `core.meaning.Understanding` with the templates, examples and word lists of one pack."""

    def __init__(self, pack: Pack) -> None:
        """Compile the pack's templates.

        Raises:
            ContentError: a template cannot be read.
        """
        words = Words.merged(pack.intents)
        self._words = words
        self.slots = Slots(words.lists, pack.info.language.split("-")[0])
        plain = {name: t for name, t in words.intents.items() if "." not in name}
        self._commands = Matcher(words, self.slots, plain)
        self._contexts = {
            kind: Matcher(words, self.slots, _for_context(words, f"{kind.value}."))
            for kind in (Kind.YES_NO, Kind.RATING, Kind.CHOICE)
        }
        self._parts = Matcher(words, self.slots, words.within)
        self._plain = Matcher(words, self.slots, {"plain": words.plain})
        self._negations = words.word_set("negation")
        self._reporting = words.word_set("reporting")
        self._people = words.word_set("people")
        self._questions = words.word_set("question")
        self._tails = {
            tuple(tokens(normalise(t))): name for name in URGENT for t in words.words.get(f"tail.{name}", ())
        }
        self._slot_names = self._commands.slots_of()
        self._nearest = Nearest(self._all_examples(words))
        self._feelings = FeelingRecogniser(pack.feelings)
        self._safety = SafetyRecogniser(pack.safety)

    def _all_examples(self, words: Words) -> Mapping[str, Sequence[str]]:
        found = self._commands.examples()
        for intent, texts in words.examples.items():
            found.setdefault(intent, []).extend(" ".join(tokens(normalise(t))) for t in texts)
        return found

    def warm(self) -> None:
        """Build the indexes that are otherwise built by the first sentence (about a tenth of a second)."""
        self._nearest.rank(["_"])
        self._commands.by_sound(["_", "_", "_"], 1.0)

    def understand(self, text: str, alternatives: Sequence[str] = (), expect: Expect | None = None) -> Meaning:
        """Meaning of one utterance; `expect` is None when it is said out of the blue."""
        plain = normalise(text)
        others = tuple(normalise(a) for a in alternatives)
        heard = _Heard(plain, tokens(plain), others, expect or Expect(), self._feelings.recognise(plain))
        meaning = self._read(heard)
        stage = _strongest(heard.feeling.stages) if meaning.intent in WITH_STAGE else None
        return replace(
            meaning,
            stages=dict(heard.feeling.stages),
            stage=stage,
            safety=self._safety.recognise([plain, *others]),
        )

    def completeness(self, text: str, expect: Expect) -> Completeness:
        """Whether a partial transcript is a whole command already."""
        words = tokens(normalise(text))
        state, intent = self._commands.completeness(words)
        if intent in URGENT:
            return Completeness.COMPLETE
        if expect.kind is Kind.OPEN:  # most answers to an open question go on, whatever they begin with
            known = intent is not None and intent not in FREE_IN_OPEN
            return Completeness.EXTENDABLE if known else Completeness.NONE
        context = self._contexts.get(expect.kind)
        if context is not None:
            answer, _ = context.completeness(words)
            states = {state, answer}
            for one in (Completeness.EXTENDABLE, Completeness.COMPLETE):
                if one in states and not (one is Completeness.EXTENDABLE and answer is Completeness.COMPLETE):
                    return one
            return Completeness.NONE
        return state

    def phrases(self, expect: Expect, limit: int = 3000) -> list[str]:
        """At most `limit` sentences that fit what is expected, for the recogniser's grammar; numbers as words."""
        context = self._contexts.get(expect.kind)
        names = list(dict.fromkeys(t.intent for t in self._commands.grammar.templates))
        answers = self._plain.all_forms(PLAIN_FORMS)
        if context is not None:
            answers += context.phrases({t.intent: limit // 6 for t in context.grammar.templates})
        # a command with slots has many more forms than one without; what was just offered is likely
        weights = {n: 1 + SLOT_WEIGHT * len(self._slot_names.get(n, {})) for n in names}
        weights.update({n: w * 3 for n, w in weights.items() if n in expect.choices})
        unit = (limit - len(answers)) / max(1, sum(weights.values()))
        wanted = {n: max(1, round(w * unit)) for n, w in weights.items()}
        return list(dict.fromkeys([*answers, *self._commands.phrases(wanted)]))[:limit]

    def vocabulary(self) -> set[str]:
        """Every word that a template, a slot or a polite wrapper may hold, as it is written in content."""
        words = self._words
        said: list[str] = [w for several in words.words.values() for w in several]
        said += [way for values in words.lists.values() for ways in values.values() for way in ways]
        found = {w for text in said for w in normalise(text).split()}
        for matcher in (self._commands, self._parts, *self._contexts.values()):
            found |= matcher.grammar.vocabulary()
        return {w for w in found if not w[0].isdigit() and w != "%"}

    def _read(self, heard: _Heard) -> Meaning:
        if not heard.words:
            return Meaning(heard.text, "out_of_scope")
        for reading in (self._answer, self._command, self._long_answer, self._tail, self._sound, self._other):
            meaning = reading(heard)
            if meaning is not None:
                return meaning
        return self._free(heard)

    def _answer(self, heard: _Heard) -> Meaning | None:
        """The kind of answer that was asked for, and nothing else."""
        match = self._context_match(heard)
        return self._contextual(heard, match) if match is not None and not match.loose else None

    def _long_answer(self, heard: _Heard) -> Meaning | None:
        """The kind of answer that was asked for, with more words around it."""
        match = self._context_match(heard)
        return self._contextual(heard, match) if match is not None else None

    def _context_match(self, heard: _Heard) -> Match | None:
        context = self._contexts.get(heard.expect.kind)
        return context.exact(heard.words) if context is not None else None

    def _contextual(self, heard: _Heard, match: Match) -> Meaning | None:
        if match.intent != "pick":
            return _meaning(heard, match, 1.0, "template")
        choices, index = heard.expect.choices, int(match.slots.get("index", 1))
        place = index - 1 if index > 0 else len(choices) + index
        if not 0 <= place < len(choices):
            return None
        return Meaning(heard.text, choices[place], confidence=1.0, how="template")

    def _command(self, heard: _Heard) -> Meaning | None:
        match = self._commands.exact(heard.words)
        if match is None or (heard.expect.kind is Kind.OPEN and match.loose):
            return None
        return _meaning(heard, match, 1.0, "template")

    def _tail(self, heard: _Heard) -> Meaning | None:
        """The last words end what runs ("... i don't know, okay stop"), unless they are told of someone."""
        for size in range(MAX_TAIL_WORDS, 1, -1):
            name = self._tails.get(tuple(heard.words[-size:])) if len(heard.words) > size else None
            if name and self._reporting.isdisjoint(heard.words[-size - 3 : -size]):
                return Meaning(heard.text, name, confidence=ALTERNATIVE_CONFIDENCE, how="template")
        return None

    def _sound(self, heard: _Heard) -> Meaning | None:
        is_open = heard.expect.kind is Kind.OPEN
        found = self._commands.by_sound(heard.words, SOUND_CUTOFF_OPEN if is_open else SOUND_CUTOFF)
        return _meaning(heard, found[0], found[1], "sound-alike") if found is not None else None

    def _other(self, heard: _Heard) -> Meaning | None:
        """A command among the other transcripts."""
        if heard.expect.kind is Kind.OPEN:
            return None
        for other in heard.alternatives:
            match = self._commands.exact(tokens(other))
            if match is not None and not match.loose:
                return _meaning(heard, match, ALTERNATIVE_CONFIDENCE, "sound-alike")
        return None

    def _free(self, heard: _Heard) -> Meaning:
        is_open = heard.expect.kind is Kind.OPEN
        part = self._parts.within(heard.words)
        if part is not None and not (is_open and part.intent not in ("feeling", "reframe")):
            return self._filled(heard, part.intent, part.slots, ALTERNATIVE_CONFIDENCE, "template")
        ranked = self._nearest.rank(self._commands.stripped(heard.words))
        if heard.expect.kind is Kind.CHOICE:
            offered = [n for n in ranked if n.intent in heard.expect.choices]
            if offered and offered[0].score >= NEAR_CUTOFF_CHOICE:
                return self._filled(heard, offered[0].intent, {}, offered[0].score, "nearest")
        felt = heard.feeling
        if ranked and not is_open:
            meaning = self._near(heard, ranked[0])
            if meaning is not None:
                return meaning
        hinted = felt.happened or _strongest(felt.stages) is not None
        if hinted and not is_open and felt.strength < FELT_AT_ALL and not felt.happened:
            hinted = not ranked or ranked[0].intent != "out_of_scope" or self._is_told(heard)
        if hinted or self._is_told(heard):
            return Meaning(heard.text, "feeling", confidence=max(felt.strength, TOLD_CONFIDENCE), how="feeling")
        return Meaning(heard.text, "out_of_scope", confidence=0.0)

    def _is_told(self, heard: _Heard) -> bool:
        """Whether it is a sentence about other people, not a question: in this house most likely what happened."""
        words = heard.words
        return len(words) >= TOLD_WORDS and words[0] not in self._questions and not self._people.isdisjoint(words)

    def _near(self, heard: _Heard, near: Near) -> Meaning | None:
        """The intent of the nearest example, when it is near enough; None leaves it to the feelings."""
        felt = heard.feeling.happened or heard.feeling.strength >= FELT_CLEARLY
        cutoff = NEAR_CUTOFF
        if near.intent in EXACT_ONLY or len(heard.words) == 1:
            cutoff = NEAR_CUTOFF_EXACT_ONLY
        elif near.intent in GLOBAL_INTENTS:
            cutoff = NEAR_CUTOFF_GLOBAL if self._reporting.isdisjoint(heard.words) else NEAR_CUTOFF_EXACT_ONLY
        if felt and near.intent != "reframe":
            cutoff = max(cutoff, NEAR_CLEAR)
        if near.score < cutoff:
            return None
        return self._filled(heard, near.intent, {}, near.score, "nearest")

    def _filled(
        self, heard: _Heard, intent: str, given: Mapping[str, SlotValue], confidence: float, how: str
    ) -> Meaning:
        wanted = {s: n for s, n in self._slot_names.get(intent, {}).items() if s not in given}
        if intent in FREE_INTENTS:
            wanted = {}
        found = slot_values(self.slots, wanted, heard.words, WILD)
        return Meaning(heard.text, intent, {**found, **given}, confidence=confidence, how=how)


def _for_context(words: Words, prefix: str) -> dict[str, list[str | IntentTemplate]]:
    return {n.removeprefix(prefix): list(t) for n, t in words.intents.items() if n.startswith(prefix)}


def _meaning(heard: _Heard, match: Match, confidence: float, how: str) -> Meaning:
    return Meaning(heard.text, match.intent, dict(match.slots), confidence=confidence, how=how)


def _strongest(stages: Mapping[str, float]) -> str | None:
    stage = max(stages, key=lambda s: stages[s], default=None)
    return stage if stage is not None and stages[stage] >= STAGE_CUTOFF else None
