"""The safety session: every lane, the soft question, their own people, nothing twice, nothing kept."""

from __future__ import annotations

import json
import random
import re
from dataclasses import replace
from pathlib import Path

import pytest

from tests.sessions.room import Room, context_of, english, room
from voiceheal import app as house
from voiceheal.core.events import Started
from voiceheal.core.meaning import Meaning
from voiceheal.core.session import Contact
from voiceheal.errors import SettingsError
from voiceheal.eventlog import EventLog
from voiceheal.fronts.typed import run_piped
from voiceheal.packs.ear import words
from voiceheal.packs.loader import Pack
from voiceheal.sessions.safety_care import Care
from voiceheal.settings import Settings, load_settings

RISK = Meaning("i want to die", "feeling", safety="risk", how="model")
SOFT = Meaning("this is killing me", "feeling", safety="risk", unsure=True, how="model")
SOFT_DANGER = Meaning("he will kill me", "feeling", safety="danger", unsure=True, how="model")
TAKEN = Meaning("i took all the pills", "feeling", safety="danger", how="model")
KNOWN = {m.text: m for m in (RISK, SOFT, SOFT_DANGER, TAKEN)}


@pytest.fixture(scope="module")
def pack() -> Pack:
    return english()


def ended(r: Room) -> list[str]:
    return [str(n.fields["outcome"]) for n in r.notes if n.type == "session_end" and n.fields["session"] == "safety"]


# ---- unsure: one soft question ---------------------------------------------------------------------------------------
@pytest.mark.parametrize("answer", ["no", "i'm okay", "it's just an expression", "figure of speech", "i was joking"])
def test_a_figure_of_speech_costs_one_soft_question(pack: Pack, answer: str) -> None:
    r = room(pack, context_of(pack), KNOWN, begin="breathe")
    r.pass_time(40)
    r.says_early(SOFT.text)
    assert r.spoken[-1].line == "safety.soft"
    before = len(r.spoken)
    r.says_for(answer, 20)
    lines = [c.line for c in r.spoken[before:]]
    assert lines[0] == "safety.soft.thanks"
    assert not [line for line in lines[1:] if line.startswith("safety.")]
    assert ended(r) == ["back"]
    assert [line for line in lines if line.startswith("breath")], "goes on with what ran"
    assert r.conversation.context.safety_times == 0, "a false alarm is no earlier time"


@pytest.mark.parametrize("answer", ["yes", "maybe", "i don't know", "leave me alone with that", "no but i wish"])
def test_anything_else_goes_on_to_the_whole_lane(pack: Pack, answer: str) -> None:
    r = room(pack, context_of(pack), KNOWN)
    assert r.says(SOFT.text) == ["safety.soft"]
    assert r.says(answer) == ["safety.risk.hear", "safety.risk.ask"]


def test_silence_after_the_soft_question_is_no_all_clear(pack: Pack) -> None:
    r = room(pack, context_of(pack), KNOWN)
    r.says(SOFT.text)
    assert r.silent(40)[:2] == ["safety.risk.hear", "safety.risk.ask"]


def test_unsure_danger_has_a_soft_question_of_its_own(pack: Pack) -> None:
    r = room(pack, context_of(pack), KNOWN)
    assert r.says(SOFT_DANGER.text) == ["safety.soft.danger"]
    assert r.says("yes") == ["safety.danger.ask"]


def test_i_need_help_is_asked_about_once(pack: Pack) -> None:
    for unsure in (True, False):
        need = Meaning("i need help", "help", safety="risk", unsure=unsure, how="template")
        r = room(pack, context_of(pack), {need.text: need})
        assert r.says(need.text) == ["safety.help_menu"]
        assert r.says("how does this work") == ["help"]


# ---- answers ---------------------------------------------------------------------------------------------------------
def test_a_guessed_no_is_not_taken_for_a_no(pack: Pack) -> None:
    guessed = Meaning("whatever you say", "no", confidence=0.6, how="model")
    r = room(pack, context_of(pack), {**KNOWN, guessed.text: guessed})
    r.says(RISK.text)
    assert r.says(guessed.text)[0] == "safety.risk.unclear"


def test_a_guessed_command_does_not_lead_out(pack: Pack) -> None:
    guessed = Meaning("i can not go on with the breathing", "breathe", confidence=0.9, how="model")
    r = room(pack, context_of(pack), {**KNOWN, guessed.text: guessed})
    r.says(RISK.text)
    assert "safety.options" in r.says(guessed.text)
    assert ended(r) == []


def test_stop_is_respected_and_help_stays_near(pack: Pack) -> None:
    r = room(pack, context_of(pack), KNOWN, begin="check_in")
    r.says(RISK.text)
    assert r.says("stop") == ["safety.near"]
    assert ended(r) == ["rest"]
    assert not r.conversation.over


# ---- their own people ------------------------------------------------------------------------------------------------
def test_contacts_come_before_the_line_and_are_private(pack: Pack) -> None:
    context = replace(context_of(pack), contacts=(Contact("Anna", "+1 555 0100"), Contact("Joe", "5550101")))
    r = room(pack, context, KNOWN)
    r.says(RISK.text)
    lines = r.says("yes")
    assert lines.index("safety.contact") < lines.index("safety.helpline")
    named = [c for c in r.spoken if "Anna" in c.text or "Joe" in c.text]
    assert [c.line for c in named] == ["safety.contact", "safety.contact.more"]
    assert all(c.private for c in named)
    assert "1, 5 5 5, 0 1 0 0" in named[0].text
    assert "5 5 5, 0 1 0, 1" in named[1].text
    assert not any("Anna" in json.dumps(dict(n.fields)) for n in r.notes)


def test_contacts_are_a_setting(tmp_path: Path) -> None:
    file = tmp_path / "settings.yaml"
    file.write_text('contacts:\n  - {name: Anna, phone: "+44 7700 900123"}\n', encoding="utf-8")
    assert load_settings(file).contacts[0].name == "Anna"
    for wrong in ("call her", "", "+"):
        file.write_text(f'contacts:\n  - {{name: Anna, phone: "{wrong}"}}\n', encoding="utf-8")
        with pytest.raises(SettingsError, match="phone"):
            load_settings(file)


# ---- where to turn ---------------------------------------------------------------------------------------------------
@pytest.mark.parametrize("code", ["US", "GB", "IE", "CA", "AU", "NZ", "IN", "DE", "FR", "ES", "NL", "SE", "ZA", "EU"])
def test_every_country_is_answered_with_its_own_numbers(pack: Pack, code: str) -> None:
    r = room(pack, context_of(pack, region=code), KNOWN)
    r.says(RISK.text)
    r.says("yes")
    here = pack.helplines.regions[code]
    assert any(here.lines[0] in c.text for c in r.spoken)
    others = {line for c, region in pack.helplines.regions.items() if c != code for line in region.lines}
    assert not [c.text for c in r.spoken if any(o in c.text for o in others - set(here.lines))]


def test_a_guessed_country_is_named_with_its_number(pack: Pack) -> None:
    context = replace(context_of(pack), region_guessed=True)
    r = room(pack, context, KNOWN)
    r.says(TAKEN.text)
    assert "safety.emergency.guess" in [c.line for c in r.spoken]
    assert all("the United States" in c.text for c in r.spoken if "9 1 1" in c.text)


@pytest.mark.parametrize("region", ["", "ZZ", "BR"])
def test_no_number_is_said_where_it_might_be_wrong(pack: Pack, region: str) -> None:
    for first in (RISK, TAKEN):
        r = room(pack, context_of(pack, region=region), KNOWN)
        r.says(first.text)
        for answer in ("yes", "a helpline please", "the number", "another number", "no thank you"):
            r.says(answer)
        assert not [c.text for c in r.spoken if re.search(r"\d", c.text)]


def test_every_region_can_be_said_and_none_is_said_twice(pack: Pack) -> None:
    ways = [way for region in pack.helplines.regions.values() for way in region.spoken]
    assert len(ways) == len(set(ways))
    covered = [code for region in pack.helplines.regions.values() for code in region.covers]
    assert len(covered) == len(set(covered))
    assert not set(covered) & set(pack.helplines.regions)


def test_each_country_has_two_ways_to_say_its_line(pack: Pack) -> None:
    for code, here in pack.helplines.regions.items():
        assert len(here.lines) >= 2 and len(set(here.lines)) == len(here.lines), code
        assert re.fullmatch(r"20\d\d-\d\d-\d\d", here.checked), code
        assert here.note, code


def test_what_is_spoken_has_the_digits_of_what_is_listed(pack: Pack) -> None:
    spelled = {"one": "1", "zero": "0", "six": "6", "two": "2", "three": "3", "triple": "", "SAFE": "7233"}
    for code, here in pack.helplines.regions.items():
        listed = {re.sub(r"\D", "", n) for n in here.numbers.values()}
        for sentence in [*here.lines, *here.abuse]:
            said = re.sub(r"triple (one|zero)", lambda m: f"{m[1]} {m[1]} {m[1]}", sentence)
            for word, digit in spelled.items():
                said = re.sub(rf"\b{word}\b", digit, said)
            digits = re.sub(r"\D", "", said)
            assert not digits or any(n in digits for n in listed), (code, sentence)


# ---- never the same block twice --------------------------------------------------------------------------------------
@pytest.mark.parametrize("seed", range(12))
def test_no_block_is_said_twice_however_long_it_goes_on(pack: Pack, seed: int) -> None:
    rng = random.Random(seed)
    r = room(pack, context_of(pack, seed), KNOWN)
    answers = [
        "yes", "no", "maybe", "i was joking", "grounding", "someone i trust", "a doctor", "the number", "my own plan",
        "stay with me", "something else", "you misunderstood", "asking for a friend", RISK.text, TAKEN.text, SOFT.text,
    ]  # fmt: skip
    for _ in range(90):
        if rng.random() < 0.1:
            r.silent(100)
        r.says(rng.choice(answers))
    blocks = [c.text for c in r.spoken if c.line.startswith("safety.") and len(words(c.text)) > 12]
    assert len(blocks) > 25, "it was put to the test"
    again = {b for b in blocks if blocks.count(b) > 1}
    assert again == set()


@pytest.mark.parametrize(("region", "guessed"), [("US", False), ("US", True), ("ZZ", False)])
def test_the_way_to_help_now_is_never_used_up(pack: Pack, region: str, guessed: bool) -> None:
    r = room(pack, replace(context_of(pack, region=region), region_guessed=guessed), KNOWN)
    for _ in range(12):
        lines = r.says(TAKEN.text)
        assert [line for line in lines if line.startswith(("safety.emergency", "safety.danger.brief"))], lines
        r.says("you misunderstood")
    r.says(RISK.text)
    r.says("yes")
    if region == "US":
        for _ in range(12):
            assert [ln for ln in r.says("the number please") if ln.startswith(("safety.helpline", "safety.number"))]
            r.says("something else")


def test_questions_mean_the_same_in_every_variant(pack: Pack) -> None:
    for line in ("safety.risk.ask", "safety.risk.again", "safety.soft", "safety.soft.danger", "safety.taken_back"):
        for text in pack.lines[line]:
            assert text.count("?") == 1 and text.endswith("?"), text
            assert not re.search(
                r"\b(?:aren't|not thinking|don't think|wouldn't|isn't|okay|all right,? then)\b\S*\?", text
            )
            assert " or " not in text.split(". ")[-1], f"yes and no would not be clear: {text}"


def test_it_says_what_it_is_once(pack: Pack) -> None:
    r = room(pack, context_of(pack), KNOWN)
    for _ in range(3):
        r.says(RISK.text)
        r.says("yes")
        r.says("no")
    assert [c.line for c in r.spoken].count("safety.software") == 1
    for text in pack.lines["safety.software"]:
        assert re.search(r"call|phone|ring", text) and re.search(r"software|program|machine", text)
        assert re.search(r"doctor|clinician|treat", text)


# ---- answers that are read in the lanes ------------------------------------------------------------------------------
@pytest.mark.parametrize(
    ("text", "own"),
    [
        ("i'm standing on the bridge", True), ("i have swallowed everything", True), ("i'm doing it now", True),
        ("she took a bunch of pills and does not answer", True), ("the knife is in my hand and i cut deep", True),
        ("he is hitting me", False), ("my husband locked me in and took my keys", False),
        ("i'm hiding from him", False),
        ("i'm in danger", False), ("someone is following me home", False), ("my ex has a gun and he's outside", False),
    ],
)  # fmt: skip
def test_danger_from_oneself_and_from_others(pack: Pack, text: str, own: bool) -> None:
    assert Care(pack, context_of(pack)).attempt(text) is own


# ---- nothing is kept -------------------------------------------------------------------------------------------------
SAID = [
    "i want to kill myself because of xylophone",
    "yes",
    "xylophone",
    "my husband hit me xylophone",
    "no",
    "goodbye",
]


def test_events_hold_no_words(pack: Pack) -> None:
    known = {
        SAID[0]: Meaning(SAID[0], "feeling", {"text": SAID[0]}, safety="risk", how="model"),
        SAID[3]: Meaning(SAID[3], "feeling", {"text": SAID[3]}, safety="danger", how="model"),
    }
    context = replace(context_of(pack), contacts=(Contact("Zebedee", "555 0100"),))
    r = room(pack, context, known)
    for text in SAID:
        r.says(text)
    told = json.dumps([(n.type, dict(n.fields)) for n in r.notes])
    assert {n.type for n in r.notes} >= {"intent", "safety", "session_start", "session_end"}
    for word in ("xylophone", "kill", "husband", "Zebedee", "555"):
        assert word not in told
    assert all(set(n.fields) == {"level"} for n in r.notes if n.type == "safety")


def test_a_whole_conversation_leaves_no_file_and_no_word(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    home, log = tmp_path / "home", tmp_path / "events.jsonl"
    home.mkdir()
    monkeypatch.setenv("VOICEHEAL_HOME", str(home))
    settings = Settings.model_validate({"region": "GB", "contacts": [{"name": "Zebedee", "phone": "555 0100"}]})
    conversation = house.build_conversation(house.build(settings), seed=1)
    with EventLog(log) as events, (tmp_path / "said").open("w") as out:
        assert run_piped(conversation, events, Started(), SAID, out) == 0
    heard = (tmp_path / "said").read_text(encoding="utf-8")
    assert "Zebedee" in heard and "one one six" in heard
    assert list(home.iterdir()) == []
    lines = log.read_text(encoding="utf-8")
    assert '"type": "safety"' in lines
    for word in ("xylophone", "kill", "husband", "Zebedee", "555"):
        assert word not in lines
