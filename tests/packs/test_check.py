"""The content checker: each kind of fault is found at its place; what is right is left in peace."""

from __future__ import annotations

import shutil
from collections.abc import Callable, Iterable
from pathlib import Path

import pytest

from voiceheal.packs import ear
from voiceheal.packs.check import Finding, check_pack, main
from voiceheal.packs.entries import heard_words

ENGLISH = Path(__file__).resolve().parents[2] / "content" / "en"
Break = Callable[[str, str, str], list[Finding]]


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """A copy of the English pack to break."""
    return Path(shutil.copytree(ENGLISH, tmp_path / "en"))


Known = set[tuple[str, str, str]]


def known(found: Iterable[Finding]) -> Known:
    return {(Path(f.file).name, f.key, f.problem) for f in found}


@pytest.fixture(scope="module")
def before() -> Known:
    """What the pack has as it is."""
    return known(check_pack(ENGLISH))


@pytest.fixture
def broken(folder: Path, before: Known) -> Break:
    """Replaces text in a file of the pack; gives what is found because of it."""

    def swap(name: str, old: str, new: str) -> list[Finding]:
        path = folder / name
        text = path.read_text(encoding="utf-8")
        assert old in text
        path.write_text(text.replace(old, new, 1), encoding="utf-8")
        return [f for f in check_pack(folder) if not known([f]) & before]

    return swap


def line_of(path: Path, text: str) -> int:
    return next(n for n, line in enumerate(path.read_text(encoding="utf-8").splitlines(), 1) if text in line)


def test_a_fault_has_file_line_and_key(broken: Break, folder: Path) -> None:
    (fault,) = broken("lines/system.yaml", '"Taking a break. I\'m here."', '"This never ends."')
    path = folder / "lines" / "system.yaml"
    assert (fault.file, fault.line, fault.key) == (str(path), line_of(path, "This never ends"), "lines.paused.3")
    assert "'never': an absolute" in fault.problem
    assert str(fault) == f"{path}:{fault.line}: lines.paused.3: {fault.problem}"


def test_faults_of_the_loader_are_findings(broken: Break, folder: Path) -> None:
    (fault,) = broken("breathing.yaml", "seconds: 5", "seconds: 50")
    assert fault.file == str(folder / "breathing.yaml")
    assert fault.key == "patterns.0.phases.0.seconds"
    assert fault.line == line_of(folder / "breathing.yaml", "seconds: 50")


def test_a_missing_file_is_one_finding(folder: Path) -> None:
    (folder / "talks.yaml").unlink()
    about = [f for f in check_pack(folder) if "talks.yaml" in f.file]
    assert [f.problem.split(": ")[1] for f in about] == ["No such file or directory."]


def test_yaml_that_is_broken_is_one_finding(broken: Break) -> None:
    (fault,) = broken("talks.yaml", "talks:", "talks: [")
    assert "not valid YAML" in fault.problem


def test_no_such_folder(tmp_path: Path) -> None:
    (fault,) = check_pack(tmp_path / "none")
    assert "no such folder" in fault.problem


def test_a_line_that_the_conversation_needs_is_missing(broken: Break) -> None:
    (fault,) = broken("lines/system.yaml", "  resumed:", "  resumption:")
    assert (fault.key, fault.problem) == ("resumed", "this line is missing")


def test_other_slots_than_are_filled_in(broken: Break) -> None:
    (fault,) = broken("lines/system.yaml", "We have {left} left.", "We have {rest} left.")
    assert fault.key == "lines.status.breathe.1"
    assert fault.problem == "has the slots {rest}, needs {left}"


def test_a_slot_where_nothing_is_filled_in(broken: Break) -> None:
    (fault,) = broken("affirmations.yaml", "You're allowed to be done.", "You're allowed to be {done}.")
    assert fault.problem == "has the slots {done}, needs none"


def test_braces_that_do_not_close(broken: Break) -> None:
    (fault,) = broken("lines/system.yaml", "We have {left} left.", "We have {left left.")
    assert "the braces are not right" in fault.problem


def test_the_same_line_twice(broken: Break) -> None:
    (fault,) = broken("lines/system.yaml", '"Okay. I\'m here."', '"That\'s fine!"')
    assert fault.key == "lines.no.nothing.1"
    assert fault.problem.startswith("the same as system.yaml:")


def test_seven_words_shared_with_another_file(broken: Break) -> None:
    new = "I know there's nothing to solve in the dark."
    (fault,) = broken("lines/bedtime.yaml", "Okay. I hope sleep comes soon.", new)
    assert fault.key == "lines.bedtime.stop.1"
    assert fault.problem.startswith('shares "there\'s nothing to solve in the dark" with affirmations.yaml:')


def test_hard_words_raise_the_grade(broken: Break) -> None:
    hard = "Emotional regulation necessitates considerable psychological flexibility. " * 3
    told = broken("lines/system.yaml", "This is the softest I have.", hard.strip())
    assert [f.key for f in told if "reading grade" in f.problem] == ["lines.volume.min"]


def test_an_intent_that_nothing_knows(broken: Break) -> None:
    (fault,) = broken("stages.yaml", "intent: journal", "intent: juggle")
    assert fault.problem == "there is no intent 'juggle' that begins something"


def test_slot_values_that_nothing_knows(broken: Break) -> None:
    (fault,) = broken("stages.yaml", "pattern: coherent", "pattern: incoherent")
    assert fault.problem == "there is no pattern 'incoherent'"


def test_an_unknown_intent_in_templates(folder: Path) -> None:
    text = 'intents:\n  brethe: ["breathe [now]", "in and out"]\n'
    (folder / "intents" / "zz.yaml").write_text(text, encoding="utf-8")
    (fault,) = [f for f in check_pack(folder) if f.file.endswith("zz.yaml")]
    assert (fault.line, fault.problem) == (2, "there is no intent 'brethe'")


def test_words_that_the_model_cannot_hear_are_advice(folder: Path) -> None:
    (folder / "intents" / "zz.yaml").write_text(
        'intents:\n  breathe: ["breathwork[s] [for] {minutes} <please>"]\n', encoding="utf-8"
    )  # fmt: skip

    def missing(words: Iterable[str]) -> list[str]:
        return [w for w in words if w.startswith("breathwork")]

    told = [f for f in check_pack(folder, missing) if f.advice]
    assert [f.problem.split("'")[1] for f in told] == ["breathwork", "breathworks"]
    assert not [f for f in check_pack(folder) if f.advice]


def test_words_of_a_template() -> None:
    assert heard_words("(start|begin) [a] breath[s] for {minutes} <now> don't") == [
        "start", "begin", "a", "breath", "breaths", "for", "don't",
    ]  # fmt: skip


@pytest.mark.parametrize(
    "text",
    [
        "You will always be loved.",
        "Take a deep breath.",
        "Breathe in deeply.",
        "It will be fine.",
        "Just let it go.",
        "You are depressed.",
        "He didn't deserve you.",
        "Everything happens for a reason.",
        "You are at stage two of five.",
        "All right. Stop.",
        "Pause! [pause 2] We go on.",
        "You can say: stop, and it ends.",
        "Tell me, hold on, if you like.",
        "So, [pause long] then go.",
        "One two three four five six seven eight nine ten eleven twelve thirteen fourteen fifteen sixteen seventeen "
        "eighteen nineteen twenty more.",
    ],
)
def test_what_must_not_be_said(text: str) -> None:
    assert len(list(ear.faults(text, ear.ENGLISH))) == 1


@pytest.mark.parametrize(
    "text",
    [
        "Say stop whenever you like.",
        "Say: I need help, and I'm there.",
        "A thought like 'I'll never be good enough' hurts.",
        'Something in you says "nobody will always stay".',
        "The pause is yours. We stop when you want.",
        "One two three four five six seven eight nine ten, eleven twelve thirteen fourteen fifteen sixteen seventeen "
        "eighteen nineteen twenty more.",
        "Comfortable, normal-size breaths. [pause 1.5] That's it.",
        "There is justice in adjusting.",
    ],
)
def test_what_may_be_said(text: str) -> None:
    assert list(ear.faults(text, ear.ENGLISH)) == []


def test_grade_of_text() -> None:
    easy = ["The dog sat on the mat. The cat sat on the dog. They had a nap."]
    hard = ["Considerable deliberation notwithstanding, communication deteriorated dramatically afterwards."]
    assert (ear.grade(easy, ear.ENGLISH) or 0) < 2
    assert (ear.grade(hard * 2, ear.ENGLISH) or 0) > 12
    assert ear.grade(["Okay."], ear.ENGLISH) is None


def test_the_command_line(folder: Path, capsys: pytest.CaptureFixture[str]) -> None:
    (folder / "pack.yaml").write_text("language: en\n", encoding="utf-8")
    assert main([str(folder)]) == 1
    assert "pack.yaml:1: voice_language: this key is missing." in capsys.readouterr().out
    assert main([]) == 2
