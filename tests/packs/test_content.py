"""The English pack itself: it passes the check, has what the code counts on, and keeps the promises of its brief."""

from __future__ import annotations

import ast
import re
from pathlib import Path

import pytest

from voiceheal.core.meaning import PATTERNS, THEMES
from voiceheal.packs.check import check_pack
from voiceheal.packs.ear import words
from voiceheal.packs.entries import is_spoken, read_entries
from voiceheal.packs.loader import Pack, load_pack
from voiceheal.packs.phrases import slots_of
from voiceheal.packs.required import LINES
from voiceheal.understanding.engine import Engine

ROOT = Path(__file__).resolve().parents[2]
ENGLISH = ROOT / "content" / "en"
PERSONS_OWN = {"affirm.own"}  # said in the person's own words, so no line of the pack


@pytest.fixture(scope="module")
def pack() -> Pack:
    return load_pack(ENGLISH)


def test_the_pack_passes_the_check() -> None:
    assert [str(f) for f in check_pack(ENGLISH) if not f.advice] == []


def test_every_line_id_in_the_code_is_in_the_pack(pack: Pack) -> None:
    rooms = {line.split(".")[0] for line in pack.lines if "." in line}
    used: set[tuple[str, str]] = set()
    for path in [p for folder in ("core", "sessions") for p in (ROOT / "voiceheal" / folder).glob("*.py")]:
        tree = ast.parse(path.read_text(encoding="utf-8"))
        made_up = {id(part) for node in ast.walk(tree) if isinstance(node, ast.JoinedStr) for part in node.values}
        used |= {
            (path.name, node.value)
            for node in ast.walk(tree)
            if isinstance(node, ast.Constant) and isinstance(node.value, str) and id(node) not in made_up
            if re.fullmatch(r"[a-z_]+(\.[a-z_0-9]+)+", node.value) and node.value.split(".")[0] in rooms
        }
    assert len(used) > 50
    assert {u for u in used if u[1] not in pack.lines} == {u for u in used if u[1] in PERSONS_OWN}


def test_patterns_are_as_studied(pack: Pack) -> None:
    seconds = {p.id: [(ph.phase, ph.seconds) for ph in p.phases] for p in pack.patterns.values()}
    assert seconds["coherent"] == [("in", 5), ("out", 5)]
    assert seconds["extended"] == [("in", 4), ("out", 6)]
    assert seconds["box"] == [("in", 4), ("hold", 4), ("out", 4), ("rest", 4)]
    assert seconds["478"] == [("in", 4), ("hold", 7), ("out", 8)]
    assert seconds["sigh"] == [("in", 3), ("in", 1), ("out", 6), ("rest", 1)]
    assert (pack.patterns["478"].default_cycles, pack.patterns["478"].max_cycles) == (4, 8)
    assert next(iter(pack.patterns)) == "coherent"
    assert set(seconds) >= set(PATTERNS)


def test_a_breath_can_be_followed_with_closed_eyes(pack: Pack) -> None:
    for pattern in pack.patterns.values():
        said = [{w.lower() for w in phase.words} for phase in pattern.phases]
        assert all(len(words) >= 3 for words in said)
        assert sum(map(len, said)) == len(set().union(*said)), f"{pattern.id}: two phases share a word"
        assert all(len(w.split()) <= 3 for words in said for w in words)


def test_there_are_enough_affirmations(pack: Pack) -> None:
    assert set(pack.themes) == set(THEMES)
    assert {theme: len(lines) for theme, lines in pack.themes.items() if len(lines) < 16} == {}
    assert len(pack.lines["bedtime"]) >= 48


def test_nothing_at_bedtime_asks_or_shouts(pack: Pack) -> None:
    ids = ("bedtime", "bedtime.begin", "bedtime.stop", "goodbye.night")
    assert [t for i in ids for t in pack.lines[i] if "?" in t or "!" in t] == []


def test_what_is_heard_often_has_variants(pack: Pack) -> None:
    few = {"breathe.safety", "device.microphone_lost", "voice.lost", "steps.item"}
    phrases = ("what.", "length.", "when.", "span.")
    lines = [e.group for e in read_entries(ENGLISH / "lines", set()) if is_spoken(e)]
    ids = {g.partition(".")[2] for g in lines}
    thin = {i for i in ids if len(pack.lines[i]) < 3 and i not in few and not i.startswith(phrases)}
    assert thin == set()


def test_the_question_about_suicide_is_one_and_is_direct(pack: Pack) -> None:
    variants = pack.lines["safety.risk.ask"]
    assert len(variants) >= 5
    for text in variants:
        assert text.count("?") == 1 and text.rstrip().endswith("?")
        assert not re.search(r"\b(?:aren't|not thinking|don't think|wouldn't|isn't)\b", text), "a leading negative"
        assert re.search(r"suicide|killing yourself|your (?:own )?life|want to die", text)


def test_help_is_kept_near(pack: Pack) -> None:
    assert all("help" in t.lower() or "come back" in t for t in pack.lines["safety.near"])
    assert any("I need help" in t for t in pack.lines["safety.near"])
    assert all("I need help" in t for t in pack.lines["welcome.first"])


def test_the_first_hello_says_what_it_is(pack: Pack) -> None:
    for text in pack.lines["welcome.first"]:
        low = text.lower()
        assert re.search(r"software|program", low) and "therap" in low and re.search(r"adults|grown-ups", low)


def test_breathing_safety_is_whole(pack: Pack) -> None:
    for text in pack.lines["breathe.safety"]:
        low = text.lower()
        for topic in (
            r"driv|wheel", r"cook|stove", r"water", r"\bsit\b", r"lie", r"pregnant|baby", r"heart", r"blood pressure",
            r"fits|epilepsy", r"glaucoma|eye pressure", r"doctor", r"dizzy", r"comfortable|easy",
        ):  # fmt: skip
            assert re.search(topic, low), (topic, text)


def test_slots_hold_nothing_that_a_line_could_not_say(pack: Pack) -> None:
    for line_id, variants in pack.lines.items():
        assert len({slots_of(v) for v in variants}) == 1, line_id


# What would loop or end things if our own microphone took it; lines that name what can be said are left out.
ORDERS = {
    "stop", "pause", "resume", "louder", "quieter", "volume", "slower", "faster", "repeat", "next", "back", "home",
    "status", "breathe", "sleep_timer",
}  # fmt: skip
NAMES_ORDERS = ("help", "what.", "length.", "when.", "not_understood.again", "add_affirmation.ask")


def test_our_own_sentences_are_no_orders_and_no_alarms(pack: Pack) -> None:
    engine = Engine(pack)
    taken: list[str] = []
    alarms: list[str] = []
    sentences = 0
    for line_id in sorted({*LINES, *(i for i in pack.lines if i.startswith(("breath.", "affirm.", "bedtime")))}):
        if line_id.startswith((*NAMES_ORDERS, "safety.")):
            continue
        for text in pack.lines[line_id]:
            for sentence in re.split(r"[.?!]|\[pause [\d.]+\]", re.sub(r"\{\w+\}", "this", text)):
                said = " ".join(words(sentence))
                heard = engine.understand(said)
                sentences += 1
                if heard.intent in ORDERS and heard.how == "template":
                    taken.append(f"{line_id}: {said!r} -> {heard.intent}")
                if heard.safety and not heard.unsure and "i need help" not in said:
                    alarms.append(f"{line_id}: {said!r} -> {heard.safety}")
    assert taken == [], taken
    # our own voice reaches the microphone only in part; the model is allowed as much as with any ordinary sentence
    assert len(alarms) <= 0.005 * sentences, alarms
