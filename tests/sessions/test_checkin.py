"""The check-in, with an understanding that is told what words mean: close feelings, numbers, a certain loss."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace

import pytest

from tests.sessions.room import Room, context_of, english, room
from voiceheal.core.meaning import Meaning
from voiceheal.core.memory import Memory
from voiceheal.core.session import Context
from voiceheal.core.transient import TransientStore
from voiceheal.packs.loader import Pack
from voiceheal.packs.phrases import Phrasebook
from voiceheal.sessions.offers import name_of


def feeling(text: str, **stages: float) -> Meaning:
    strongest = max(stages, key=lambda s: stages[s])
    return Meaning(text, "feeling", {}, stages, strongest, confidence=0.9, how="model")


CLOSE = feeling("it is all at once", anger=0.46, sadness=0.41)
SAD = feeling("i feel so sad", sadness=0.9)
ANGRY = feeling("more anger", anger=0.8)
LONG = feeling(" ".join(["and it went on like this"] * 8), sadness=0.9)
JOB = feeling("my boss let me go and i am furious", anger=0.9)
BOTH = Meaning("both of them", "out_of_scope", confidence=0.5, how="model")
UNSURE = Meaning("i don't know", "feeling", {}, {"denial": 0.8}, "denial", confidence=0.5, how="model")
THREE, FIVE = (
    Meaning(f"{word} out of ten", "mood", {"rating": n}, confidence=1.0, how="template")
    for word, n in (("three", 3), ("five", 5))
)
KNOWN = {m.text: m for m in (CLOSE, SAD, ANGRY, LONG, JOB, BOTH, UNSURE, THREE, FIVE)}


@pytest.fixture(scope="module")
def pack() -> Pack:
    return english()


def told(pack: Pack, said: Iterable[str], store: TransientStore | None = None, pack_lines: Pack | None = None) -> Room:
    context: Context = context_of(pack_lines or pack)
    context.memory = Memory(store)
    made = room(pack_lines or pack, context, KNOWN, begin="check_in")
    for text in said:
        made.says(text)
    return made


def lines(made: Room) -> list[str]:
    return [c.line for c in made.spoken]


def test_two_feelings_as_strong_as_each_other_are_asked_about(pack: Pack) -> None:
    made = told(pack, [CLOSE.text])
    assert lines(made)[-1] == "checkin.either"
    text = made.spoken[-1].text
    assert "anger" in text and "sadness" in text


@pytest.mark.parametrize(
    ("answer", "line"),
    [
        (BOTH.text, "checkin.both"), (UNSURE.text, "checkin.unknown"), (SAD.text, "stage.sadness.reflection"),
        (ANGRY.text, "stage.anger.reflection"), ("the second", "stage.sadness.reflection"),
    ],
)  # fmt: skip
def test_which_of_the_two_is_said_by_the_person(pack: Pack, answer: str, line: str) -> None:
    made = told(pack, [CLOSE.text, answer])
    assert line in lines(made)
    assert lines(made)[-1].startswith("checkin.offer")


def test_of_a_long_story_first_what_comes_through(pack: Pack) -> None:
    said = lines(told(pack, [LONG.text]))
    assert said[-3:] == ["checkin.reflect", "stage.sadness.reflection", "checkin.fits"]


def test_words_for_a_certain_loss_come_first(pack: Pack) -> None:
    special = {**pack.lines, "stage.anger.reflection.job": ("They took the desk, and your mornings with it.",)}
    made = told(pack, [JOB.text], pack_lines=replace(pack, lines=special))
    assert "stage.anger.reflection.job" in lines(made)
    assert "They took the desk, and your mornings with it." in [c.text for c in made.spoken]
    assert isinstance(made.conversation.context.phrases, Phrasebook)


def test_no_number_is_asked_for_unless_one_was_given_before(pack: Pack) -> None:
    store = TransientStore(keeps=True)
    said = told(pack, [SAD.text, "yes"], store)
    assert "checkin.number" not in lines(said)
    store.add("session", data={"name": "check_in", "outcome": "completed", "before": "4"})
    again = told(pack, [SAD.text, "yes"], store)
    assert lines(again)[-1] == "checkin.number"
    assert "checkin.number.thanks" in again.says(THREE.text)


@pytest.mark.parametrize(("number", "line"), [(FIVE.text, "checkin.after_better"), (THREE.text, "checkin.after_same")])
def test_numbers_before_and_after_are_compared(pack: Pack, number: str, line: str) -> None:
    store = TransientStore(keeps=True)
    store.add("session", data={"name": "check_in", "outcome": "completed", "before": "4"})
    made = told(pack, [SAD.text, "yes", THREE.text, "yes"], store)
    for _ in range(40):  # through whatever was chosen, in silence, until it asks how it is now
        if "checkin.after" in lines(made):
            break
        made.silent(60)
    assert line in made.says(number)
    made.silent(60)
    data = store.entries("session")[-1].data
    assert (data["before"], data["after"]) == ("3", line.removeprefix("checkin.after_"))


@pytest.mark.parametrize(
    ("said", "place"), [("the first one", 0), ("the second one please", 1), ("the last one", 2), ("number two", 1)]
)
def test_an_offer_is_chosen_by_its_place(pack: Pack, said: str, place: int) -> None:
    store = TransientStore(keeps=True)
    made = told(pack, [SAD.text, "yes"], store)
    asking = made.conversation._floor.base.asking
    assert asking is not None
    wanted = asking.slots[("first", "second", "third")[place]]
    made.says(said)
    made.says("stop")
    chose = store.entries("session")[-1].data["chose"]
    assert wanted in [o.spoken for o in pack.stages["sadness"].offers if name_of(o) == chose]


def test_the_reason_is_said_where_there_is_one(pack: Pack) -> None:
    sadness = pack.stages["sadness"]
    offers = [o.model_copy(update={"reason": "It gives the ache a rest."}) for o in sadness.offers]
    with_reasons = {**pack.stages, "sadness": sadness.model_copy(update={"offers": offers})}
    made = told(pack, [SAD.text, "yes"], pack_lines=replace(pack, stages=with_reasons))
    assert lines(made)[-1] == "checkin.offer3.why"
    assert "It gives the ache a rest." in made.spoken[-1].text
