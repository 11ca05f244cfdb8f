"""The order in which readings are tried: safety beside everything, then commands, then judgements, then feelings."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace

from ..core.meaning import FREE_INTENTS, Completeness, Expect, Kind, Meaning, SlotValue
from ..packs.loader import Pack
from ..packs.schema import IntentTemplate
from .blend import Blend, learned, phrase_lane, together
from .encoder import ENCODER, load_encoder
from .feelings import FeelingRecogniser, FeelingResult
from .fill import Filler
from .guessing import Guesser, strongest
from .heard_text import Heard
from .judging import Judge, named
from .matcher import Matcher, Words
from .model import WEIGHTS, Reading, load_model
from .normalise import normalise, tokens
from .repair import Repairer
from .safety import SafetyRecogniser, gravest
from .slots import Slots
from .templates import Match

URGENT = ("stop", "pause")  # taken at once, also when a longer sentence might begin this way
TAILS = (*URGENT, "goodbye")  # may be the last words of a longer sentence
WITH_STAGE = ("feeling", "reframe")
FREE_IN_OPEN = ("yes", "no", "mood", "next", "back", "feeling", "out_of_scope", "reframe")
SOUND_CUTOFF = 0.82
SOUND_CUTOFF_OPEN = 0.90
ALTERNATIVE_CONFIDENCE = 0.9
MAX_TAIL_WORDS = 4
MIN_LEFT = 2  # words
PLAIN_FORMS = 120  # of each plain template; all of most
MOST_MENDED = 0.8  # cost of the words of a command that were lost in noise, about one
MOST_WORDS_MENDED = 16  # a longer sentence is no command
SLOT_WEIGHT = 4  # how much more of the grammar's sentences each slot of an intent gets


class Engine:
    """Implements `core.meaning.Understanding` with the templates, examples and word lists of one pack."""

    def __init__(self, pack: Pack, *, use_model: bool = True) -> None:
        """Compile the pack's templates and load its weights, when it has some.

        Args:
            pack: content. use_model: False for training, and to see what the rules do alone.

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
        self._filler = Filler(words, pack.info.language.split("-")[0], self.slots)
        self._plain = Matcher(words, self.slots, {"plain": words.plain})
        self._repairer = Repairer(self._commands, self.slots)
        self._negations = words.word_set("negation")
        self._hesitations, self._openers = words.word_set("hesitation"), words.word_set("opener")
        self._reporting = words.word_set("reporting")
        self._tails = {tuple(tokens(normalise(t))): name for name in TAILS for t in words.words.get(f"tail.{name}", ())}
        self._slot_names = self._commands.slots_of()
        self._feelings = FeelingRecogniser(pack.feelings)
        self._safety = SafetyRecogniser(pack.safety)
        weights = pack.folder / WEIGHTS
        encoder = pack.folder / ENCODER
        self._model = (
            Blend(load_model(weights), load_encoder(encoder) if encoder.exists() else None)
            if use_model and weights.exists()
            else None
        )
        self._judge = Judge(self._model, words.word_set("people")) if self._model is not None else None
        self._guesser = Guesser(words, self._commands) if self._judge is None else None

    def warm(self) -> None:
        """Build the indexes that are otherwise built by the first sentence (about a tenth of a second)."""
        self.understand("_ _ _")
        self._commands.by_sound(["_", "_", "_"], 1.0)

    def findings(self, text: str) -> tuple[list[str], dict[str, float]]:
        """Words of a sentence, and what the rules find in it: the model looks at both."""
        plain = self._without_hesitation(normalise(text))
        return self._findings(plain, tokens(plain), self._feelings.recognise(plain))

    def _without_hesitation(self, plain: str) -> str:
        """The text without "um", "uh" and a "well" to begin with; as it is when little would be left ("uh huh")."""
        words = [w for w in plain.split() if w not in self._hesitations]
        while len(words) > MIN_LEFT and words[0] in self._openers:
            words = words[1:]
        return " ".join(words) if len(words) >= MIN_LEFT else plain

    def _findings(self, plain: str, words: list[str], felt: FeelingResult) -> tuple[list[str], dict[str, float]]:
        found: dict[str, float] = {f"stage:{stage}": share for stage, share in felt.stages.items()}
        found.update(happened=float(felt.happened), strength=felt.strength)
        found.update(length=min(1.0, len(words) / 20), short=1.0 / (1 + len(words)))
        match = self._commands.exact(words)
        if match is not None:
            found[f"{'loose' if match.loose else 'exact'}:{match.intent}"] = 1.0
        else:
            sound = self._commands.by_sound(words, SOUND_CUTOFF)
            if sound is not None:
                found[f"sound:{sound[0].intent}"] = 1.0
        part = self._parts.within(words)
        if part is not None:
            found[f"part:{part.intent}"] = 1.0
        lane = self._safety.recognise([plain])
        if lane is not None:
            found[f"safety:{lane}"] = 1.0
        return words, found

    def understand(self, text: str, alternatives: Sequence[str] = (), expect: Expect | None = None) -> Meaning:
        """Meaning of one utterance; `expect` is None when it is said out of the blue."""
        said = normalise(text)
        plain = self._without_hesitation(said)
        others = tuple(self._without_hesitation(normalise(a)) for a in alternatives)
        heard = Heard(said, tokens(plain), others, expect or Expect(), self._feelings.recognise(plain))
        if self._judge is None or self._model is None or not heard.words:
            lane = self._safety.recognise([plain, *others])
            meaning, stages = self._read(heard, None), dict(heard.feeling.stages)
            stage, unsure = strongest(stages), False
        else:
            looked = [self._findings(plain, heard.words, heard.feeling), *map(self.findings, others)]
            phrase = gravest(phrase_lane(found) for _, found in looked)
            readings = [self._model.read(words, found) for words, found in looked]
            closer = self._model.around(heard.words, self.findings) if phrase is not None else []
            lane, unsure = self._judge.safety([*readings, *closer], phrase, len(heard.words))
            reading = together(readings)
            meaning, stages = self._read(heard, reading), self._judge.stages(heard, reading)
            stage = named(stages)
        return replace(
            meaning,
            stages=stages,
            stage=stage if meaning.intent in WITH_STAGE else None,
            safety=lane,
            unsure=unsure and lane is not None,
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

    def mend(self, heard: Sequence[tuple[str, float]], expect: Expect) -> Sequence[tuple[str, float]]:
        """What a grammar heard, with the nearest command before it where some of its words were lost."""
        first = tokens(normalise(heard[0][0])) if heard else []
        context = self._contexts.get(expect.kind)
        if (
            not 0 < len(first) <= MOST_WORDS_MENDED
            or self._commands.exact(first)
            or (context is not None and context.exact(first))
        ):
            return heard
        return self._repairer.mend(heard, MOST_MENDED)

    def vocabulary(self) -> set[str]:
        """Every word that a template, a slot or a polite wrapper may hold, as it is written in content."""
        words = self._words
        said: list[str] = [w for several in words.words.values() for w in several]
        said += [way for values in words.lists.values() for ways in values.values() for way in ways]
        found = {w for text in said for w in normalise(text).split()}
        for matcher in (self._commands, self._parts, *self._contexts.values()):
            found |= matcher.grammar.vocabulary()
        return {w for w in found if not w[0].isdigit() and w != "%"}

    def _read(self, heard: Heard, reading: Reading | None) -> Meaning:
        if not heard.words:
            return Meaning(heard.text, "out_of_scope")
        rules = [self._answer, self._command, self._long_answer, self._tail]
        if reading is None:
            rules += [self._sound, self._other, self._part]
        for rule in rules:
            meaning = rule(heard)
            if meaning is not None:
                return meaning
        return self._free(heard, reading)

    def _answer(self, heard: Heard) -> Meaning | None:
        """The kind of answer that was asked for, and nothing else."""
        match = self._context_match(heard)
        return self._contextual(heard, match) if match is not None and not match.loose else None

    def _long_answer(self, heard: Heard) -> Meaning | None:
        """The kind of answer that was asked for, with more words around it."""
        match = self._context_match(heard)
        return self._contextual(heard, match) if match is not None else None

    def _context_match(self, heard: Heard) -> Match | None:
        context = self._contexts.get(heard.expect.kind)
        return context.exact(heard.words) if context is not None else None

    def _contextual(self, heard: Heard, match: Match) -> Meaning | None:
        if match.intent != "pick":
            return _meaning(heard, match, 1.0, "template")
        choices, index = heard.expect.choices, int(match.slots.get("index", 1))
        place = index - 1 if index > 0 else len(choices) + index
        if not 0 <= place < len(choices):
            return None
        return Meaning(heard.text, choices[place], confidence=1.0, how="template")

    def _command(self, heard: Heard) -> Meaning | None:
        match = self._commands.exact(heard.words)
        if match is None or (heard.expect.kind is Kind.OPEN and match.loose):
            return None
        return self._settled(heard, match, 1.0, "template")

    def _tail(self, heard: Heard) -> Meaning | None:
        """The last words end what runs ("... i don't know, okay stop"), unless they are told of someone."""
        for size in range(MAX_TAIL_WORDS, 1, -1):
            name = self._tails.get(tuple(heard.words[-size:])) if len(heard.words) > size else None
            if name and self._reporting.isdisjoint(heard.words[-size - 3 : -size]):
                return Meaning(heard.text, name, confidence=ALTERNATIVE_CONFIDENCE, how="template")
        return None

    def _sound(self, heard: Heard) -> Meaning | None:
        is_open = heard.expect.kind is Kind.OPEN
        found = self._commands.by_sound(heard.words, SOUND_CUTOFF_OPEN if is_open else SOUND_CUTOFF)
        return self._settled(heard, found[0], found[1], "sound-alike") if found is not None else None

    def _other(self, heard: Heard) -> Meaning | None:
        """A command among the other transcripts."""
        if heard.expect.kind is Kind.OPEN:
            return None
        for other in heard.alternatives:
            match = self._commands.exact(tokens(other))
            if match is not None and not match.loose:
                return _meaning(heard, match, ALTERNATIVE_CONFIDENCE, "sound-alike")
        return None

    def _part(self, heard: Heard) -> Meaning | None:
        part = self._parts.within(heard.words)
        if part is None or (heard.expect.kind is Kind.OPEN and part.intent not in WITH_STAGE):
            return None
        return self._filled(heard, part.intent, part.slots, ALTERNATIVE_CONFIDENCE, "template")

    def _free(self, heard: Heard, reading: Reading | None) -> Meaning:
        """Words that no template fits."""
        if reading is not None and self._judge is not None:
            guess = self._judge.guess(heard, reading)
        else:
            assert self._guesser is not None
            guess = self._guesser.guess(heard)
        if guess.intent == "out_of_scope" and (other := self._other(heard)) is not None:
            return other
        meant = self._filled(heard, guess.intent, {}, guess.confidence, guess.how)
        return replace(meant, slots={**learned(guess.intent, reading), **meant.slots}) if reading else meant

    def _settled(self, heard: Heard, match: Match, confidence: float, how: str) -> Meaning:
        slots = self._filler.settle(match.intent, heard.text, match.slots)
        return Meaning(heard.text, match.intent, slots, confidence=confidence, how=how)

    def _filled(
        self, heard: Heard, intent: str, given: Mapping[str, SlotValue], confidence: float, how: str
    ) -> Meaning:
        found = self._filler.fill(intent, heard.text) if intent not in FREE_INTENTS else {}
        return Meaning(heard.text, intent, {**found, **given}, confidence=confidence, how=how)


def _for_context(words: Words, prefix: str) -> dict[str, list[str | IntentTemplate]]:
    return {n.removeprefix(prefix): list(t) for n, t in words.intents.items() if n.startswith(prefix)}


def _meaning(heard: Heard, match: Match, confidence: float, how: str) -> Meaning:
    return Meaning(heard.text, match.intent, dict(match.slots), confidence=confidence, how=how)
