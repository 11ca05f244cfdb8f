"""A pack in another language, and nothing of English left: whatever is said is a line of that pack."""

from __future__ import annotations

import os
import random
import re
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

from tests.test_scenarios import Theatre
from voiceheal import app as house
from voiceheal.core.events import Started
from voiceheal.core.meaning import Expect
from voiceheal.packs.check import check_pack
from voiceheal.packs.loader import Pack, load_pack
from voiceheal.settings import Settings
from voiceheal.understanding.engine import Engine

HERE = Path(__file__).parent
GERMAN = HERE / "de"
ROOT = HERE.parents[1]
SLOT = re.compile(r"\\\{\w+\\\}")
# Words that stand in nearly every English sentence, and in no German one.
ENGLISH = {"the", "you", "your", "and", "minutes", "breaths", "of", "to", "is", "are", "i", "step", "with"}

TALK: list[tuple[str, str | None, dict[str, object]]] = [
    ("wir atmen zwei minuten", "breathe", {"minutes": 2}),
    ("pause", "pause", {}),
    ("wie lange noch", "status", {}),
    ("weiter", "resume", {}),
    ("langsamer", "slower", {}),
    ("stopp", "stop", {}),
    ("das viereck für eine halbe stunde", "breathe", {"pattern": "box", "minutes": 30}),
    ("stopp", "stop", {}),
    ("lautstärke auf zwanzig prozent", "volume", {"percent": 20}),
    ("äh zwölf atemzüge atmen", "breathe", {"cycles": 12}),
    ("stopp", "stop", {}),
    ("den neunten schritt bitte", "step", {"number": 9}),
    ("dass ich nichts kann", None, {}),
    ("stopp", "stop", {}),
    ("ich bin so wütend auf meinen chef", "feeling", {}),
    ("ja", "yes", {}),
    ("das erste", None, {}),
    ("stopp", "stop", {}),
    ("freundliche worte für eine viertelstunde", "affirm", {"minutes": 15}),
    ("stopp", "stop", {}),
    ("nimm diesen satz ich bin ein baum", "add_affirmation", {"text": "ich bin ein baum"}),
    ("wie wird das wetter", "out_of_scope", {}),
    ("tschüss", "goodbye", {}),
]  # fmt: skip


@pytest.fixture(scope="module")
def pack() -> Pack:
    return load_pack(GERMAN)


@pytest.fixture(scope="module")
def parts(pack: Pack) -> house.App:
    return house.App(Settings(language="de", region="DE"), pack, Engine(pack))


def written(pack: Pack) -> re.Pattern[str]:
    """Whatever the pack can say, its slots filled with anything."""
    ways = {w for variants in pack.lines.values() for w in variants}
    for region in pack.helplines.regions.values():
        ways |= {*region.lines, *region.abuse}
    return re.compile("|".join(f"(?:{SLOT.sub('.+', re.escape(w))})" for w in ways), re.IGNORECASE)


def test_the_pack_passes_the_check() -> None:
    assert [str(f) for f in check_pack(GERMAN)] == []


def test_without_weights_it_is_understood_by_its_nearest_example(parts: house.App) -> None:
    assert not (GERMAN / "understanding.npz").exists()
    meaning = parts.engine.understand("ich brauche so dringend jemanden zum reden")
    assert (meaning.intent, meaning.how) == ("check_in", "nearest")
    assert parts.engine.understand("ich bin stinksauer auf sie").stage == "anger"
    assert parts.engine.understand("ich will nicht mehr leben").safety == "risk"


@pytest.mark.parametrize(
    ("said", "intent", "slots"), [(s, i, v) for s, i, v in TALK if i not in (None, "yes", "feeling")]
)
def test_numbers_and_lengths_are_read_in_that_language(
    parts: house.App, said: str, intent: str, slots: dict[str, object]
) -> None:
    meaning = parts.engine.understand(said)
    assert (meaning.intent, dict(meaning.slots)) == (intent, slots)


def test_a_whole_conversation_says_nothing_that_is_not_in_the_pack(parts: house.App) -> None:
    theatre = Theatre(house.build_conversation(parts, seed=3))
    theatre.take(Started())
    theatre.until_turn()
    lines = [*theatre.heard.lines]
    began: list[str] = []
    for said, intent, slots in TALK:
        theatre.says(said)
        theatre.pass_time(45.0)
        lines += theatre.heard.lines
        began += [n["session"] for n in theatre.heard.of("session_start")]
        meant = theatre.heard.of("intent")[0]
        assert intent in (None, meant["intent"]), (said, meant)
        assert {k: v for k, v in slots.items() if k != "text"} == meant["slots"] or intent is None
    assert theatre.heard.over
    assert set(began) >= {"breathe", "step", "check_in", "affirm"} and len(lines) > len(TALK)
    assert_german(lines, parts.pack)


def test_a_walk_through_everything_says_nothing_that_is_not_in_the_pack(parts: house.App) -> None:
    """All the intents that the pack's templates know, all feelings, and both alarms, in any order."""
    rng = random.Random(4)
    said = sorted({t for t in parts.engine.phrases(Expect(), 400) if t})
    for stage in parts.pack.feelings.stages.values():
        said += [f"ich bin {w}" for ways in stage.values() for w in ways]
    said += [*parts.pack.safety.risk, *parts.pack.safety.danger, "eins", "das zweite", "ja", "nein", "blau sieben"]
    lines: list[tuple[str, str]] = []
    began: set[str] = set()
    for seed in range(8):
        theatre = Theatre(house.build_conversation(parts, seed=seed))
        theatre.take(Started())
        for _ in range(60):
            if theatre.conversation.over:
                break
            theatre.says(rng.choice(said))
            theatre.pass_time(rng.uniform(1.0, 60.0))
            lines += theatre.heard.lines
            began |= {n["session"] for n in theatre.heard.of("session_start")}
    assert len({line for line, _ in lines}) > 100
    assert began >= {"breathe", "affirm", "bedtime", "check_in", "steps", "step", "stages", "journal", "safety"}
    assert_german(lines, parts.pack)


def assert_german(lines: list[tuple[str, str]], pack: Pack) -> None:
    known = written(pack)
    own = {"affirm.own"}  # the person's own words
    assert [(i, t) for i, t in lines if i not in own and not known.fullmatch(t)] == []
    assert [(i, t) for i, t in lines if ENGLISH & set(re.findall(r"\w+", t.lower()))] == []


def test_it_is_typed_like_any_other_language(tmp_path: Path) -> None:
    """In the person's own folder, through the command line: the words of the screen are the pack's."""
    home = tmp_path / "content"
    home.mkdir()
    (home / "de").symlink_to(GERMAN, target_is_directory=True)
    environment: dict[str, Any] = {**os.environ, "VOICEHEAL_HOME": str(tmp_path)}
    ran = subprocess.run(
        [sys.executable, "-m", "voiceheal", "--typed", "--language", "de", "--seed", "1"],
        input="ich bin so traurig\nja\nnichts\natmen wir\nstopp\ntschüss\n",
        capture_output=True, text=True, timeout=60, check=False, env=environment, cwd=ROOT,
    )  # fmt: skip
    assert (ran.returncode, ran.stderr) == (0, "")
    said = [line.strip() for line in ran.stdout.splitlines() if line and not line.startswith(">")]
    assert len(said) > 8
    known = written(load_pack(GERMAN))
    assert [line for line in said if not known.fullmatch(line)] == []
