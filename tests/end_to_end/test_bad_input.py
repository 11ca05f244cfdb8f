"""Bad input: one clear sentence on stderr, a status that is not zero, no traceback, and nothing lost."""

from __future__ import annotations

import contextlib
import os
import subprocess
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from tests.rig import people, sound
from tests.rig.product import Product

pytestmark = pytest.mark.model

WRONG, MISUSED = 1, 2
PRECIOUS = b"not yours to lose"


def spoken(folder: Path) -> Path:
    """A good recording."""
    return people.say("start box breathing for one minute", "slt", folder / "good.wav")


def truncated(folder: Path) -> Path:
    path = folder / "truncated.wav"
    path.write_bytes(spoken(folder).read_bytes()[:20000])
    return path


def only_a_header(folder: Path) -> Path:
    path = folder / "header.wav"
    path.write_bytes(spoken(folder).read_bytes()[:30])
    return path


def no_samples(folder: Path) -> Path:
    return sound.write(folder / "empty.wav", sound.silence(0))


def no_bytes(folder: Path) -> Path:
    path = folder / "nothing.wav"
    path.write_bytes(b"")
    return path


def a_text(folder: Path) -> Path:
    path = folder / "text.wav"
    path.write_text("dear diary, this is no sound\n" * 99, encoding="utf-8")
    return path


def not_there(folder: Path) -> Path:
    return folder / "missing.wav"


def a_folder(folder: Path) -> Path:
    path = folder / "folder.wav"
    path.mkdir()
    return path


BAD_WAVS = [truncated, only_a_header, no_samples, no_bytes, a_text, not_there, a_folder]


@pytest.mark.parametrize("make", BAD_WAVS)
def test_a_bad_recording_is_named_and_an_older_reply_is_kept(
    product: Product, tmp_path: Path, make: Callable[[Path], Path]
) -> None:
    bad, reply = make(tmp_path), tmp_path / "reply.wav"
    reply.write_bytes(PRECIOUS)
    run = product.run("--input", bad, "--output", reply)
    assert run.status == WRONG, run.err
    assert bad.name in run.one_sentence()
    assert reply.read_bytes() == PRECIOUS
    assert sorted(p.name for p in tmp_path.glob("reply*")) == ["reply.wav"]


@pytest.mark.parametrize("make", BAD_WAVS)
def test_hear_names_a_bad_recording(product: Product, tmp_path: Path, make: Callable[[Path], Path]) -> None:
    bad = make(tmp_path)
    run = product.run("hear", bad, "--jsonl")
    assert run.status == WRONG, run.err
    assert bad.name in run.one_sentence()


SETTINGS = {
    "broken": ("volume: [1, 2\nname: x\n", "line"),
    "unknown key": ("volume: 50\nvolumne: 3\n", "volumne"),
    "wrong type": ("volume: loud\n", "volume"),
    "out of range": ("volume: 900\n", "volume"),
    "twice": ("volume: 50\nvolume: 60\n", "volume"),
    "not a mapping": ("- volume\n", "settings.yaml"),
}


@pytest.mark.parametrize("case", SETTINGS)
def test_wrong_settings_name_file_and_key(product: Product, tmp_path: Path, case: str) -> None:
    text, named = SETTINGS[case]
    path = tmp_path / "settings.yaml"
    path.write_text(text, encoding="utf-8")
    run = product.run("--typed", "--settings", path, typed="hello\n")
    assert run.status == WRONG, (run.out, run.err)
    assert "settings.yaml" in run.one_sentence()
    assert named in run.err
    assert path.read_text(encoding="utf-8") == text


def test_settings_that_are_not_there(product: Product, tmp_path: Path) -> None:
    run = product.run("--typed", "--settings", tmp_path / "none.yaml", typed="hello\n")
    assert run.status == WRONG
    assert "none.yaml" in run.one_sentence()


def test_a_language_without_content(product: Product) -> None:
    run = product.run("--typed", "--language", "xx", typed="hello\n")
    assert run.status == WRONG
    assert "xx" in run.one_sentence()
    assert "en" in run.err


def model_copy(model: Path, folder: Path, leave_out: str) -> Path:
    """The model by links, without one file."""
    for path in model.rglob("*"):
        name = path.relative_to(model)
        if path.is_file() and str(name) != leave_out:
            (folder / name).parent.mkdir(parents=True, exist_ok=True)
            (folder / name).symlink_to(path.resolve())
    return folder


@pytest.mark.parametrize("lacking", ["am/final.mdl", "conf/model.conf", "graph/HCLr.fst"])
def test_a_model_without_a_file(product: Product, tmp_path: Path, model_path: Path, lacking: str) -> None:
    if not (model_path / lacking).exists():
        pytest.skip(f"this model has no {lacking} itself")
    broken = model_copy(model_path, tmp_path / "broken-model", lacking)
    good = spoken(tmp_path)
    run = product.run("--input", good, "--output", tmp_path / "o.wav", "--model", broken)
    assert run.status == WRONG, run.err
    assert Path(lacking).name in run.one_sentence()
    assert not (tmp_path / "o.wav").exists()


def test_a_model_folder_that_is_none(product: Product, tmp_path: Path) -> None:
    run = product.run("--input", spoken(tmp_path), "--output", tmp_path / "o.wav", "--model", tmp_path / "nowhere")
    assert run.status == WRONG
    assert "nowhere" in run.one_sentence()


@pytest.mark.parametrize("where", ["missing/reply.wav", "good.wav/reply.wav", "."])
def test_an_output_that_cannot_be_written(product: Product, tmp_path: Path, where: str) -> None:
    run = product.run("--input", spoken(tmp_path), "--output", tmp_path / where)
    assert run.status == WRONG
    assert run.one_sentence()
    assert sorted(p.name for p in tmp_path.iterdir()) == ["good.wav", "p"]


def test_events_that_cannot_be_written(product: Product, tmp_path: Path) -> None:
    reply = tmp_path / "reply.wav"
    reply.write_bytes(PRECIOUS)
    run = product.run("--input", spoken(tmp_path), "--output", reply, "--events", tmp_path / "none" / "e.jsonl")
    assert run.status == WRONG
    assert "e.jsonl" in run.one_sentence()
    assert reply.read_bytes() == PRECIOUS


@pytest.mark.skipif(not Path("/dev/full").exists(), reason="no /dev/full here")
@pytest.mark.parametrize("option", ["--output", "--events"])
def test_a_full_device(product: Product, tmp_path: Path, option: str) -> None:
    args = {"--input": str(spoken(tmp_path)), "--output": str(tmp_path / "reply.wav"), option: "/dev/full"}
    run = product.run(*(word for pair in args.items() for word in pair))
    assert run.status == WRONG, run.err
    assert run.one_sentence()


@contextlib.contextmanager
def small_disk(folder: Path, size: str) -> Iterator[Path]:
    """A file system of `size` bytes; skips where this user may not mount one."""
    folder.mkdir()
    if os.geteuid() or subprocess.run(
        ["mount", "-t", "tmpfs", "-o", f"size={size}", "none", str(folder)], capture_output=True, check=False
    ).returncode:  # fmt: skip
        pytest.skip("needs to be root and allowed to mount")
    try:
        yield folder
    finally:
        subprocess.run(["umount", str(folder)], check=True)


def test_a_full_disk_keeps_the_older_reply(product: Product, tmp_path: Path) -> None:
    with small_disk(tmp_path / "disk", "64k") as disk:
        reply = disk / "reply.wav"
        reply.write_bytes(PRECIOUS)
        run = product.run("--input", spoken(tmp_path), "--output", reply)
        assert run.status == WRONG, run.err
        assert run.one_sentence()
        assert reply.read_bytes() == PRECIOUS
        assert [p.name for p in disk.iterdir()] == ["reply.wav"]


def test_the_input_is_never_overwritten(product: Product, tmp_path: Path) -> None:
    good = spoken(tmp_path)
    before = good.read_bytes()
    run = product.run("--input", good, "--output", good)
    assert run.status in (WRONG, MISUSED)
    assert run.one_sentence()
    assert good.read_bytes() == before


MISUSES: list[list[str]] = [
    ["dance"],
    ["--nonsense"],
    ["breathe", "--pattern", "fast"],
    ["breathe", "--minutes", "many"],
    ["breathe", "--minutes", "-3"],
    ["breathe", "--cycles", "0"],
    ["breathe", "--minutes", "1", "--cycles", "2"],
    ["step", "12"],
    ["step", "one"],
    ["affirm", "--theme", "money"],
    ["--input", "x.wav", "--typed"],
    ["--output", "x.wav"],
    ["hear"],
]


@pytest.mark.parametrize("args", MISUSES, ids=" ".join)
def test_wrong_usage(bare: Product, args: list[str]) -> None:
    run = bare.run(*args)
    assert run.status == MISUSED, (run.out, run.err)
    assert "Traceback" not in run.err
    assert run.err.strip()


def test_ctrl_c_in_the_middle_of_a_file_keeps_the_older_reply(product: Product, tmp_path: Path) -> None:
    quiet = sound.write(tmp_path / "quiet.wav", sound.silence(600.0))
    reply = tmp_path / "reply.wav"
    reply.write_bytes(PRECIOUS)
    run = product.start("bedtime", "--minutes", "60", "--input", quiet, "--output", reply)
    run.wait_for("say_start", 60)
    run.interrupt()
    assert run.wait(20) == 130, run.err()
    assert "Traceback" not in run.err()
    assert reply.read_bytes() == PRECIOUS
    assert run.left_over() == []
    assert list(product.temp.iterdir()) == []


def test_ctrl_c_while_typing(bare: Product) -> None:
    run = bare.start("--typed", keyboard=True)
    run.wait_for("say_start", 60)
    run.interrupt()
    assert run.wait(20) == 130, run.err()
    assert "Traceback" not in run.err()
    assert run.left_over() == []
