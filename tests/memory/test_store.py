"""The record: one contract for the file and its stand-in; then what only a file has: modes, damage, full disks."""

from __future__ import annotations

import os
import sqlite3
import stat
from collections.abc import Callable, Iterator
from datetime import datetime, timedelta, timezone
from pathlib import Path

import pytest

from voiceheal.core.ports import Store
from voiceheal.core.transient import TransientStore
from voiceheal.errors import StoreError
from voiceheal.memory.store import SqliteStore

Later = Callable[[int], Store]
MONDAY = datetime(2026, 11, 23, 22, 30, tzinfo=timezone(timedelta(hours=1)))


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return tmp_path / "home" / "record.sqlite"


@pytest.fixture(params=["file", "stand-in"])
def later(request: pytest.FixtureRequest, path: Path) -> Iterator[Later]:
    """Gives the store as it is in a new conversation, so many days on."""
    days, opened = 0, list[SqliteStore]()
    stand_in = TransientStore(keeps=True)

    def on(more: int) -> Store:
        nonlocal days
        days += more
        if request.param == "stand-in":
            stand_in.later(more)
            return stand_in
        for store in opened:
            store.close()
        opened.append(SqliteStore(path, lambda: MONDAY + timedelta(days=days)))
        return opened[-1]

    yield on
    for store in opened:
        store.close()


# ---- the contract ----------------------------------------------------------------------------------------------------
def test_it_is_empty_at_first(later: Later) -> None:
    store = later(0)
    assert store.keeps
    assert list(store.entries()) == []
    assert store.facts() == {}
    assert store.forget("last") == store.forget("all") == 0


def test_what_is_put_in_comes_out_in_order_with_its_day(later: Later) -> None:
    later(0).add("journal", "the first", {"mood": "3"})
    store = later(3)
    store.add("value", "honesty – ünï")
    store.add("journal", "the second")
    assert [(e.kind, e.text, dict(e.data), e.days_ago, e.weekday) for e in store.entries()] == [
        ("journal", "the first", {"mood": "3"}, 3, 0),
        ("value", "honesty – ünï", {}, 0, 3),
        ("journal", "the second", {}, 0, 3),
    ]
    assert [e.text for e in store.entries("journal")] == ["the first", "the second"]


def test_entries_change_and_go(later: Later) -> None:
    store = later(0)
    one, two = store.add("later", "call my sister"), store.add("later", "go out")
    store.change(one, {"asked": "1"})
    store.remove(two)
    store.remove(99)
    store.change(99, {})
    assert [(e.id, e.text, dict(e.data)) for e in store.entries()] == [(one, "call my sister", {"asked": "1"})]


def test_facts_are_set_and_taken_away(later: Later) -> None:
    store = later(0)
    store.put("name", "Sam")
    store.put("name", "Samira")
    store.put("region", "DE")
    store.put("region", None)
    assert later(1).facts() == {"name": "Samira"}


def test_forgetting_the_last_leaves_what_was_before(later: Later) -> None:
    store = later(0)
    store.add("journal", "old")
    store.put("name", "Sam")
    store = later(2)
    store.add("journal", "new")
    store.put("value", "love")
    assert store.forget("last") == 2
    assert [e.text for e in store.entries()] == ["old"]
    assert store.facts() == {"name": "Sam"}
    assert store.forget("last") == 2, "nothing is left of this one: the one before it"
    assert list(store.entries()) == []


def test_forgetting_all_leaves_nothing_and_one_can_begin_anew(later: Later) -> None:
    store = later(0)
    store.add("journal", "a secret")
    store.put("name", "Sam")
    assert store.forget("all") == 2
    assert list(store.entries()) == []
    assert store.facts() == {}
    store.add("journal", "anew")
    assert [e.text for e in later(0).entries()] == ["anew"]


# ---- the file --------------------------------------------------------------------------------------------------------
def test_there_is_no_file_before_something_is_kept(path: Path) -> None:
    store = SqliteStore(path)
    assert list(store.entries()) == []
    assert store.facts() == {}
    store.forget("all")
    assert not path.parent.exists()


@pytest.mark.skipif(os.name != "posix", reason="modes of files are POSIX")
def test_only_its_owner_can_read_it(path: Path) -> None:
    before = os.umask(0)
    try:
        store = SqliteStore(path)
        store.add("journal", "a secret")
        assert stat.S_IMODE(path.stat().st_mode) == 0o600
        assert stat.S_IMODE(path.parent.stat().st_mode) == 0o700
        store.close()
        path.chmod(0o644)
        SqliteStore(path).close()
        assert stat.S_IMODE(path.stat().st_mode) == 0o600
    finally:
        os.umask(before)


def test_forgetting_leaves_no_trace_of_the_words(path: Path) -> None:
    store = SqliteStore(path)
    store.add("journal", "xylophone " * 600)
    store.close()
    store = SqliteStore(path)
    store.add("journal", "something else")
    store.forget("last")
    assert b"something else" not in path.read_bytes()
    assert b"xylophone" in path.read_bytes()
    store.forget("last")
    assert b"xylophone" not in path.read_bytes()
    store.add("journal", "more")
    store.forget("all")
    assert list(path.parent.iterdir()) == []


@pytest.mark.parametrize(
    "broken", [b"not a database, surely, for it is only a sentence " * 30, b"SQLite format 3\x00" * 99]
)
def test_a_damaged_file_is_named_and_left_alone(path: Path, broken: bytes) -> None:
    path.parent.mkdir()
    path.write_bytes(broken)
    with pytest.raises(StoreError, match=r"record\.sqlite is damaged.*Move the file away"):
        SqliteStore(path)
    assert path.read_bytes() == broken


def test_a_file_cut_in_half_is_damaged(path: Path) -> None:
    store = SqliteStore(path)
    for n in range(200):
        store.add("journal", f"entry {n} " * 20)
    store.close()
    half = path.read_bytes()[: path.stat().st_size // 2]
    path.write_bytes(half)
    with pytest.raises(StoreError, match="damaged"):
        SqliteStore(path)
    assert path.read_bytes() == half


def test_the_file_of_someone_else_is_left_alone(path: Path) -> None:
    path.parent.mkdir()
    db = sqlite3.connect(path)
    with db:
        db.execute("CREATE TABLE other (a)")
    db.close()
    with pytest.raises(StoreError, match="damaged"):
        SqliteStore(path)


def test_a_later_version_is_left_alone(path: Path) -> None:
    SqliteStore(path).add("journal", "kept")
    db = sqlite3.connect(path)
    db.execute("PRAGMA user_version = 99")
    db.close()
    with pytest.raises(StoreError, match="later VoiceHeal"):
        SqliteStore(path)


def test_a_full_disk_loses_nothing(path: Path) -> None:
    store = SqliteStore(path)
    store.add("journal", "kept before")
    db = store._connect()
    pages = int(db.execute("PRAGMA page_count").fetchone()[0])
    db.execute(f"PRAGMA max_page_count = {pages}")
    with pytest.raises(StoreError, match=r"The disk is full.*still there.*Make some room"):
        store.add("journal", "too much " * 5000)
    assert [e.text for e in store.entries()] == ["kept before"]
    store.add("journal", "small")
    store.close()
    assert [e.text for e in SqliteStore(path).entries()] == ["kept before", "small"]


def test_a_folder_that_cannot_be_made_is_a_sentence(tmp_path: Path) -> None:
    (tmp_path / "home").write_text("a file where the folder should be", encoding="utf-8")
    store = SqliteStore(tmp_path / "home" / "record.sqlite")
    with pytest.raises(StoreError, match=r"cannot be read or written.*memory: off"):
        store.add("journal", "lost")


def test_another_one_writing_is_a_sentence(path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("voiceheal.memory.store.BUSY_S", 0.0)
    one = SqliteStore(path)
    one.add("journal", "first")
    two = SqliteStore(path)
    with one._change() as db:
        db.execute("DELETE FROM facts")
        with pytest.raises(StoreError, match="in use by another VoiceHeal"):
            two.add("journal", "second")
    two.add("journal", "second")
    assert [e.text for e in one.entries()] == ["first", "second"]
