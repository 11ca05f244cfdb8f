"""After the first words: the person chooses what helps, as often as they like; silence gets quiet company."""

from __future__ import annotations

from collections.abc import Generator
from typing import Literal

from ..core.meaning import Meaning
from ..core.session import Directive, Outcome, Say, Wait
from .base import says
from .own import read_plan
from .safety_care import OPEN, PATIENT_S, Care, Told

STAY_S = 60.0
CALL_S = 180.0  # how long somebody who makes a call is left in peace
GROUNDING = tuple(f"safety.grounding.{n}" for n in range(1, 6))
GROUNDING_QUIET_S = 12.0

Wish = Literal[
    "danger", "stop", "over", "company", "grounding", "own_way", "trusted", "professional", "helpline", "other"
]


def offers(
    care: Care, first: str = "safety.options", kind: Literal["lines", "abuse"] = "lines"
) -> Generator[Directive, Outcome, bool]:
    """Ask what would help and do it, until the person wants nothing more or is silent; True = told to stop."""
    question, stayed = first, False
    while True:
        said = yield from care.ask(question, OPEN, silence_s=STAY_S if question == "safety.stay" else PATIENT_S)
        wish = "company" if said is None else _wish(care, said)
        if wish in ("over", "stop") or (said is None and stayed):
            return wish == "stop"
        stayed = wish == "company"
        question = "safety.stay" if stayed else "safety.listen" if wish == "other" else "safety.options.more"
        if said is not None:
            yield from _do(care, wish, kind)


def _wish(care: Care, said: Meaning) -> Wish:
    """What kind of help somebody asks for."""
    words, text = care.words, said.text
    reply = care.read(said)
    wishes: list[tuple[Wish, bool]] = [
        ("danger", reply == "danger"),
        ("over", reply in ("misunderstood", "taken_back")),
        ("stop", reply == "stop"),
        ("grounding", says(text, words.grounding) or said.intent == "breathe"),
        ("own_way", says(text, words.own_way)),
        ("trusted", care.knows(text) or says(text, words.trusted) or said.intent == "reach_out"),
        ("professional", says(text, words.professional)),
        ("company", says(text, words.company)),
        ("helpline", says(text, words.helpline)),
        ("over", reply in ("no", "fine", "denial") or says(text, words.nothing)),
    ]
    return next((wish for wish, meant in wishes if meant), "other")


def _do(care: Care, wish: Wish, kind: Literal["lines", "abuse"]) -> Told:
    match wish:
        case "danger":
            yield from care.emergency()
            yield from care.say("safety.now.people")
        case "grounding":
            yield from ground(care)
        case "own_way":
            if care.context.memory.plan():
                yield from care.say("safety.plan.own")
                yield from read_plan(care.context)
            elif (yield from care.ask("safety.plan", OPEN)) is not None:
                yield from care.say("safety.plan.thanks")
        case "trusted":
            yield from care.contacts()
            yield from care.say("safety.trusted")
        case "professional":
            yield from care.say("safety.professional")
        case "helpline":
            yield from care.helpline(kind)
        case _:
            pass


def ground(care: Care) -> Told:
    """Five things to see, four to feel, and so on, with time for each."""
    if not any(map(care.left, GROUNDING)):
        yield Say("safety.listen")
    for line in GROUNDING:
        if care.left(line):
            yield from care.say(line, rate=0.9)
            yield Wait(GROUNDING_QUIET_S)
