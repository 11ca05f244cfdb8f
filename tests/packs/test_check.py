"""The content checker: each kind of fault is found at its place; what is right is left in peace."""

from __future__ import annotations

import shutil
from collections.abc import Callable, Iterable
from pathlib import Path

import pytest

from voiceheal.cli import main
from voiceheal.packs import ear
from voiceheal.packs.check import Finding, check_pack, report
from voiceheal.packs.earwords import EarWords
from voiceheal.packs.entries import heard_words
from voiceheal.packs.yamlfile import read_yaml

ENGLISH = Path(__file__).resolve().parents[2] / "content" / "en"
RULES = read_yaml(ENGLISH / "ear.yaml", EarWords)
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
    told = broken("lines/system.yaml", "  resumed:", "  resumption:")
    assert {(f.key, f.problem) for f in told} == {
        ("resumed", "this line is missing"), ("lines.resumption.1", "nothing says the line 'resumption'"),
    }  # fmt: skip


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
    hard = "Emotional regulation necessitates considerable psychological flexibility. " * 6
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


def breathwork(words: Iterable[str]) -> list[str]:
    """A speech model that knows all words but these."""
    return [w for w in words if w.startswith("breathwork")]


def test_a_command_with_a_word_that_the_model_cannot_hear(folder: Path) -> None:
    (folder / "intents" / "zz.yaml").write_text(
        'intents:\n  breathe: ["breathwork[s] [for] {minutes} <please>"]\n', encoding="utf-8"
    )  # fmt: skip
    told = [f for f in check_pack(folder, breathwork) if "cannot hear" in f.problem]
    assert [(f.problem.split("'")[1], f.advice) for f in told] == [("breathworks", False)]  # the other is typed_only
    assert not [f for f in check_pack(folder) if "cannot hear" in f.problem]


def test_a_word_of_a_lexicon_that_the_model_cannot_hear_is_advice(folder: Path) -> None:
    text = (folder / "feelings.yaml").read_text(encoding="utf-8")
    text = text.replace("\nhappened:\n", "\nhappened:\n  - left me for breathworks\n")
    (folder / "feelings.yaml").write_text(text, encoding="utf-8")
    (told,) = [f for f in check_pack(folder, breathwork) if "cannot hear" in f.problem]
    assert told.advice


def test_a_word_listed_as_typed_only_that_is_heard(folder: Path) -> None:
    told = [f for f in check_pack(folder, breathwork) if "in no template" in f.problem]
    assert "'vritti' is in no template, or the model can hear it" in {f.problem for f in told}
    assert not [f for f in told if "'breathwork'" in f.problem]


def test_too_few_ways_to_say_a_line(broken: Break) -> None:
    told = broken("lines/bedtime.yaml", '    - "Gone. You know what fits you."\n', "")
    assert told == []  # three are left
    told = broken("lines/bedtime.yaml", '    - "Then we\'ll drop it, no harm done."\n', "")
    assert [(f.key, f.problem) for f in told] == [("lines.affirm.dropped.1", "2 ways to say it, needs 3")]


def test_lines_that_may_have_fewer_variants(folder: Path) -> None:
    assert RULES.fewer["steps.item"] == 1
    assert not [f for f in check_pack(folder) if f.key.startswith("lines.steps.item")]


def test_a_line_that_nothing_says(broken: Break) -> None:
    (fault,) = broken(
        "lines/bedtime.yaml", "lines:\n", 'lines:\n  affirm.enough: ["So far so good.", "Well.", "Now."]\n'
    )
    assert (fault.key, fault.problem) == ("lines.affirm.enough.1", "nothing says the line 'affirm.enough'")


def test_a_line_that_is_said_where_it_is_there(folder: Path) -> None:
    text = (folder / "lines" / "system.yaml").read_text(encoding="utf-8")
    assert "what.home" in text
    assert not [f for f in check_pack(folder) if "what.home" in f.key]


def test_a_talk_that_nothing_begins(broken: Break) -> None:
    told = broken("talks.yaml", "- id: reflect\n", "- id: reflections\n")
    assert {f.problem for f in told} == {"nothing begins the talk 'reflections'", "this talk is missing"}


def test_rules_that_are_not_there_and_rules_that_are_not_used(folder: Path) -> None:
    text = 'rules:\n  zz_one: "now"\n  zz_two: "then"\nintents:\n  breathe: ["zz <zz_one>", "zz <zz_none>"]\n'
    (folder / "intents" / "zz.yaml").write_text(text, encoding="utf-8")
    told = {(f.problem, f.advice) for f in check_pack(folder) if "zz" in f.problem}
    assert told == {("there is no rule <zz_none>", False), ("nothing uses the rule <zz_two>", True)}


def test_a_breath_that_is_too_fast(broken: Break) -> None:
    assert broken("breathing.yaml", "seconds: 5", "seconds: 4") == []
    told = broken("breathing.yaml", "        seconds: 5\n", "        seconds: 1.5\n")
    assert [f.problem for f in told] == ["a breath of 5.5 s is too fast to be safe (at least 6 s)"]


def test_a_file_with_a_wrong_name(folder: Path) -> None:
    (folder / "affirmation.yaml").write_text("themes: {}\n", encoding="utf-8")
    (fault,) = [f for f in check_pack(folder) if f.file.endswith("affirmation.yaml")]
    assert fault.problem == "nothing reads a file of this name"


def test_a_pack_without_rules_of_the_ear_is_told_so(folder: Path) -> None:
    (folder / "ear.yaml").unlink()
    (told,) = [f for f in check_pack(folder) if f.file.endswith("ear.yaml")]
    assert told.advice and "absolutes" in told.problem


def test_rules_of_the_ear_that_cannot_be_read(broken: Break) -> None:
    told = broken("ear.yaml", "say: [just]", 'say: ["(just"]')
    assert "the brackets of '(just' do not close" in {f.problem for f in told}


def test_there_are_enough_lines_and_all_are_distinct() -> None:
    found = report(ENGLISH)
    assert found.spoken == found.distinct >= 900
    assert f"{found.spoken} spoken lines, all distinct" in found.summary(ENGLISH)


def test_a_line_twice_is_counted(folder: Path) -> None:
    path = folder / "lines" / "system.yaml"
    path.write_text(path.read_text(encoding="utf-8").replace('"Okay. I\'m here."', '"That\'s fine!"'), encoding="utf-8")
    found = report(folder)
    assert found.distinct == found.spoken - 1


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
        "Time heals it all.",
        "It's their loss.",
        "You've got depression.",
        "At least you know now.",
        "Breathe a little deeper.",
        "That sets a boundary.",
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
    assert len(list(ear.faults(text, RULES))) == 1


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
        "It was a loss, and you know it now.",
        "The water is deep. Breathe in, and out.",
        "You have a good reason to be low.",
    ],
)
def test_what_may_be_said(text: str) -> None:
    assert list(ear.faults(text, RULES)) == []


def test_grade_of_text() -> None:
    assert RULES.reading is not None
    easy = ["The dog sat on the mat. The cat sat on the dog. They had a nap."] * 2
    hard = ["Considerable deliberation notwithstanding, communication deteriorated dramatically afterwards."] * 5
    assert (ear.grade(easy, RULES.reading) or 0) < 2
    assert (ear.grade(hard, RULES.reading) or 0) > 12
    assert ear.grade(["Okay."], RULES.reading) is None


def test_a_long_word_in_a_short_line_is_no_hard_text(broken: Break) -> None:
    assert broken("lines/system.yaml", "This is the softest I have.", "Unfortunately impossible.") == []


def test_the_command_line(folder: Path, capsys: pytest.CaptureFixture[str]) -> None:
    (folder / "pack.yaml").write_text("language: en\n", encoding="utf-8")
    assert main(["content", "check", str(folder)]) == 1
    assert "pack.yaml:1: voice_language: this key is missing." in capsys.readouterr().out
