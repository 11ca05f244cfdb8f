"""Commands of one pack: the whole utterance, but for polite words around it, is a template or sounds like one."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property, lru_cache

from ..core.meaning import Completeness, SlotValue
from ..packs.schema import IntentFile, IntentTemplate
from .expansion import Expander
from .normalise import normalise, tokens
from .slots import PLACEHOLDER, Slots
from .soundalike import SoundAlike, WordsAlike
from .templates import Grammar, Match, beyond
from .wrappers import Wrappers

MAX_COMMAND_WORDS = 40
KEPT = 32  # sentences of which the reading is remembered
MAX_WITHIN_WORDS = 80
MAX_SOUND_WORDS = 14
MAX_CHANGED_WORDS = 10
MIN_CHANGED_WORDS = 3
CHANGED_A_WORD = 0.15
MOST_CHANGED = 0.6  # cost of all changed words together
DRAWS_A_TEMPLATE = 8
MAX_EXAMPLES_DRAWN = 2
GUARD_WORDS = 4  # so many words before a partial match are looked through for a negation


@dataclass(frozen=True)
class Words:
    """The content of all template files, merged."""

    rules: Mapping[str, str]
    lists: Mapping[str, Mapping[str, Sequence[str]]]
    intents: Mapping[str, Sequence[str | IntentTemplate]]
    within: Mapping[str, Sequence[str | IntentTemplate]]
    examples: Mapping[str, Sequence[str]]
    words: Mapping[str, Sequence[str]]
    plain: Sequence[str] = ()

    @classmethod
    def merged(cls, files: Iterable[IntentFile]) -> Words:
        """One table of each kind; what several files say about one key is put together."""
        rules: dict[str, str] = {}
        lists: dict[str, dict[str, list[str]]] = {}
        intents: dict[str, list[str | IntentTemplate]] = {}
        within: dict[str, list[str | IntentTemplate]] = {}
        examples: dict[str, list[str]] = {}
        words: dict[str, list[str]] = {}
        plain: list[str] = []
        for file in files:
            plain += file.plain
            rules.update(file.rules)
            for name, values in file.lists.items():
                for value, ways in values.items():
                    lists.setdefault(name, {}).setdefault(value, []).extend(ways)
            for target, source in ((intents, file.intents), (within, file.within)):
                for name, templates in source.items():
                    target.setdefault(name, []).extend(templates)
            for name, texts in file.examples.items():
                examples.setdefault(name, []).extend(texts)
            for name, texts in file.words.items():
                words.setdefault(name, []).extend(texts)
        return cls(rules, lists, intents, within, examples, words, plain)

    def word_set(self, name: str) -> frozenset[str]:
        """The words of one list as they are matched."""
        return frozenset(t for w in self.words.get(name, ()) for t in tokens(normalise(w)))


class Matcher:
    """Finds templates in sentences: whole, by sound, as a part, or as the last words."""

    def __init__(self, words: Words, slots: Slots, templates: Mapping[str, Sequence[str | IntentTemplate]]) -> None:
        """Build the word graph of `templates` (intent -> templates) with the rules and wrappers of `words`."""
        self._slots = slots
        self._wrappers = Wrappers(words.words)
        self._negations = words.word_set("negation")
        self.grammar = Grammar(words.rules, slots)
        for intent, several in templates.items():
            for template in several:
                if isinstance(template, IntentTemplate):
                    for say in template.say:
                        self.grammar.add(say, intent, template.slots)
                else:
                    self.grammar.add(template, intent, {})
        self._read = lru_cache(KEPT)(self._match)  # several rules ask about one sentence

    def exact(self, words: Sequence[str]) -> Match | None:
        """The best reading of the whole utterance, or None."""
        found = self._exact(words)
        if found is None:
            clean = self._wrappers.without_fillers(words)
            if clean and len(clean) < len(words):
                found = self._exact(clean)
        return found

    def _exact(self, words: Sequence[str]) -> Match | None:
        return self._read(tuple(words))

    def _match(self, words: tuple[str, ...]) -> Match | None:
        if not words or len(words) > MAX_COMMAND_WORDS:
            return None
        found = self.grammar.match(words, self._wrappers.starts(words), self._wrappers.ends(words))
        return found[0] if found else None

    def stripped(self, words: Sequence[str]) -> list[str]:
        """The words without fillers and without all polite words around them."""
        clean = self._wrappers.without_fillers(words)
        start, end = max(self._wrappers.starts(clean), default=0), min(self._wrappers.ends(clean), default=0)
        return clean[start:end] if start < end else clean

    def within(self, words: Sequence[str]) -> Match | None:
        """The first template that is found anywhere and not negated, or None."""
        size = len(words)
        if not words or size > MAX_WITHIN_WORDS:
            return None
        found = self.grammar.match(words, range(size), range(1, size + 1))
        found.sort(key=lambda m: (m.order, m.start))
        for match in found:
            if self._negations.isdisjoint(words[max(0, match.start - GUARD_WORDS) : match.start]):
                return match
        return None

    def by_sound(self, words: Sequence[str], cutoff: float) -> tuple[Match, float] | None:
        """The command that the whole utterance sounds like, and how much (0..1)."""
        plain = self.stripped(words)
        if len(plain) > MAX_SOUND_WORDS:
            return None
        masked = self._slots.masked(plain)
        hits = []
        for heard in dict.fromkeys((tuple(plain), tuple(word for word, _ in masked))):
            hit = self._sounds.best(heard, cutoff)
            if hit is not None:
                hits.append(hit)
        for hit in sorted(hits, key=lambda h: -h.score):
            meant = _unmask(hit.phrase, [said for word, said in masked if word == PLACEHOLDER])
            match = self._exact(meant)
            turned = self._negations & set(meant) != self._negations & set(plain)  # "can" heard for "can't"
            if match is not None and not turned:
                return match, hit.score
        return self._word_by_word(plain, cutoff)

    def _word_by_word(self, plain: Sequence[str], cutoff: float) -> tuple[Match, float] | None:
        """A template of which at most a few words were misheard, each for one word."""
        if not MIN_CHANGED_WORDS <= len(plain) <= MAX_CHANGED_WORDS:
            return None
        most = min(MOST_CHANGED, (1 - cutoff) * len(plain), CHANGED_A_WORD * len(plain))
        alike = [self._alike.alike(word) if word not in self._negations else [] for word in plain]
        found = self.grammar.match(plain, [0], [len(plain)], alike, most)
        for match in found:
            if not match.loose:
                return match, 1 - match.cost / len(plain)
        return None

    @cached_property
    def _alike(self) -> WordsAlike:
        return WordsAlike({w.replace("'", "") for w in self.grammar.vocabulary()} - self._negations)

    @cached_property
    def _sounds(self) -> SoundAlike:
        expander = Expander(self.grammar, self._slots, masked=True)
        drawn = (s for t in self.grammar.templates for s in expander.draw(t, DRAWS_A_TEMPLATE))
        return SoundAlike(" ".join(_keep_placeholder(s)) for s in drawn)

    def completeness(self, words: Sequence[str]) -> tuple[Completeness, str | None]:
        """Whether the words so far are a whole command, and its intent."""
        if not words or len(words) > MAX_COMMAND_WORDS:
            return Completeness.NONE, None
        best = self._exact(words)
        if best is None:
            return Completeness.NONE, None
        chart = self.grammar.walk(words, self._wrappers.starts(words))
        accepted = {(best.intent, bool(best.slots))}
        for node in chart[len(words)]:
            accepted |= {(a.intent, bool(a.slots)) for a in node.accepts}
        longer = {key for node in chart[len(words)] for key in beyond(node)}
        if best.numeric_tail or longer - accepted:
            return Completeness.EXTENDABLE, best.intent
        return Completeness.COMPLETE, best.intent

    def all_forms(self, most: int) -> list[str]:
        """Every form of the templates, at most `most` of each."""
        expander = Expander(self.grammar, self._slots)
        drawn = (normalise(s) for t in self.grammar.templates for s in expander.draw(t, most))
        return list(dict.fromkeys(s for s in drawn if not _has_digits(s)))

    def examples(self) -> dict[str, list[str]]:
        """A few sentences of every template, by intent."""
        expander = Expander(self.grammar, self._slots)
        found: dict[str, list[str]] = {}
        for template in self.grammar.templates:
            drawn = expander.draw(template, MAX_EXAMPLES_DRAWN)
            found.setdefault(template.intent, []).extend(" ".join(tokens(normalise(s))) for s in drawn)
        return found

    def phrases(self, wanted: Mapping[str, int]) -> list[str]:
        """Sentences as they are said, up to `wanted` of each intent named."""
        expander = Expander(self.grammar, self._slots)
        by_intent: dict[str, list[str]] = {}
        for template in self.grammar.templates:
            if template.intent in wanted:
                share = max(DRAWS_A_TEMPLATE, wanted[template.intent] // 10)
                by_intent.setdefault(template.intent, []).extend(expander.draw(template, share))
        out: dict[str, None] = {}
        for intent, found in by_intent.items():
            several = list(dict.fromkeys(s for s in map(normalise, found) if not _has_digits(s)))
            step = max(1.0, len(several) / max(1, wanted[intent]))
            out.update(dict.fromkeys(several[int(n * step)] for n in range(min(len(several), wanted[intent]))))
        return list(out)

    def slots_of(self) -> dict[str, dict[str, str]]:
        """Intent -> the slots its templates use (slot name -> list name)."""
        found: dict[str, dict[str, str]] = {}
        for template in self.grammar.templates:
            for item in self.grammar.references(template.tree):
                found.setdefault(template.intent, {})[item.name] = item.source
        return found


def _keep_placeholder(sentence: str) -> list[str]:
    return [word for part in sentence.split() for word in ([part] if part == PLACEHOLDER else tokens(normalise(part)))]


def _has_digits(text: str) -> bool:
    return "%" in text or any(c.isdigit() for c in text)


def _unmask(phrase: str, said: list[list[str]]) -> list[str]:
    """The phrase with its placeholders filled, in order, by what was said there."""
    left = list(said)
    out: list[str] = []
    for word in phrase.split():
        if word == PLACEHOLDER:
            out += left.pop(0) if left else []
        else:
            out.append(word)
    return out


def slot_values(
    slots: Slots, wanted: Mapping[str, str], words: Sequence[str], skip: Iterable[str]
) -> dict[str, SlotValue]:
    """Values of the wanted slots (slot name -> list name) found anywhere in the words."""
    found: dict[str, SlotValue] = {}
    for slot, name in wanted.items():
        if name not in skip:
            value = slots.find(name, words)
            if value is not None:
                found[slot] = value
    return found
