"""Somebody who says anything at any time: 10,000 turns, and there is always an answer and always a way out.

Sentences are drawn for an intent, a feeling, an alarm, nothing at all or nonsense, said in turn, or
into what runs. The clock jumps, what a sentence means is remembered, and a seed gives the same walk each time.
"""

from __future__ import annotations

import dataclasses
import random
from collections.abc import Iterator, Sequence
from functools import lru_cache
from pathlib import Path
from typing import Any

import yaml

from voiceheal import app as house
from voiceheal.core.events import Started
from voiceheal.core.meaning import INTENTS, Completeness, Expect, Meaning
from voiceheal.settings import Settings

from .test_scenarios import Heard, Theatre, house_with_content

TURNS = 10_000
ENGLISH = Path(__file__).parent / "en"
ANSWER_S = 90.0  # the longest quiet inside an exercise; whoever speaks is answered sooner
LEAVE_S = 60.0
TURNS_A_TALK = (5, 60)
NONSENSE = ("blue seven window", "mumble", "hm", "...", "the the the", "42", "%", "xyzzy plugh", "é è ü", "?!")
LONG = (
    "it began in march when we moved and he had this new job and i thought it was only stress but then he came home "
    "later and later and on sunday he sat down and said he does not love me any more and i keep going over it again "
    "and again and i can't sleep and i don't know what to tell the children and my mother says i should be glad"
)
LEAVERS = ("goodbye", "bye", "good night", "that's all goodbye", "goodbye and thank you")
ASKED_FOR_IT_AGAIN = ("repeat", "resume", "pause", "back")  # what is said again then is no answer given twice


class Remembering:
    """An engine that works each sentence out once."""

    def __init__(self, engine: Any) -> None:
        self._engine = engine
        self._known = lru_cache(maxsize=None)(self._work)

    def _work(self, text: str, alternatives: tuple[str, ...], expect: Expect | None) -> Meaning:
        meaning: Meaning = self._engine.understand(text, alternatives, expect)
        return meaning

    def understand(
        self,
        text: str,
        alternatives: Sequence[str] = (),
        expect: Expect | None = None,
        command: str = "",
        sure: float = 1.0,
        clear: float = 1.0,
    ) -> Meaning:
        return self._known(text, tuple(alternatives), expect)

    def completeness(self, text: str, expect: Expect) -> Completeness:
        found: Completeness = self._engine.completeness(text, expect)
        return found


def sentences() -> dict[str, list[str]]:
    """Kind -> what is said: an intent, a stage, "risk", "danger", or nonsense."""
    found: dict[str, list[str]] = {"nonsense": [*NONSENSE], "long": [LONG]}
    for path in (ENGLISH / "intents" / "commands.yaml", ENGLISH / "intents" / "answers.yaml"):
        for entry in yaml.safe_load(path.read_text(encoding="utf-8")):
            found.setdefault(str(entry["intent"]), []).extend(map(str, entry["say"]))
    for name in ("feelings", "safety"):
        for kind, said in yaml.safe_load((ENGLISH / f"{name}.yaml").read_text(encoding="utf-8"))["seen"].items():
            found.setdefault(kind, []).extend(map(str, said))
    lookalikes = yaml.safe_load((ENGLISH / "intents" / "lookalikes.yaml").read_text(encoding="utf-8"))
    found["stories"] = [str(s) for s in lookalikes["say"]]
    return found


def walk(seed: int, turns: int) -> Iterator[tuple[str, str, Heard, Theatre]]:
    """(kind, sentence, what came of it, the theatre) of each turn."""
    rng = random.Random(seed)
    known = sentences()
    kinds = sorted(known)
    parts = house_with_content()
    engine: Any = Remembering(parts.engine)
    app = dataclasses.replace(parts, settings=Settings(region="US"), engine=engine)
    done = 0
    while done < turns:
        theatre = Theatre(house.build_conversation(app, seed=rng.randrange(10**6), remembers=False))
        theatre.take(Started(rng.choice([None, None, "check_in", "breathe", "bedtime", "steps"])))
        for _ in range(rng.randint(*TURNS_A_TALK)):
            approach(theatre, rng)
            if over(theatre):
                break
            kind = rng.choice(kinds)
            said = rng.choice(known[kind])
            theatre.says(said)
            if not theatre.heard.of("intent"):  # it ended while they were speaking
                assert over(theatre)
                break
            after(theatre)
            done += 1
            yield kind, said, theatre.heard, theatre
            if over(theatre):
                break
        else:
            theatre.pass_time(rng.uniform(0.0, 8.0))
            said = rng.choice(LEAVERS)
            if not over(theatre):
                theatre.says(said)
                theatre.pass_time(LEAVE_S)
                if not over(theatre):  # "that's all" closes the page of a journal first
                    theatre.says("goodbye")
                    theatre.pass_time(LEAVE_S)
                done += 1
                if not theatre.heard.of("intent"):
                    continue
                yield "leave", said, theatre.heard, theatre


def over(theatre: Theatre) -> bool:
    return theatre.conversation.over


def approach(theatre: Theatre, rng: random.Random) -> None:
    """Wait for one's turn, or do not, or say nothing for a long time."""
    match rng.randrange(4):
        case 0 | 1:
            until = theatre.now + 120.0
            while not theatre.conversation.listening and not over(theatre) and theatre.now < until:
                theatre.pass_time(1.0)
        case 2:
            theatre.pass_time(rng.uniform(0.0, 8.0))
        case _:
            theatre.pass_time(rng.uniform(20.0, 90.0))


def after(theatre: Theatre) -> None:
    """Until there is an answer, and then until it is over or something else has begun."""
    until = theatre.now + ANSWER_S
    while not answered(theatre.heard) and theatre.now < until and not over(theatre):
        theatre.pass_time(0.5)
    theatre.pass_time(0.5)


ADJUSTS = ("louder", "quieter", "volume", "slower", "faster")  # while something is said, the change is the answer


def answered(heard: Heard) -> bool:
    adjusted = any(n["intent"] in ADJUSTS for n in heard.of("intent"))
    # whoever cannot speak freely gets no word that gives them away
    hidden = any((n["session"], n["outcome"]) == ("safety", "rest") for n in heard.of("session_end"))
    return bool(heard.lines or heard.tones or heard.over or adjusted or hidden)


def test_there_is_always_an_answer_and_a_way_out_and_no_answer_comes_twice() -> None:
    assert set(sentences()) >= set(INTENTS) - {"feeling"}
    mute: list[Any] = []
    stuck: list[Any] = []
    twice: list[Any] = []
    before: tuple[Theatre, tuple[str, str] | None] | None = None
    seen: dict[str, int] = {}
    for kind, said, heard, theatre in walk(seed=6, turns=TURNS):
        for note in heard.of("intent"):
            seen[note["intent"]] = seen.get(note["intent"], 0) + 1
        if not answered(heard):
            mute.append((kind, said, heard.of("intent")))
        if kind == "leave" and not over(theatre):
            stuck.append((said, heard.lines[-3:], heard.of("intent")))
        first = heard.lines[0] if heard.lines else None
        again = any(n["intent"] in ASKED_FOR_IT_AGAIN for n in heard.of("intent"))
        if before is not None and before[0] is theatre and first is not None and first == before[1] and not again:
            twice.append((kind, said, first, heard.of("intent")))
        before = (theatre, first)
    problems: dict[str, list[Any]] = {"no answer": mute, "no way out": stuck, "the same twice": twice}
    assert {k: (len(v), v[:12]) for k, v in problems.items() if v} == {}
    assert set(seen) >= set(INTENTS), "the walk did not get round"
