"""Loading packs: one typed pack, or an error that names file, line and key."""

from __future__ import annotations

import shutil
from pathlib import Path

import pytest

from voiceheal.errors import ContentError
from voiceheal.packs.loader import find_pack, load_pack

ENGLISH = Path(__file__).resolve().parents[2] / "content" / "en"


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """A copy of the English pack to break."""
    return Path(shutil.copytree(ENGLISH, tmp_path / "en"))


def swap(path: Path, old: str, new: str) -> int:
    """Replace the first `old` in a file; gives its line number, from 1."""
    text = path.read_text(encoding="utf-8")
    assert old in text
    path.write_text(text.replace(old, new, 1), encoding="utf-8")
    return text[: text.index(old)].count("\n") + 1


def test_the_english_pack_loads_whole() -> None:
    pack = load_pack(ENGLISH)
    assert pack.info.language == "en"
    assert list(pack.steps) == list(range(1, 12))
    assert pack.lines["bedtime"] and pack.lines["affirm.worth"] == pack.themes["worth"]
    assert pack.lines["breath.box.2"] == tuple(pack.patterns["box"].phases[1].words)
    general = [r for r in pack.stages["anger"].reflections if isinstance(r, str)]
    assert pack.lines["stage.anger.reflection"] == tuple(general)


def test_it_is_found_by_language() -> None:
    assert find_pack("en").resolve() == ENGLISH
    with pytest.raises(ContentError, match=r"no content for the language 'tlh'.*\ben\b"):
        find_pack("tlh")


def test_another_content_folder_may_be_told(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("VOICEHEAL_CONTENT", str(folder.parent))
    assert find_pack("en") == folder


def test_a_folder_that_is_not_there() -> None:
    with pytest.raises(ContentError, match="no content pack at nowhere"):
        load_pack(Path("nowhere"))


@pytest.mark.parametrize("name", ["pack.yaml", "stages.yaml", "breathing.yaml", "affirmations.yaml"])
def test_a_missing_file_is_named(folder: Path, name: str) -> None:
    (folder / name).unlink()
    with pytest.raises(ContentError, match=rf"{name} cannot be read: No such file"):
        load_pack(folder)


def test_broken_yaml_names_the_line(folder: Path) -> None:
    line = swap(folder / "breathing.yaml", 'name: "box breathing"', 'name: "box breathing')
    with pytest.raises(ContentError, match=r"breathing\.yaml, line \d+: this is not valid YAML") as e:
        load_pack(folder)
    assert int(str(e.value).split("line ")[1].split(":")[0]) >= line


def test_an_unknown_key_names_file_line_and_key(folder: Path) -> None:
    line = swap(folder / "breathing.yaml", "    default_cycles: 4\n", "    default_circles: 4\n")
    with pytest.raises(ContentError) as e:
        load_pack(folder)
    assert f"breathing.yaml, line {line}, key patterns.3.default_circles: this key is not known" in str(e.value)


def test_a_wrong_type_names_file_line_and_key(folder: Path) -> None:
    line = swap(folder / "breathing.yaml", "seconds: 5", "seconds: long")
    with pytest.raises(ContentError, match=rf"breathing\.yaml, line {line}, key patterns\.0\.phases\.0\.seconds: "):
        load_pack(folder)


def test_a_missing_key_is_named(folder: Path) -> None:
    swap(folder / "pack.yaml", "voice_language: en-US", "")
    with pytest.raises(ContentError, match=r"pack\.yaml, line \d+, key voice_language: this key is missing"):
        load_pack(folder)


def test_every_fault_of_a_file_is_listed(folder: Path) -> None:
    swap(folder / "breathing.yaml", "seconds: 5", "seconds: long")
    swap(folder / "breathing.yaml", "seconds: 5", "seconds: -1")
    with pytest.raises(ContentError) as e:
        load_pack(folder)
    assert str(e.value).count("breathing.yaml, line") == 2


def test_a_key_twice_is_an_error(folder: Path) -> None:
    swap(folder / "pack.yaml", "language: en\n", "language: en\nlanguage: en\n")
    with pytest.raises(ContentError, match=r"pack\.yaml, line 3: the key 'language' appears twice"):
        load_pack(folder)


def test_a_line_in_two_files_is_an_error(folder: Path) -> None:
    (folder / "lines" / "zz.yaml").write_text('lines:\n  paused: ["Waiting."]\n', encoding="utf-8")
    with pytest.raises(ContentError, match=r"zz\.yaml: the line 'paused' is already defined"):
        load_pack(folder)


def test_text_that_is_not_utf8_is_an_error(folder: Path) -> None:
    (folder / "pack.yaml").write_bytes(b"name: \xff\xfe")
    with pytest.raises(ContentError, match="it is not UTF-8 text"):
        load_pack(folder)


def test_an_empty_file_says_what_is_missing(folder: Path) -> None:
    (folder / "pack.yaml").write_text("", encoding="utf-8")
    with pytest.raises(ContentError, match="key language: this key is missing"):
        load_pack(folder)


def test_yes_and_no_stay_words(folder: Path) -> None:
    (folder / "lines" / "zz.yaml").write_text("lines:\n  yes: [no, on, off]\n", encoding="utf-8")
    assert load_pack(folder).lines["yes"] == ("no", "on", "off")
