"""What stays behind after a conversation: nothing. No word, no file, no process, and no step onto the network."""

from __future__ import annotations

import subprocess
from pathlib import Path

import pytest

from tests.rig import people
from tests.rig.product import Product, of_mark, read_events

WORD = "xylophone"  # known to the model, said by nobody else
TYPED = f"i feel sad because my {WORD} is broken\nyes\nno\nmy {WORD} is so dear to me\ngoodbye\n"

# Notes every address outside this machine that Python code asks for, and refuses it.
WATCHER = """
import os, sys
HERE = ("127.0.0.1", "::1", "localhost")
def _watch(event, args):
    outside = event in ("socket.getaddrinfo", "socket.gethostbyname", "urllib.Request") or (
        event in ("socket.connect", "socket.bind", "socket.sendto")
        and isinstance(args[1], tuple) and args[1][0] not in HERE)
    if outside:
        with open(os.environ["NETWORK_LOG"], "a") as log:
            log.write(f"{event} {args!r}\\n")
        raise OSError("the network is forbidden in this test")
sys.addaudithook(_watch)
"""


def files_with(word: str, folder: Path) -> list[str]:
    """Files below `folder` whose bytes hold `word`."""
    return [str(p) for p in folder.rglob("*") if p.is_file() and word.encode() in p.read_bytes().lower()]


def spoken(folder: Path) -> Path:
    told = f"i feel sad because my {WORD} is broken"
    parts: list[people.ScriptPart] = [9.0, (told, "slt"), 16.0, ("goodbye", "slt"), 2.0]
    return people.script_wav(parts, folder / "hello.wav")


def test_a_typed_conversation_leaves_no_word(bare: Product) -> None:
    log = bare.folder / "e.jsonl"
    run = bare.run("--typed", "--events", log, typed=TYPED)
    assert run.status == 0, run.err
    assert any(e["type"] == "intent" and e["intent"] == "feeling" for e in read_events(log))
    assert files_with(WORD, bare.folder) == []
    assert list(bare.temp.iterdir()) == []


def test_events_words_are_written_only_when_asked_for(bare: Product) -> None:
    log = bare.folder / "e.jsonl"
    assert bare.run("--typed", "--events", log, "--events-words", typed=TYPED).status == 0
    assert files_with(WORD, bare.folder) == [str(log)]


@pytest.mark.model
@pytest.mark.tts
def test_a_spoken_conversation_leaves_no_word_no_file_and_no_process(product: Product, tmp_path: Path) -> None:
    run = product.start("--input", spoken(tmp_path), "--output", tmp_path / "reply.wav")
    assert run.wait(120) == 0, run.err()
    assert any(e["type"] == "intent" for e in run.events())
    assert of_mark(run.mark) == []
    assert files_with(WORD, product.folder) == []
    assert list(product.temp.iterdir()) == []
    assert sorted(p.name for p in tmp_path.iterdir()) == ["hello.wav", "p", "reply.wav"]


def watched(product: Product, folder: Path) -> tuple[Product, Path]:
    """The same product with every door to the network noted and shut."""
    site = folder / "site"
    site.mkdir()
    (site / "sitecustomize.py").write_text(WATCHER, encoding="utf-8")
    log = folder / "network.log"
    path = f"{site}:{product.env()['PYTHONPATH']}"
    return Product(product.folder, {**product.extra, "PYTHONPATH": path, "NETWORK_LOG": str(log)}), log


def test_a_typed_conversation_asks_nothing_of_the_network(bare: Product, tmp_path: Path) -> None:
    product, log = watched(bare, tmp_path)
    run = product.run("--typed", typed=TYPED)
    assert run.status == 0, run.err
    assert not log.exists(), log.read_text(encoding="utf-8")


@pytest.mark.model
@pytest.mark.tts
def test_a_spoken_conversation_asks_nothing_of_the_network(product: Product, tmp_path: Path) -> None:
    shut, log = watched(product, tmp_path)
    run = shut.run("--input", spoken(tmp_path), "--output", tmp_path / "reply.wav")
    assert run.status == 0, run.err
    assert not log.exists(), log.read_text(encoding="utf-8")


def may_unshare() -> bool:
    """Whether this user may make an empty network namespace."""
    try:
        return subprocess.run(["unshare", "-n", "true"], capture_output=True, check=False).returncode == 0
    except OSError:
        return False


@pytest.mark.model
@pytest.mark.tts
@pytest.mark.skipif(not may_unshare(), reason="may not make a network namespace; the watched tests stand in")
def test_it_talks_in_an_empty_network_namespace(product: Product, tmp_path: Path) -> None:
    alone = Product(product.folder, product.extra, wrap=("unshare", "-n"))
    typed = alone.run("--typed", typed=TYPED)
    assert typed.status == 0, typed.err
    run = alone.run("--input", spoken(tmp_path), "--output", tmp_path / "reply.wav")
    assert run.status == 0, run.err
