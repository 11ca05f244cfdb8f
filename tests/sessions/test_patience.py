"""Take your time: asked for by voice or keyboard, the ears wait longer from then on, also at the next start."""

from __future__ import annotations

import io
from pathlib import Path

import numpy as np
import pytest

from tests.fakes import FakeRecogniser, FakeVad
from tests.sessions.room import Room
from voiceheal import app as house
from voiceheal.core.commands import Listen
from voiceheal.core.controls import patience_of
from voiceheal.core.events import Started, Utterance
from voiceheal.core.meaning import Completeness, Expect, Kind
from voiceheal.core.memory import Memory
from voiceheal.core.transient import TransientStore
from voiceheal.eventlog import EventLog
from voiceheal.fronts.typed import run_piped
from voiceheal.hearing.ears import Ears
from voiceheal.hearing.vad import BLOCK, BLOCK_S
from voiceheal.settings import Settings
from voiceheal.understanding.heard import TwoEars
from voiceheal.understanding.waiting import Waiting

SAID = "she left me without a word"
WORDS = (*SAID.split(), "i", "speak", "slowly", "answer", "faster")


@pytest.fixture(scope="module")
def built() -> house.App:
    return house.build(Settings(region="US"))


@pytest.fixture(scope="module")
def waiting(built: house.App) -> Waiting:
    return Waiting(TwoEars(built.engine), built.pack)


@pytest.mark.parametrize(
    ("text", "way"),
    [
        ("take your time", "more"),
        ("please take your time", "more"),
        ("um take all your time", "more"),
        ("give me more time", "more"),
        ("could you give me a bit more time to answer please", "more"),
        ("i speak slowly", "more"),
        ("i'm a slow speaker", "more"),
        ("wait longer for me", "more"),
        ("don't rush me", "more"),
        ("let me finish", "more"),
        ("you keep cutting me off", "more"),
        ("you can answer faster", "less"),
        ("you don't have to wait so long", "less"),
        ("answer sooner please", "less"),
        ("no need to wait that long", "less"),
    ],
)
@pytest.mark.parametrize("kind", Kind)
def test_what_is_understood(waiting: Waiting, text: str, way: str, kind: Kind) -> None:
    meaning = waiting.understand(text, (), Expect(kind))
    assert (meaning.intent, dict(meaning.slots), meaning.safety) == ("patience", {"way": way}, None)


@pytest.mark.parametrize(
    "text",
    [
        "wait",
        "wait a minute",
        "slower",
        "speak slower",
        "faster",
        "stop",
        "she said take your time and then she left",
        "he never let me finish",
        "i need more time",
        "time heals nothing",
        "i want to die and you take your time",
        "",
    ],
)
def test_what_means_something_else(waiting: Waiting, built: house.App, text: str) -> None:
    assert waiting.understand(text) == TwoEars(built.engine).understand(text)
    assert waiting.understand(text).intent != "patience"


def test_a_misheard_phrase_counts_when_the_grammar_is_believed(waiting: Waiting) -> None:
    meaning = waiting.understand("take a dime", (), Expect(), "take your time", 1.0, 0.5)
    assert meaning.intent == "patience"


def test_out_of_the_blue_the_intent_is_as_before(built: house.App) -> None:
    assert built.engine.understand("take your time").intent == "slower"


# ---- what comes of it ------------------------------------------------------------------------------------------------
def begun(built: house.App, store: TransientStore, settings: Settings | None = None) -> Room:
    parts = house.App(settings or built.settings, built.pack, built.engine)
    r = Room(house.build_conversation(parts, seed=1, memory=Memory(store)))
    r.post(Started("check_in"))
    r.until_turn()
    return r


def gap(r: Room, words: str = SAID) -> float:
    """How long the ears wait after an answer to the question that is open, in audio time."""
    [expect] = [c.expect for c in r.done if isinstance(c, Listen)][-1:]
    ears = Ears(
        recogniser=FakeRecogniser(WORDS),
        commands=None,
        vad=FakeVad(),
        completeness=lambda text, expect: Completeness.NONE,
    )
    ears.expect(expect)
    values = np.repeat(np.array([WORDS.index(w) + 1 for w in words.split()], np.int16), 10 * BLOCK)
    events = ears.feed(np.concatenate([np.zeros(20 * BLOCK, np.int16), values, np.zeros(400 * BLOCK, np.int16)]))
    [heard] = [e for e in events if isinstance(e, Utterance)]
    return heard.decided_s - heard.end_s


def test_the_turn_ends_later_and_again_sooner(built: house.App) -> None:
    store = TransientStore(keeps=True)
    r = begun(built, store)
    assert gap(r) == pytest.approx(1.3, abs=2 * BLOCK_S)
    assert r.says("i speak slowly") == ["patience.more"]
    assert gap(r) == pytest.approx(2.6, abs=2 * BLOCK_S)
    assert r.conversation.listening, "the question is still open"
    assert gap(begun(built, store)) == pytest.approx(2.6, abs=2 * BLOCK_S), "at the next start, too"
    assert r.says("answer faster") == ["patience.less"]
    assert gap(r) == pytest.approx(1.3, abs=2 * BLOCK_S)
    assert gap(begun(built, store)) == pytest.approx(1.3, abs=2 * BLOCK_S)


def test_the_next_question_waits_longer_as_well(built: house.App) -> None:
    r = begun(built, TransientStore())
    r.says("take your time")
    r.says(SAID)
    assert [c.expect.patience for c in r.done if isinstance(c, Listen)][-1] == 2.0


def test_there_is_an_end_to_waiting_and_to_haste(built: house.App) -> None:
    r = begun(built, TransientStore())
    assert r.says("answer faster") == ["patience.least"]
    said = [r.says("take your time") for _ in range(3)]
    assert said == [["patience.more"], ["patience.more"], ["patience.most"]]
    assert r.conversation.context.patience == 4.0


def test_what_was_said_counts_on_top_of_the_settings(built: house.App) -> None:
    store = TransientStore(keeps=True)
    slow = Settings(region="US", patience=2.0)
    r = begun(built, store, slow)
    assert r.says("answer faster") == ["patience.less"]
    assert begun(built, store, slow).conversation.context.patience == 1.0
    assert r.says("take your time") == ["patience.more"]
    assert Memory(store).fact("patience") == "", "back at the settings: nothing to remember"


@pytest.mark.parametrize(
    ("setting", "fact", "patience"),
    [
        (1.0, "", 1.0), (1.0, "2", 2.0), (2.0, "2", 4.0), (3.0, "4", 4.0), (1.0, "0.5", 1.0), (0.5, "", 0.5),
        (1.0, "nan", 1.0), (1.0, "inf", 1.0), (1.5, "slow", 1.5), (1.0, "-3", 1.0),
    ],
)  # fmt: skip
def test_patience_at_the_start(setting: float, fact: str, patience: float) -> None:
    assert patience_of(setting, fact) == patience


def test_with_someone_in_danger_it_waits_longer_and_keeps_nothing(built: house.App) -> None:
    store = TransientStore(keeps=True)
    r = begun(built, store)
    r.says("i want to kill myself")
    assert r.says("don't rush me") == ["patience.more"]
    assert r.conversation.context.patience == 2.0
    assert Memory(store).fact("patience") == ""
    assert [c.expect.patience for c in r.done if isinstance(c, Listen)][-1] == 2.0


def test_typed_it_is_confirmed_and_kept(built: house.App, tmp_path: Path) -> None:
    store = TransientStore(keeps=True)
    out = io.StringIO()
    conversation = house.build_conversation(built, seed=1, memory=Memory(store), spoken=False)
    with EventLog(tmp_path / "events") as log:
        assert run_piped(conversation, log, Started(), ["take your time", "goodbye"], out) == 0
    assert any(line in out.getvalue() for line in built.pack.lines["patience.more"])
    assert house.build_conversation(built, memory=Memory(store), spoken=False).context.patience == 2.0
