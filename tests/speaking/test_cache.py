"""Fixed lines are rendered once; private ones never touch the disk; a bad cache is only a slower one."""

from __future__ import annotations

from pathlib import Path

import numpy as np

from tests.fakes import FakeSynthesiser
from voiceheal.speaking.cache import CachedVoice


def test_a_line_is_rendered_once_and_outlives_the_process(tmp_path: Path) -> None:
    inner = FakeSynthesiser()
    voice = CachedVoice(inner, tmp_path / "c")
    first = voice.render("hello there")
    assert np.array_equal(first, voice.render("hello there"))
    assert np.array_equal(first, CachedVoice(inner, tmp_path / "c").render("hello there"))
    assert inner.said == ["hello there"]
    voice.render("hello there", 0.8)
    assert inner.said == ["hello there", "hello there"]
    assert voice.holds("hello there", 0.8)
    assert not voice.holds("other")


def test_another_voice_is_another_key(tmp_path: Path) -> None:
    CachedVoice(FakeSynthesiser(16000), tmp_path).render("a")
    other = FakeSynthesiser(24000)
    CachedVoice(other, tmp_path).render("a")
    assert other.said == ["a"]


def test_private_lines_leave_no_trace(tmp_path: Path) -> None:
    inner = FakeSynthesiser()
    voice = CachedVoice(inner, tmp_path)
    voice.render("my secret", private=True)
    voice.render("my secret", private=True)
    assert inner.private == ["my secret"] * 2
    assert list(tmp_path.iterdir()) == []
    assert not voice.holds("my secret")


def test_words_are_not_in_names_or_files(tmp_path: Path) -> None:
    CachedVoice(FakeSynthesiser(), tmp_path).render("hello")
    (file,) = tmp_path.iterdir()
    assert "hello" not in file.name
    assert b"hello" not in file.read_bytes()


def test_a_corrupt_file_is_rendered_again(tmp_path: Path) -> None:
    inner = FakeSynthesiser()
    good = CachedVoice(inner, tmp_path).render("hello")
    (file,) = tmp_path.iterdir()
    for bad in (b"", file.read_bytes()[:-100], b"x" * 5000):
        file.write_bytes(bad)
        assert np.array_equal(CachedVoice(inner, tmp_path).render("hello"), good)
    assert len(inner.said) == 4


def test_an_unwritable_folder_works_without(tmp_path: Path) -> None:
    (tmp_path / "file").write_bytes(b"")
    inner = FakeSynthesiser()
    voice = CachedVoice(inner, tmp_path / "file" / "cache")
    assert len(voice.render("hello"))
    voice.render("hello")
    assert inner.said == ["hello"]


def test_the_oldest_go_first(tmp_path: Path) -> None:
    voice = CachedVoice(FakeSynthesiser(), tmp_path, most_bytes=9000)
    for i in range(8):
        voice.render(f"line {i}")  # 2 words, 5760 bytes each
    assert sum(p.stat().st_size for p in tmp_path.iterdir()) <= 9000
    assert not [p for p in tmp_path.iterdir() if p.name.startswith(".")]
