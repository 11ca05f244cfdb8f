"""history, export and forget, as a person calls them."""

from __future__ import annotations

import json
import os
import stat
from pathlib import Path

import pytest

from voiceheal.cli import main
from voiceheal.memory.store import NAME, SqliteStore


@pytest.fixture
def home(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setenv("VOICEHEAL_HOME", str(tmp_path / "home"))
    return tmp_path / "home"


@pytest.fixture
def filled(home: Path) -> Path:
    for text in ("the first <page>", "the second page"):
        store = SqliteStore(home / NAME)
        store.add("session", data={"name": "check_in", "outcome": "completed", "stage": "anger", "after": "better"})
        store.add("journal", text)
        store.put("name", "Sam")
        store.close()
    return home


def test_an_empty_record(home: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["history"]) == 0
    assert capsys.readouterr().out == "Your record is empty.\n"
    assert main(["forget", "--all"]) == 0
    assert capsys.readouterr().out == "There was nothing to erase.\n"
    assert not home.exists()


def test_history_shows_what_is_kept(filled: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["history"]) == 0
    out = capsys.readouterr().out
    assert out.startswith("2 conversations, 4 entries.")
    assert "check-in: anger, afterwards better" in out
    assert "journal: the first <page>" in out
    assert "name: Sam" in out


def test_history_as_a_page_stands_alone(filled: Path, tmp_path: Path) -> None:
    page = tmp_path / "mine.html"
    assert main(["history", "--html", str(page)]) == 0
    text = page.read_text(encoding="utf-8")
    assert "the first &lt;page&gt;" in text
    assert "http" not in text and "src=" not in text and "<script" not in text


def test_export_holds_everything_and_is_private(filled: Path, tmp_path: Path) -> None:
    target = tmp_path / "mine.json"
    target.write_text("older", encoding="utf-8")
    assert main(["export", str(target)]) == 0
    data = json.loads(target.read_text(encoding="utf-8"))
    assert (data["format"], data["version"], data["facts"]) == ("voiceheal-record", 1, {"name": "Sam"})
    assert [e["text"] for e in data["entries"] if e["kind"] == "journal"] == ["the first <page>", "the second page"]
    if os.name == "posix":
        assert stat.S_IMODE(target.stat().st_mode) == 0o600
    assert sorted(p.name for p in tmp_path.iterdir()) == ["home", "mine.json"]


def test_export_prints_to_a_pipe(filled: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["export", "-"]) == 0
    assert len(json.loads(capsys.readouterr().out)["entries"]) == 4


def test_a_place_that_cannot_be_written_is_a_sentence(filled: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["export", "/nowhere/at/all.json"]) == 1
    assert "cannot be written" in capsys.readouterr().err


def test_forget_the_last_then_all(filled: Path, capsys: pytest.CaptureFixture[str]) -> None:
    (filled / "region").write_text("DE", encoding="utf-8")
    assert main(["forget", "--last"]) == 0
    assert capsys.readouterr().out == "The last conversation is erased: 3 entries.\n"
    assert [e.text for e in SqliteStore(filled / NAME).entries("journal")] == ["the first <page>"]
    assert main(["forget", "--all"]) == 0
    assert list(filled.iterdir()) == []


def test_forget_needs_to_know_how_much(home: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["forget"]) == 2
    assert "needs --last or --all" in capsys.readouterr().err


@pytest.mark.parametrize("command", [["history"], ["export", "-"], ["forget", "--last"], ["forget", "--all"]])
def test_a_damaged_record_is_a_sentence_and_stays(
    home: Path, command: list[str], capsys: pytest.CaptureFixture[str]
) -> None:
    home.mkdir()
    (home / NAME).write_bytes(b"no database at all " * 99)
    assert main(command) == 1
    assert "is damaged" in capsys.readouterr().err
    assert (home / NAME).read_bytes() == b"no database at all " * 99
