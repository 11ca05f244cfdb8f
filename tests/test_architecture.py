"""The house keeps its shape: imports go one way, modules stay short, only one door leads to the network."""

from __future__ import annotations

import ast
import os
import subprocess
import sys
from pathlib import Path

import pytest

PACKAGE = Path(__file__).resolve().parents[1] / "voiceheal"
MODULES = sorted(PACKAGE.rglob("*.py"))

# A room may import rooms of a lower storey, and itself.
STOREYS = {
    "core": 0,
    "packs": 1,
    "understanding": 2,  # may use the packs' types
    "sessions": 2,
    "audio": 3,
    "hearing": 3,
    "speaking": 3,
    "memory": 3,
    "eventlog": 3,
    "settings": 3,
    "fronts": 4,
    "runtime": 4,
    "contents": 4,
    "marks": 4,
    "listening": 4,
    "app": 5,
    "soundcheck": 6,
    "doctor": 7,
    "tools": 8,
    "record": 7,
    "authoring": 9,
    "cli": 10,
    "__main__": 11,
}
EVERYWHERE = {"errors", "__init__"}
# Neighbours on one storey that may know each other.
NEIGHBOURS = {
    ("fronts", "runtime"), ("hearing", "audio"), ("speaking", "audio"), ("sessions", "understanding"),
    ("record", "tools"),
}  # fmt: skip
NETWORK = {"http", "requests", "socket", "urllib", "websockets", "ftplib", "smtplib"}
STANDARD_FOR_CORE = {
    "__future__", "bisect", "collections", "contextlib", "dataclasses", "enum", "functools", "heapq", "itertools",
    "math", "operator", "random", "re", "string", "typing",
}  # fmt: skip


def room(path: Path) -> str:
    first = path.relative_to(PACKAGE).parts[0]
    return first.removesuffix(".py")


def imports(path: Path) -> list[tuple[int, str]]:
    """(line, dotted name) of everything a module imports at run time; relative names are resolved, `.` first."""
    tree = ast.parse(path.read_text(encoding="utf-8"))
    only_types = {
        id(inner)
        for node in ast.walk(tree)
        if isinstance(node, ast.If) and ast.unparse(node.test) == "TYPE_CHECKING"
        for inner in ast.walk(node)
    }
    here = ["voiceheal", *path.relative_to(PACKAGE).with_suffix("").parts]
    found: list[tuple[int, str]] = []
    for node in ast.walk(tree):
        if id(node) in only_types:
            continue
        if isinstance(node, ast.Import):
            found += [(node.lineno, alias.name) for alias in node.names]
        elif isinstance(node, ast.ImportFrom):
            base = here[: len(here) - node.level] if node.level else []
            name = ".".join([*base, *([node.module] if node.module else [])])
            # `from . import x` names modules; `from .x import y` names the module x.
            found += [(node.lineno, name if node.module else f"{name}.{alias.name}") for alias in node.names]
    return found


def identifier(path: Path) -> str:
    return str(path.relative_to(PACKAGE))


@pytest.mark.parametrize("path", MODULES, ids=identifier)
def test_imports_go_one_way(path: Path) -> None:
    mine = room(path)
    if mine in EVERYWHERE:
        return
    assert mine in STOREYS, f"{mine} has no storey yet: say in STOREYS what it may import"
    for line, name in imports(path):
        parts = name.split(".")
        if parts[0] != "voiceheal" or len(parts) == 1:
            continue
        theirs = parts[1]
        if theirs == mine or theirs in EVERYWHERE or theirs.startswith("__version__"):
            continue
        assert theirs in STOREYS, f"{theirs} has no storey yet: say in STOREYS what it may import"
        allowed = STOREYS[theirs] < STOREYS[mine] or (mine, theirs) in NEIGHBOURS
        assert allowed, f"{identifier(path)}:{line}: {mine} must not import {theirs}"


@pytest.mark.parametrize("path", [p for p in MODULES if room(p) == "core"], ids=identifier)
def test_the_core_runs_on_the_standard_library_alone(path: Path) -> None:
    for line, name in imports(path):
        top = name.split(".")[0]
        assert top == "voiceheal" or top in STANDARD_FOR_CORE, f"{identifier(path)}:{line}: the core imports {name}"


def test_only_the_installer_opens_the_network() -> None:
    doors = {identifier(p) for p in MODULES for _, name in imports(p) if name.split(".")[0] in NETWORK}
    assert doors <= {"hearing/download.py"}


@pytest.mark.parametrize("path", MODULES, ids=identifier)
def test_modules_are_short_and_say_what_they_are(path: Path) -> None:
    text = path.read_text(encoding="utf-8")
    assert len(text.splitlines()) <= 300
    assert ast.get_docstring(ast.parse(text)), "a module opens with one line that states its rule"
    assert path.stem != "utils"


def test_small_products_of_matrices_are_left_to_few_threads():
    """More would only wait for each other; it must be said before numpy is loaded."""
    asked = "import os, sys, voiceheal; print(os.environ['OPENBLAS_NUM_THREADS'], 'numpy' in sys.modules)"
    rest = {k: v for k, v in os.environ.items() if k != "OPENBLAS_NUM_THREADS"}
    done = subprocess.run([sys.executable, "-c", asked], env=rest, capture_output=True, text=True, check=True)
    assert done.stdout.split() == ["2", "False"]
