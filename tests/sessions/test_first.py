"""The very first start: one gentle question about the country, asked once, answered or not."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.sessions.room import Room, context_of, english, room
from voiceheal import app as house
from voiceheal import marks
from voiceheal import settings as settings_of
from voiceheal.core.events import Started
from voiceheal.core.meaning import Meaning
from voiceheal.packs.loader import Pack
from voiceheal.sessions.first import UNKNOWN, region_in
from voiceheal.settings import REGION, Settings

SAD = Meaning("my wife left me on sunday", "feeling", {}, {"sadness": 0.9}, "sadness", confidence=0.9, how="feeling")
RISK = Meaning("i want to die", "feeling", safety="risk", how="model")
BOX = Meaning("box breathing", "breathe", {"pattern": "box"}, confidence=1.0, how="template")
KNOWN = {m.text: m for m in (SAD, RISK, BOX)}


@pytest.fixture(scope="module")
def pack() -> Pack:
    return english()


def begun(pack: Pack, begin: str | None = None) -> Room:
    r = room(pack, context_of(pack, region=""), KNOWN, first=True, begin=begin)
    r.until_turn()
    assert [c.line for c in r.spoken] == ["first.hello", "first.region"]
    return r


# ---- the question ----------------------------------------------------------------------------------------------------
def test_the_country_is_asked_for_and_named_back(pack: Pack) -> None:
    r = begun(pack)
    assert r.says("i live in new zealand") == ["first.region.known", "first.open"]
    assert "New Zealand" in r.spoken[-2].text
    assert (r.conversation.context.region, r.conversation.context.region_told) == ("NZ", "NZ")
    assert not r.conversation.context.region_guessed
    assert not r.conversation.over


def test_silence_is_an_answer(pack: Pack) -> None:
    r = begun(pack)
    assert r.silent(40) == ["first.region.silent", "first.open"]
    assert r.conversation.context.region_told == UNKNOWN


@pytest.mark.parametrize("answer", ["brazil", "i'd rather not tell you", "mumble"])
def test_a_country_that_is_not_known_has_no_number(pack: Pack, answer: str) -> None:
    r = begun(pack)
    assert r.says(answer) == ["first.region.unknown", "first.open"]
    assert r.conversation.context.region == UNKNOWN


def test_a_plain_no_is_fine(pack: Pack) -> None:
    assert begun(pack).says("no") == ["first.region.silent", "first.open"]


def test_a_hurt_told_instead_matters_more(pack: Pack) -> None:
    r = begun(pack)
    lines = r.says(SAD.text)
    assert lines and all(line.startswith(("checkin", "stage", "feeling")) for line in lines)
    assert r.conversation.context.region_told == UNKNOWN, "asked is asked"


def test_risk_comes_before_the_question(pack: Pack) -> None:
    r = begun(pack)
    assert r.says(RISK.text) == ["safety.risk.hear", "safety.risk.ask"]
    assert r.conversation.context.region_told is None


def test_a_command_is_done_at_once(pack: Pack) -> None:
    r = begun(pack)
    r.says_for(BOX.text, 3)
    assert [c.line for c in r.spoken][2].startswith("breathe")


def test_what_was_asked_for_at_the_start_follows(pack: Pack) -> None:
    r = begun(pack, begin="check_in")
    lines = r.says("germany")
    assert lines[0] == "first.region.known"
    assert "first.open" not in lines
    assert lines[-1].startswith("checkin")


def test_stop_ends_it_and_begins_nothing(pack: Pack) -> None:
    r = begun(pack, begin="check_in")
    assert r.says("stop") == ["stopped"]
    assert not r.conversation.over


def test_the_hello_says_what_it_is(pack: Pack) -> None:
    for text in pack.lines["first.hello"]:
        low = text.lower()
        assert "software" in low or "program" in low
        assert "therap" in low and ("adults" in low or "grown-ups" in low) and "i need help" in low


# ---- understanding the answer ----------------------------------------------------------------------------------------
@pytest.mark.parametrize(
    ("said", "code"),
    [
        ("germany", "DE"), ("I'm in the UK.", "GB"), ("uk", "GB"), ("us", "US"), ("the states", "US"),
        ("um i live in south africa", "ZA"), ("northern ireland", "GB"), ("ireland", "IE"), ("the netherlands", "NL"),
        ("holland", "NL"), ("i'm from india but i live in canada", "CA"),
        ("i live in spain and i'm from ireland", "ES"),
        ("down under", "AU"), ("italy", "EU"), ("the e u", "EU"), ("new zealand", "NZ"), ("sverige", "SE"),
        ("paris", "FR"), ("paris texas", None), ("japan", None), ("he left us", None), ("he told us about it", None),
        ("india or canada", None), ("", None), ("in the u s", "US"), ("scotland", "GB"), ("england in the uk", "GB"),
    ],
)  # fmt: skip
def test_ways_to_say_where_one_is(pack: Pack, said: str, code: str | None) -> None:
    assert region_in(said, pack.helplines.regions, pack.replies.lives_in) == code


# ---- kept, and never asked again -------------------------------------------------------------------------------------
@pytest.fixture
def home(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setenv("VOICEHEAL_HOME", str(tmp_path / "home"))
    monkeypatch.setenv("LANG", "fr_FR.UTF-8")
    monkeypatch.delenv("LC_ALL", raising=False)
    monkeypatch.delenv("LC_MESSAGES", raising=False)
    return tmp_path / "home"


@pytest.fixture(scope="module")
def built() -> house.App:
    return house.build(Settings())


def test_the_answer_is_kept_in_a_file_with_nothing_else(home: Path, built: house.App) -> None:
    conversation = house.build_conversation(built, seed=1, remembers=True)
    r = Room(conversation)
    r.post(Started())
    r.says("i am in germany, and nobody must know about xylophones")
    marks.remember(conversation)
    assert (home / REGION).read_text(encoding="utf-8") == "DE"
    assert [p.name for p in home.iterdir()] == [REGION]
    again = house.build_conversation(built, seed=1, remembers=True)
    assert (again.context.region, again.context.region_guessed) == ("DE", False)
    asked = Room(again)
    asked.post(Started())
    asked.until_turn()
    assert [c.line for c in asked.spoken] == ["welcome.first"]


def test_no_answer_is_kept_too(home: Path, built: house.App) -> None:
    conversation = house.build_conversation(built, seed=1, remembers=True)
    r = Room(conversation)
    r.post(Started())
    r.silent(60)
    marks.remember(conversation)
    assert (home / REGION).read_text(encoding="utf-8") == UNKNOWN
    assert house.build_conversation(built, remembers=True).context.region == UNKNOWN


def test_a_setting_wins_and_is_not_asked_about(home: Path, built: house.App) -> None:
    home.mkdir()
    (home / REGION).write_text("DE", encoding="utf-8")
    assert settings_of.told_region(Settings(region="gb")) == "GB"
    app = house.App(Settings(region="GB"), built.pack, built.engine)
    r = Room(house.build_conversation(app, seed=1, remembers=True))
    r.post(Started())
    r.until_turn()
    assert [c.line for c in r.spoken] == ["welcome.first"]
    assert r.conversation.context.region == "GB"


def test_files_and_pipes_are_not_asked_and_the_system_is_only_a_guess(home: Path, built: house.App) -> None:
    conversation = house.build_conversation(built, seed=1)
    r = Room(conversation)
    r.post(Started())
    r.until_turn()
    assert [c.line for c in r.spoken] == ["welcome"]
    assert (conversation.context.region, conversation.context.region_guessed) == ("FR", True)
    marks.remember(conversation)
    assert not home.exists()


def test_someone_who_was_welcomed_before_is_not_asked(home: Path, built: house.App) -> None:
    home.mkdir()
    (home / marks.WELCOMED).touch()
    r = Room(house.build_conversation(built, seed=1, remembers=True))
    r.post(Started())
    r.until_turn()
    assert [c.line for c in r.spoken] == ["welcome"]


@pytest.mark.parametrize("broken", [b"", b"\xff\xfe", b"Germany", b"1A", b"  de \n"])
def test_a_broken_file_is_no_answer(home: Path, broken: bytes) -> None:
    home.mkdir()
    (home / REGION).write_bytes(broken)
    assert settings_of.told_region(Settings()) == ("DE" if b"de" in broken else None)
