"""The package as others get it: the wheel holds its content, and runs in an environment of its own."""

from __future__ import annotations

import os
import re
import subprocess
import sys
import sysconfig
import venv
import zipfile
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[1]
HOST = re.compile(r"://|--(extra-)?index-url|--find-links|--trusted-host")


@pytest.fixture(scope="module")
def wheel(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The built wheel."""
    folder = tmp_path_factory.mktemp("wheel")
    subprocess.run([sys.executable, "-m", "hatchling", "build", "-t", "wheel", "-d", str(folder)], cwd=ROOT, check=True)
    (built,) = folder.glob("*.whl")
    return built


def test_the_wheel_holds_content_and_manifest_and_nothing_else(wheel: Path) -> None:
    names = set(zipfile.ZipFile(wheel).namelist())
    content = {f"voiceheal/{p.relative_to(ROOT).as_posix()}" for p in (ROOT / "content").rglob("*.yaml")}
    assert content
    assert content <= names
    assert "voiceheal/models/manifest.yaml" in names
    assert any(n.endswith("licenses/LICENSE") for n in names)
    tops = {n.split("/")[0] for n in names}
    assert tops == {"voiceheal", next(t for t in tops if t.endswith(".dist-info"))}
    assert not [n for n in names if n.startswith("voiceheal/models/") and n != "voiceheal/models/manifest.yaml"]


@pytest.mark.slow
def test_the_installed_wheel_talks_from_any_folder(wheel: Path, tmp_path: Path) -> None:
    home = tmp_path / "home"
    home.mkdir()
    env_folder = tmp_path / "env"
    venv.create(env_folder, with_pip=False)
    paths = {"base": str(env_folder), "platbase": str(env_folder)}
    site = Path(sysconfig.get_path("purelib", "venv", paths))
    scripts = Path(sysconfig.get_path("scripts", "venv", paths))
    python = scripts / "python"
    # The pinned packages that run these tests are lent to it; the checkout is not (its .pth file is no part of a path).
    (site / "lent.pth").write_text(sysconfig.get_path("purelib") + "\n")
    with zipfile.ZipFile(wheel) as z:
        z.extractall(site)
    clean = {k: v for k, v in os.environ.items() if k in ("PATH", "LANG", "LD_LIBRARY_PATH", "SYSTEMROOT")}
    clean |= {"HOME": str(home), "PYTHONDONTWRITEBYTECODE": "1"}
    code = "import sys; from voiceheal.cli import main; sys.exit(main())"

    def run(*args: str, said: str = "") -> subprocess.CompletedProcess[str]:
        return subprocess.run(
            [python, "-I", "-c", code, *args],
            check=False, cwd=home, env=clean, input=said, capture_output=True, text=True, timeout=60,
        )  # fmt: skip

    where = subprocess.run(
        [python, "-I", "-c", "import voiceheal; print(voiceheal.__file__)"],
        cwd=home, env=clean, capture_output=True, text=True, check=True,
    )  # fmt: skip
    assert Path(where.stdout.strip()).is_relative_to(site)
    assert run("--help").returncode == 0
    talk = run("talk", "--typed", said="i feel sad\nyes\nno thank you\ngoodbye\n")
    assert talk.returncode == 0, talk.stderr
    assert len(talk.stdout.split()) > 20
    assert "Traceback" not in talk.stderr


def test_lock_files_name_no_host() -> None:
    for lock in (ROOT / "requirements").glob("*.lock.txt"):
        text = lock.read_text()
        assert "--hash=sha256:" in text
        assert not HOST.search(text), lock.name


@pytest.mark.parametrize("name", ["setup", "run", "test", "lint", "lock"])
def test_scripts_can_be_run(name: str) -> None:
    script = ROOT / "scripts" / name
    assert os.access(script, os.X_OK)
    subprocess.run(["bash", "-n", script], check=True)


@pytest.mark.skipif(os.name != "posix", reason="shell scripts")
def test_setup_refuses_what_it_does_not_know() -> None:
    done = subprocess.run([ROOT / "scripts" / "setup", "--nonsense"], check=False, capture_output=True, text=True)
    assert done.returncode == 2
    assert "--nonsense" in done.stderr
