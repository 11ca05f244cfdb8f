"""A person's own content: laid over the built-in one, file by file and key by key; its faults name their place."""

from __future__ import annotations

import re
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pytest

from voiceheal import contents
from voiceheal.cli import main
from voiceheal.errors import ContentError
from voiceheal.packs.check import check_pack
from voiceheal.packs.loader import Pack, load_pack
from voiceheal.settings import Settings
from voiceheal.understanding.engine import Engine

ROOT = Path(__file__).resolve().parents[2]
ENGLISH = ROOT / "content" / "en"
Write = Callable[[str, str], Path]


@pytest.fixture
def home(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A home of VoiceHeal that is empty."""
    monkeypatch.setenv("VOICEHEAL_HOME", str(tmp_path / "home"))
    return tmp_path / "home"


@pytest.fixture
def mine(home: Path) -> Path:
    """The person's own folder for English."""
    folder = home / "content" / "en"
    folder.mkdir(parents=True)
    return folder


@pytest.fixture
def write(mine: Path) -> Write:
    """Writes a file of the person's own; gives its path."""

    def one(name: str, text: str) -> Path:
        path = mine / name
        path.parent.mkdir(exist_ok=True)
        path.write_text(text, encoding="utf-8")
        return path

    return one


@pytest.fixture(scope="module")
def built_in() -> Pack:
    return load_pack(ENGLISH)


# ---- over the built-in files ----------------------------------------------------------------------------------------
def test_a_list_takes_the_place_of_the_one_below(write: Write, mine: Path, built_in: Pack) -> None:
    write("affirmations.yaml", 'themes:\n  worth: ["One.", "Two.", "Three."]\n')
    pack = load_pack(ENGLISH, mine)
    assert pack.lines["affirm.worth"] == ("One.", "Two.", "Three.")
    assert pack.lines["affirm.hope"] == built_in.lines["affirm.hope"]


def test_a_list_with_a_plus_is_added(write: Write, mine: Path, built_in: Pack) -> None:
    write("affirmations.yaml", 'themes:\n  worth+: ["One."]\nbedtime+: ["The cat sleeps."]\n')
    pack = load_pack(ENGLISH, mine)
    assert pack.lines["affirm.worth"] == (*built_in.lines["affirm.worth"], "One.")
    assert pack.lines["bedtime"] == (*built_in.lines["bedtime"], "The cat sleeps.")


def test_things_with_an_id_are_merged_by_it(write: Write, mine: Path, built_in: Pack) -> None:
    write("stages.yaml", 'stages:\n  - id: anger\n    name: "rage"\n    reflections+: ["It boils in you."]\n')
    pack = load_pack(ENGLISH, mine)
    assert pack.stages["anger"].name == "rage"
    assert pack.lines["stage.anger.reflection"] == (*built_in.lines["stage.anger.reflection"], "It boils in you.")
    assert pack.stages["anger"].offers == built_in.stages["anger"].offers
    assert pack.stages["denial"] == built_in.stages["denial"]


def test_one_step_is_replaced_by_its_number_or_id(write: Write, mine: Path, built_in: Pack) -> None:
    write("steps.yaml", 'steps:\n  - id: feel\n    title: "feel it all"\n')
    pack = load_pack(ENGLISH, mine)
    assert (pack.steps[2].title, pack.steps[2].parts) == ("feel it all", built_in.steps[2].parts)


def test_a_line_is_replaced_whatever_its_file_is_called(write: Write, mine: Path) -> None:
    write("lines/aunt.yaml", 'lines:\n  goodbye: ["Take care, my dear.", "So long.", "Till then."]\n')
    assert load_pack(ENGLISH, mine).lines["goodbye"][0] == "Take care, my dear."


def test_a_number_of_ones_own_among_the_help_lines(write: Write, mine: Path, built_in: Pack) -> None:
    write("helplines.yaml", 'regions:\n  US:\n    lines+: ["You can also call Mark at the church."]\n')
    assert load_pack(ENGLISH, mine).helplines.regions["US"].lines[-1] == "You can also call Mark at the church."


def test_what_keeps_people_safe_can_only_be_added_to(write: Write, mine: Path, built_in: Pack) -> None:
    path = write("safety.yaml", "risk: [nothing at all]\n")
    with pytest.raises(ContentError, match="can only be added to: write 'risk\\+'") as caught:
        load_pack(ENGLISH, mine)
    assert f"{path}, line 1, key risk" in caught.value.message
    write("safety.yaml", "risk+: [going to the old quarry alone]\n")
    assert load_pack(ENGLISH, mine).safety.risk == [*built_in.safety.risk, "going to the old quarry alone"]


def test_a_file_with_nothing_in_it_changes_nothing(write: Write, mine: Path, built_in: Pack) -> None:
    for name in ("stages.yaml", "lines/own.yaml", "steps.yaml"):
        write(name, "# nothing yet\n")
    assert load_pack(ENGLISH, mine).lines == built_in.lines


# ---- additions are reached by their names ---------------------------------------------------------------------------
@pytest.fixture
def starter(mine: Path) -> Path:
    """The examples of `content new`, all of them switched on."""
    assert main(["content", "new", "en", "--in", str(mine.parent.parent / "new")]) == 0
    made = mine.parent.parent / "new" / "en"
    for path in made.rglob("*.yaml"):
        text = re.sub(r"(?m)^#(?!#)", "", path.read_text(encoding="utf-8"))
        target = mine / path.relative_to(made)
        target.parent.mkdir(exist_ok=True)
        target.write_text(text, encoding="utf-8")
    return mine


def test_the_examples_to_start_from_pass_the_check(starter: Path) -> None:
    assert [str(f) for f in check_pack(ENGLISH, mine=starter)] == []
    assert len(list(starter.rglob("*.yaml"))) >= 5


@pytest.mark.parametrize(
    ("said", "intent", "slots"),
    [
        ("ocean breathing", "breathe", {"pattern": "ocean"}),
        ("ocean breathing for five minutes", "breathe", {"pattern": "ocean", "minutes": 5}),
        ("could we do the ocean please", "breathe", {"pattern": "ocean"}),
        ("garden words", "affirm", {"theme": "garden"}),
        ("i'd like words for the garden", "affirm", {"theme": "garden"}),
        ("can we do a few rounds of ocean breathing maybe ten of them", "breathe", {"pattern": "ocean", "cycles": 10}),
        ("sit in the garden", "step", {"number": 12}),
        ("the garden step please", "step", {"number": 12}),
        ("box breathing", "breathe", {"pattern": "box"}),
    ],
)
def test_what_was_added_is_understood(starter: Path, said: str, intent: str, slots: dict[str, object]) -> None:
    meaning = Engine(load_pack(ENGLISH, starter)).understand(said)
    assert (meaning.intent, dict(meaning.slots)) == (intent, slots)


def typed(*args: str, lines: str, home: Path) -> str:
    """What is printed by a conversation typed into a pipe."""
    ran = subprocess.run(
        [sys.executable, "-m", "voiceheal", *args], input=lines, capture_output=True, text=True, timeout=60,
        check=False, cwd=ROOT,
        env={"PATH": "/usr/bin:/bin", "VOICEHEAL_HOME": str(home), "HOME": str(home), "LANG": "C.UTF-8"},
    )  # fmt: skip
    assert ran.returncode == 0, ran.stderr
    return ran.stdout


def test_an_added_pattern_breathes_and_an_added_step_runs(starter: Path, home: Path) -> None:
    said = typed("content", "try", "breathe", "ocean", lines="", home=home)
    assert "ocean breathing" in said and "Water in." in said
    said = typed("step", "12", "--typed", lines="", home=home)
    assert "sit in the garden" in said.lower() and re.search(r"What did you see there\?|Which green thing", said)


# ---- faults ---------------------------------------------------------------------------------------------------------
@pytest.mark.parametrize(
    ("name", "text", "line", "key", "problem"),
    [
        ("affirmations.yaml", "themes:\n  worth:\n    - fine\n    - 3\n", 4, "themes.worth.1", "valid string"),
        ("affirmations.yaml", "themes:\n  worth: soft words\n", 2, "themes.worth", "a list here"),
        ("affirmations.yaml", "themes:\n  worth+: soft words\n", 2, "themes.worth+", "needs a list"),
        ("affirmations.yaml", "themes+: [x]\n", 1, "themes+", "no list to add to"),
        ("breathing.yaml", "patterns:\n  - id: box\n    max_cycle: 4\n", 3, "patterns.2.max_cycle", "not known"),
        (
            "steps.yaml",
            "steps:\n  - number: 12\n    id: feel\n    title: x\n",
            1,
            "steps",
            "steps 1 to 11 must be there",
        ),
        ("talks.yaml", "talks: [\n", 2, "", "not valid YAML"),
        ("stages.yaml", "stages:\n  - id: anger\n    id: anger\n", 3, "", "appears twice"),
        ("affirmation.yaml", "themes: {}\n", 0, "", "nothing reads a file of this name"),
    ],
)
def test_faults_name_file_line_and_key(
    write: Write, mine: Path, name: str, text: str, line: int, key: str, problem: str
) -> None:
    path = write(name, text)
    with pytest.raises(ContentError) as caught:
        load_pack(ENGLISH, mine)
    first = caught.value.message.splitlines()[0]
    assert str(path) in first and re.search(problem, caught.value.message)
    if line and key != "steps":
        assert f", line {line}" in first
    if key and key != "steps":
        assert f"key {key}" in first


def test_the_check_tells_only_of_ones_own(write: Write, mine: Path) -> None:
    there = "Even now, with this ache, I have something good to offer."
    path = write("affirmations.yaml", f'themes:\n  worth+:\n    - "You are always loved."\n    - "{there}"\n')
    found = check_pack(ENGLISH, mine=mine)
    assert [(f.file, f.line) for f in found] == [(str(path), 3), (str(path), 4)]
    assert "'always': an absolute" in found[0].problem and "the same as affirmations.yaml" in found[1].problem


def test_a_slip_in_ones_own_content_does_not_leave_anybody_alone(
    write: Write, capsys: pytest.CaptureFixture[str], built_in: Pack
) -> None:
    path = write("affirmations.yaml", "themes:\n  worth: soft\n")
    assert contents.load(Settings(), lambda pack: pack.lines) == built_in.lines
    err = capsys.readouterr().err
    assert "left out" in err and f"{path}, line 2, key themes.worth" in err
    with pytest.raises(ContentError):
        contents.load(Settings(), lambda pack: pack, strict=True)


# ---- the commands ---------------------------------------------------------------------------------------------------
def test_new_makes_what_is_used_and_keeps_what_is_there(home: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["content", "new"]) == 0
    assert (home / "content" / "en" / "README.txt").is_file() and str(home) in capsys.readouterr().out
    assert contents.layers("en") == (ENGLISH, home / "content" / "en")
    assert main(["content", "new"]) == 1
    assert "is there already" in capsys.readouterr().err


def test_new_language_is_a_whole_pack_to_translate(home: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["content", "new", "nl"]) == 0
    folder = home / "content" / "nl"
    assert contents.layers("nl") == (folder, None)
    pack = load_pack(folder)
    assert (pack.info.language, pack.info.voice_language) == ("nl", "nl")
    assert not (folder / "understanding.npz").exists() and not (folder / "examples").exists()


def test_check_of_a_folder_of_ones_own(write: Write, mine: Path, capsys: pytest.CaptureFixture[str]) -> None:
    write("affirmations.yaml", 'themes:\n  worth+: ["It will be fine."]\n')
    assert main(["content", "check", str(mine)]) == 1
    assert "affirmations.yaml:2: themes.worth.1" in capsys.readouterr().out.replace("worth.18", "worth.1")


def test_try_prints_lines(home: Path, capsys: pytest.CaptureFixture[str], built_in: Pack) -> None:
    assert main(["content", "try", "goodbye"]) == 0
    assert capsys.readouterr().out.splitlines() == ["goodbye", *(f"  {t}" for t in built_in.lines["goodbye"])]
    assert main(["content", "try", "goodby"]) == 1
    assert "There are: goodbye" in capsys.readouterr().err


def test_try_runs_a_session_from_a_folder(home: Path, tmp_path: Path) -> None:
    folder = tmp_path / "somewhere" / "en"
    folder.mkdir(parents=True)
    (folder / "lines").mkdir()
    (folder / "lines" / "own.yaml").write_text('lines:\n  stopped: ["Halt it is.", "Halt.", "Halted."]\n')
    said = typed("content", "try", "checkin", "--pack", str(folder), lines="stop\n", home=home)
    assert "Halt" in said


def test_names_that_are_not_there_are_wrong_usage(home: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["breathe", "--typed", "--pattern", "ocean"]) == 2
    assert "There are: coherent" in capsys.readouterr().err
    assert main(["step", "--typed", "40"]) == 2
