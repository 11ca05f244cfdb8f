"""The shape of exercises and stages: parts that branch and keep answers, and words for a certain kind of loss."""

from __future__ import annotations

import shutil
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from pydantic import ValidationError

from voiceheal.errors import ContentError
from voiceheal.packs.check import check_pack
from voiceheal.packs.exercises import Talk, part_lines
from voiceheal.packs.feeling_stages import Stage
from voiceheal.packs.loader import load_pack

ENGLISH = Path(__file__).resolve().parents[2] / "content" / "en"
ASK = {"ask": ["How do you sleep?"], "keep": "sleep"}


def talk(*parts: dict[str, Any]) -> Talk:
    return Talk.model_validate({"id": "t", "title": "a talk", "parts": list(parts)})


def test_everything_a_part_says_has_a_line_id() -> None:
    parts = talk(
        {
            "id": "night", "ask": ["How do you sleep?"], "thanks": ["I see."], "why": ["It tells a lot."],
            "branches": [{"words": ["badly"], "say": ["Sorry."]}, {"stages": ["anger"], "goto": "end"}],
        },
        {"wait": 60, "midway": ["Half of it."]},
    ).parts  # fmt: skip
    assert [line for line, _ in part_lines("t", parts)] == [
        "t.night", "t.night.thanks", "t.night.why", "t.night.branch.1", "t.2.midway",
    ]  # fmt: skip


def test_an_answer_may_be_used_and_asked_for_later() -> None:
    parts = talk(ASK, {"say": ["You said {sleep}."]}, {"say": ["Nothing said."], "when": ["not sleep"]}).parts
    assert parts[1].needs() == {"sleep"}
    assert parts[2].needs() == frozenset()


@pytest.mark.parametrize(
    ("parts", "problem"),
    [
        ([{"say": ["You said {sleep}."]}], "nothing keeps an answer as 'sleep'"),
        ([{"say": ["A."], "when": ["not sleep"]}], "nothing keeps an answer as 'sleep'"),
        ([{"say": ["A."], "goto": "nowhere"}], "there is no part 'nowhere'"),
        ([{**ASK, "branches": [{"words": ["bad"], "goto": "x"}]}], "there is no part 'x'"),
        ([{"say": ["A."], "id": "a"}, {"say": ["B."], "id": "a"}], "the part id 'a' comes twice"),
        ([{"say": ["A."], "id": "3"}], "a word of its own"),
        ([{"say": ["A."], "keep": "a"}], "keep goes with ask"),
        ([{"say": ["A."], "midway": ["B."]}], "midway goes with wait"),
        ([{"ask": ["A?"], "keep": "name"}], "known already"),
        ([{"ask": ["A?"], "branches": [{"say": ["B."]}]}], "needs words, stages or topics"),
        ([{"ask": ["A?"], "branches": [{"words": ["b"]}]}], "needs say, goto or means"),
        ([ASK, {"ask": ["Keep it?"], "saves": {"kind": "journal", "names": ["sleep"]}}], "for yes or no"),
        ([{"ask": ["Keep?"], "yes": ["Ok."], "saves": {"kind": "journal", "names": ["x"]}}], "an answer as 'x'"),
        ([{"say": ["A."], "visits": [4]}], "less than or equal to 3"),
        ([{"say": ["A."], "ask": ["B?"]}], "exactly one of"),
    ],
)  # fmt: skip
def test_what_does_not_fit_together_is_named(parts: list[dict[str, Any]], problem: str) -> None:
    with pytest.raises(ValidationError, match=problem):
        talk(*parts)


def stage(**changed: Any) -> dict[str, Any]:
    offers = [{"intent": "breathe", "spoken": f"way {n}"} for n in range(4)]
    plain = {"reflections": [f"r{n}" for n in range(8)], "explanations": [f"e{n}" for n in range(4)], "offers": offers}
    return {"id": "anger", "name": "anger", **plain, **changed}


def test_words_for_a_certain_loss_stand_beside_the_general_ones() -> None:
    tagged = {"topics": ["job", "school"], "say": ["They read your papers.", "They never wrote back."]}
    made = Stage.model_validate(stage(reflections=[*stage()["reflections"], tagged]))
    lines = dict(made.lines())
    assert lines["stage.anger.reflection"] == [f"r{n}" for n in range(8)]
    assert lines["stage.anger.reflection.job"] == lines["stage.anger.reflection.school"] == tagged["say"]
    assert "stage.anger.explanation.job" not in lines


@pytest.mark.parametrize(
    ("changed", "problem"),
    [
        ({"reflections": ["r"] * 7}, "at least 8"),
        ({"reflections": ["r"] * 7 + [{"topics": ["job"], "say": ["s"]}]}, "at least 8"),
        ({"explanations": ["e"] * 3}, "at least 4"),
        ({"offers": stage()["offers"][:3]}, "at least 4"),
        ({"offers": [{**o, "topics": ["job"]} for o in stage()["offers"]]}, "3 of them for any loss"),
        ({"explanations": ["e"] * 4 + [{"topics": ["sport"], "say": ["s"]}]}, "topics"),
    ],
)  # fmt: skip
def test_a_stage_has_enough_words_for_anybody(changed: dict[str, Any], problem: str) -> None:
    with pytest.raises(ValidationError, match=problem):
        Stage.model_validate(stage(**changed))


# ---- in a pack -------------------------------------------------------------------------------------------------------
@pytest.fixture
def edit(tmp_path: Path) -> Callable[[str, str, str], Path]:
    folder = Path(shutil.copytree(ENGLISH, tmp_path / "en"))

    def swap(name: str, old: str, new: str) -> Path:
        path = folder / name
        text = path.read_text(encoding="utf-8")
        assert old in text
        path.write_text(text.replace(old, new, 1), encoding="utf-8")
        return folder

    return swap


def test_a_tagged_reflection_is_loaded_and_checked(edit: Callable[[str, str, str], Path]) -> None:
    new = '    reflections:\n      - topics: [online]\n        say: ["That screen has gone completely dark."]\n'
    folder = edit("stages.yaml", "    reflections:\n", new)
    assert "That screen has gone completely dark." in load_pack(folder).lines["stage.denial.reflection.online"]
    assert any("'completely'" in f.problem and "say" in f.key for f in check_pack(folder))


def test_a_pack_without_listening_is_a_pack(edit: Callable[[str, str, str], Path]) -> None:
    folder = edit("pack.yaml", "version:", "version:")
    (folder / "listening.yaml").unlink(missing_ok=True)
    assert load_pack(folder).listening.topics == {}


def test_an_unknown_key_of_listening_is_named(edit: Callable[[str, str, str], Path]) -> None:
    folder = edit("pack.yaml", "version:", "version:")
    (folder / "listening.yaml").write_text("topics: {sport: [ball]}\n", encoding="utf-8")
    with pytest.raises(ContentError, match="listening.yaml"):
        load_pack(folder)
    assert any(f.file.endswith("listening.yaml") for f in check_pack(folder))
