"""The person's own record over several conversations with the real product: kept when asked, shown, taken away."""

from __future__ import annotations

import json
import os
import stat
from pathlib import Path

from tests.rig.product import Product

LINE = "i am learning to trust the xylophone"
ADD = f"add the affirmation {LINE}\ngoodbye\n"


def record(product: Product) -> Path:
    return product.home / ".local" / "share" / "voiceheal" / "record.sqlite"


def talk(product: Product, typed: str, *args: str) -> str:
    run = product.run("--typed", *args, typed=typed)
    assert run.status == 0, run.err
    return run.out


def test_what_is_kept_comes_back_and_can_be_erased(bare: Product) -> None:
    talk(bare, ADD)
    file = record(bare)
    if os.name == "posix":
        assert stat.S_IMODE(file.stat().st_mode) == 0o600
    assert LINE in talk(bare, "kind words for one minute\n")
    shown = bare.run("history")
    assert shown.status == 0 and LINE in shown.out and "2 conversations" in shown.out
    told = bare.run("export", "-")
    assert [e["text"] for e in json.loads(told.out)["entries"] if e["kind"] == "affirmation"] == [LINE]
    assert bare.run("forget", "--all").status == 0
    assert not file.exists()
    assert LINE not in talk(bare, "kind words for one minute\n")


def test_erased_by_voice_after_a_second_yes(bare: Product) -> None:
    talk(bare, ADD)
    assert b"xylophone" in record(bare).read_bytes()
    talk(bare, "forget everything\nyes\ngoodbye\n")
    left = record(bare).read_bytes() if record(bare).exists() else b""
    assert b"xylophone" not in left


def test_with_memory_off_there_is_no_file(bare: Product) -> None:
    settings = bare.folder / "settings.yaml"
    settings.write_text("memory: off\n", encoding="utf-8")
    out = talk(bare, ADD + "how far have i come\n", "--settings", str(settings))
    assert LINE in talk(bare, ADD.replace("goodbye", "kind words for one minute"), "--settings", str(settings))
    assert not record(bare).exists()
    assert "Traceback" not in out


def test_a_damaged_record_is_a_sentence_and_the_talk_goes_on(bare: Product) -> None:
    record(bare).parent.mkdir(parents=True)
    record(bare).write_bytes(b"no database " * 400)
    run = bare.run("--typed", typed=ADD)
    assert run.status == 0
    assert "is damaged" in run.one_sentence()
    assert "goodbye" in run.out
    assert record(bare).read_bytes() == b"no database " * 400


def test_a_folder_that_cannot_be_written_is_told_in_the_talk(bare: Product) -> None:
    data = bare.home / ".local" / "share" / "voiceheal"
    data.parent.mkdir(parents=True)
    data.write_text("a file where the folder should be", encoding="utf-8")
    run = bare.run("--typed", typed=ADD)
    assert run.status == 0, run.err
    assert "Traceback" not in run.err
    assert any(w in run.out for w in ("couldn't write that down", "kept me from saving", "didn't go into your record"))
