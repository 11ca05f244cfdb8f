"""Other ways to understand, made from the same examples: what a few lines with a known library reach."""

from __future__ import annotations

import importlib.util
import re
import time
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from typing import Any

from voiceheal.core.meaning import STAGES
from voiceheal.packs.loader import Pack
from voiceheal.packs.schema import IntentTemplate
from voiceheal.understanding.matcher import Words
from voiceheal.understanding.normalise import normalise

from ._understanding_data import Sentence

OUT = "out_of_scope"
WILD = ("any", "rest", "text")
SURE_ENOUGH = 0.3  # padacioso: best on the examples with one author left out; OVOS itself asks for 0.5


@dataclass(frozen=True)
class Answer:
    """What a peer makes of a sentence; None where it has nothing to say about it."""

    intent: str
    stages: Sequence[str] | None = None  # strongest first
    alarm: bool | None = None


@dataclass(frozen=True)
class Peer:
    """A way to understand: its name, how it answers, and what it took to make it ready (s)."""

    name: str
    read: Callable[[str], Answer]
    ready_s: float


def peers(pack: Pack, examples: Sequence[Sentence]) -> Iterator[Peer | str]:
    """Each peer, or a sentence that says why it is not there."""
    kinds: list[tuple[str, str, Callable[[], Callable[[str], Answer]]]] = [
        ("rapidfuzz, nearest example", "rapidfuzz", lambda: nearest(examples)),
        ("hassil, templates alone", "hassil", lambda: templates(pack)),
        ("padacioso (OVOS), examples", "padacioso", lambda: padacioso(examples)),
        ("scikit-learn, TF-IDF + LR", "sklearn", lambda: tfidf(examples)),
    ]
    for name, module, make in kinds:
        if importlib.util.find_spec(module) is None:
            package = "scikit-learn" if module == "sklearn" else module
            yield f"NOT MEASURED: {name}: install it with  .venv/bin/python -m pip install {package}"
            continue
        began = time.perf_counter()
        try:
            read = make()
        except Exception as e:  # a peer's own trouble must not cost the figures of all others
            yield f"NOT MEASURED: {name}: {type(e).__name__}: {e}"
            continue
        yield Peer(name, read, time.perf_counter() - began)


# ---- rapidfuzz -------------------------------------------------------------------------------------------------------
def nearest(examples: Sequence[Sentence]) -> Callable[[str], Answer]:
    """The example with the most alike letters decides; for safety, the nearest of all."""
    from rapidfuzz import fuzz, process

    ordinary = [s for s in examples if s.intent]
    told = [s for s in ordinary if s.intent == "feeling" and s.stage in STAGES]
    groups = [(g, [normalise(s.text) for s in g]) for g in (ordinary, told, list(examples))]

    def read(text: str) -> Answer:
        plain = normalise(text)
        hits = [g[process.extract(plain, said, scorer=fuzz.ratio, limit=1)[0][2]] for g, said in groups]
        stages = []
        if hits[0].intent == "feeling":
            near = process.extract(plain, groups[1][1], scorer=fuzz.ratio, limit=30)
            stages = list(dict.fromkeys(told[i].stage for _, _, i in near)) if hits[0].stage in STAGES else []
        return Answer(hits[0].intent, stages, hits[2].safety in ("risk", "danger"))

    return read


# ---- hassil ----------------------------------------------------------------------------------------------------------
def templates(pack: Pack) -> Callable[[str], Answer]:
    """The pack's own templates of whole commands, read and matched by hassil."""
    from hassil import Intents, recognize_best

    words = Words.merged(pack.intents)
    intents: dict[str, Any] = {}
    for name, several in words.intents.items():
        if "." in name:  # counts as an answer only
            continue
        plain = [_by_rule(t) for t in several if isinstance(t, str)]
        fixed = [t for t in several if isinstance(t, IntentTemplate)]
        data: list[dict[str, Any]] = [{"sentences": plain}] if plain else []
        data += [{"sentences": [_by_rule(s) for s in t.say], "slots": dict(t.slots)} for t in fixed]
        intents[name] = {"data": data}
    skipped = [w for kind in ("filler", "front", "back") for w in words.words.get(kind, ())]
    grammar = Intents.from_dict(
        {
            "language": pack.info.language,
            "intents": intents,
            "lists": _lists(words),
            "expansion_rules": {n: _by_rule(r) for n, r in {**words.rules, **_number_rules(words)}.items()},
        }
    )
    fillers = sorted(skipped, key=len, reverse=True)

    def read(text: str) -> Answer:
        found = recognize_best(normalise(text), grammar, skip_words=fillers)
        return Answer(found.intent.name if found is not None else OUT)

    return read


def _by_rule(template: str) -> str:
    """Slots that are numbers become rules: hassil has ranges, and units around them are templates."""
    return re.sub(r"\{(minutes|cycles|percent|rating|count)(?::\w+)?\}", r"<the_\1>", template)


def _number_rules(words: Words) -> dict[str, str]:
    def ways(name: str) -> str:
        return "|".join(w for several in words.lists.get(name, {}).values() for w in several)

    number = f"({{number}}|{ways('number_words')})"
    return {
        "the_minutes": f"({number} ({ways('duration_units')})|(a|one) (minute|hour)|{ways('duration_words')})",
        "the_cycles": f"{number} ({ways('cycle_units')})",
        "the_percent": f"({number}|{ways('percent_words')})",
        "the_rating": "{number}",
        "the_count": number,
    }


def _lists(words: Words) -> dict[str, Any]:
    lists: dict[str, Any] = {
        name: {"values": [{"in": way, "out": value} for value, ways in values.items() for way in ways]}
        for name, values in words.lists.items()
    }
    lists.update({name: {"wildcard": True} for name in WILD})
    lists["number"] = {"range": {"from": 0, "to": 180}}
    return lists


# ---- padacioso -------------------------------------------------------------------------------------------------------
def padacioso(examples: Sequence[Sentence]) -> Callable[[str], Answer]:
    """OVOS's light engine, with its wildcard for one word; only lines that can match are handed to it.

    By itself it tries every line of every intent, in processes that it starts for each sentence: the answers are the
    same (compared on 108 sentences), and a sentence takes seconds.
    """
    from padacioso import IntentContainer

    engine = IntentContainer(fuzz=True)
    by_intent: dict[str, list[str]] = {}
    for s in examples:
        if s.intent:
            by_intent.setdefault(s.intent, []).append(normalise(s.text))
    for name, lines in by_intent.items():
        engine.add_intent(name, lines)
    # a line may match where all of its words but one stand around a gap, and where nothing but a gap is added
    around: dict[tuple[tuple[str, ...], tuple[str, ...]], list[tuple[str, str]]] = {}
    for name, lines in engine.intent_samples.items():
        for line in lines:
            words = tuple(line.split())
            gaps = [(words[:i], words[i + 1 :]) for i in range(len(words))]
            for key in dict.fromkeys([*gaps, (words, ()), ((), words)]):
                around.setdefault(key, []).append((name, line))

    def read(text: str) -> Answer:
        plain = normalise(text)
        words = tuple(plain.split())
        gaps = [(words[:i], words[j:]) for i in range(len(words) + 1) for j in range(i, len(words) + 1)]
        able = {hit for key in gaps for hit in around.get(key, ())}
        found = []
        for name, lines in engine.intent_samples.items():
            chosen = [line for line in lines if (name, line) in able]
            match = engine._match(plain, name, chosen) if chosen else None
            if match is not None:
                found.append(match)
        best = max(found, key=lambda m: float(m["conf"]), default=None)
        return Answer(str(best["name"]) if best is not None and best["conf"] >= SURE_ENOUGH else OUT)

    return read


# ---- scikit-learn ----------------------------------------------------------------------------------------------------
def tfidf(examples: Sequence[Sentence]) -> Callable[[str], Answer]:
    """Words, pairs of words and letters in words, weighed by rarity, and logistic regression: an upper reference."""
    from sklearn.feature_extraction.text import TfidfVectorizer
    from sklearn.linear_model import LogisticRegression
    from sklearn.pipeline import FeatureUnion

    features = FeatureUnion(
        [
            ("words", TfidfVectorizer(ngram_range=(1, 2), min_df=2, sublinear_tf=True, token_pattern=r"\S+")),
            ("letters", TfidfVectorizer(analyzer="char_wb", ngram_range=(2, 4), min_df=3, sublinear_tf=True)),
        ]
    )
    rows = features.fit_transform([normalise(s.text) for s in examples]).tocsr()

    def learn(labels: Sequence[str], weight: str | None = None) -> Any:
        known = [n for n, label in enumerate(labels) if label]
        model = LogisticRegression(C=20, max_iter=400, class_weight=weight)
        return model.fit(rows[known], [labels[n] for n in known])

    intent = learn([s.intent for s in examples])
    stage = learn([s.stage for s in examples])  # with "happened": no stage
    alarm = learn(["yes" if s.safety in ("risk", "danger") else "no" for s in examples], "balanced")

    def read(text: str) -> Answer:
        row = features.transform([normalise(text)])
        sure = stage.predict_proba(row)[0]
        order = [str(stage.classes_[i]) for i in sure.argsort()[::-1]]
        stages = [s for s in order if s in STAGES] if order[0] in STAGES else []
        return Answer(str(intent.predict(row)[0]), stages, str(alarm.predict(row)[0]) == "yes")

    return read
