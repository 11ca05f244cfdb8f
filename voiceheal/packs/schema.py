"""The shape of a content pack: one model per kind of YAML file; unknown keys and wrong types are errors."""

from __future__ import annotations

from typing import Annotated, Literal

from pydantic import Field

from .base import StageId, Strict, Text, Variants
from .exercises import Part, Step, Steps, Talk, Talks
from .feeling_stages import Offer, Stage, Stages
from .listening import Listening

__all__ = [
    "Affirmations", "BreathPhase", "Breathing", "Example", "Examples", "Feelings", "IntentFile", "IntentTemplate",
    "Lines", "Listening", "Offer", "PackInfo", "Part", "Pattern", "Replies", "SafetyWords", "Stage", "StageId",
    "Stages", "Step", "Steps", "Strict", "Talk", "Talks", "Text", "Variants",
]  # fmt: skip
Phase = Literal["in", "hold", "out", "rest"]


class PackInfo(Strict):
    """pack.yaml: what the pack is."""

    language: Text
    name: Text
    version: Text
    voice_language: Text  # language tag asked of the speech engine, such as en-US


class Lines(Strict):
    """lines/*.yaml: everything said that belongs to no other file: id -> variants, all with the same {slots}."""

    lines: dict[Text, Variants] = {}


class BreathPhase(Strict):
    """A part of one breath."""

    phase: Phase
    seconds: float = Field(gt=0, le=20)
    words: Variants  # what is said when it begins, one or two words


class Pattern(Strict):
    """A breathing pattern. `max_cycles` caps it whatever is asked for (source of the cap: docs/evidence)."""

    id: Text
    name: Text
    names: list[Text]  # other names it goes by when spoken
    intro: Variants
    phases: Annotated[list[BreathPhase], Field(min_length=2)]
    max_cycles: int | None = None
    default_cycles: int | None = None  # when set, cycles are the default measure instead of minutes


class Breathing(Strict):
    """breathing.yaml: the patterns; the default one comes first."""

    patterns: Annotated[list[Pattern], Field(min_length=1)]
    dizzy: Variants  # said by a person who should breathe normally now; found anywhere in what they say


class Affirmations(Strict):
    """affirmations.yaml: theme -> lines; `bedtime` lists what is spoken at night.

    names: of a theme that is not a built-in one: how a person asks for it.
    """

    themes: dict[Text, Variants]
    names: dict[Text, Variants] = {}
    bedtime: Variants


class IntentFile(Strict):
    """intents/*.yaml: templates in hassil's notation: [optional], (a|b), {slot}, <rule>.

    intents: must be the whole utterance. within: may be a part of a longer one. examples: what people say for an
    intent without a fixed form; the nearest one decides. words: word lists the matcher needs (fillers, wrappers).
    plain: the most usual commands; all of their forms are in the recogniser's grammar, of the others only a sample.
    """

    rules: dict[Text, Text] = {}
    lists: dict[Text, dict[Text, list[Text]]] = {}  # list -> value -> the ways it is said
    intents: dict[Text, list[Text | IntentTemplate]] = {}
    within: dict[Text, list[Text | IntentTemplate]] = {}
    examples: dict[Text, Variants] = {}
    words: dict[Text, Variants] = {}
    plain: list[Text] = []


class IntentTemplate(Strict):
    """Templates that fix slots: `say` any of these, and the slots are as given."""

    say: Variants
    slots: dict[str, str | int | float]


class Example(Strict):
    """Something a person said, with the slots in it."""

    text: Text
    slots: dict[str, str | int | float]


class Examples(Strict):
    """examples/*.yaml: what one author (with some personas) would say; the weights of understanding come from it.

    intents: said out of the blue. feelings: by the strongest stage, `happened` tells an event without a feeling.
    safety: risk, danger, and lookalikes that are neither.
    """

    author: Text
    weight: float = Field(default=1.0, gt=0, le=10)  # how much a sentence of this file counts in training
    intents: dict[Text, list[Text | Example]] = {}
    feelings: dict[StageId | Literal["happened"], list[Text]] = {}
    safety: dict[Literal["risk", "danger", "lookalikes"], list[Text]] = {}


class Feelings(Strict):
    """feelings.yaml: what people say, by stage, with weights (1 hint, 2 clear, 3 unmistakable).

    Entries are templates as in `SafetyWords`. `spellings`: as heard -> as the templates write it. `negations`: words
    that turn the phrase after them round; `negation_ends` stop that ("not only", "can not stop"). `turns`: what follows
    them counts more ("but now"). `intensifiers` make a feeling stronger.
    """

    rules: dict[Text, Text] = {}
    spellings: dict[Text, Text] = {}
    negations: list[Text] = []
    negation_ends: list[Text] = []
    turns: list[Text] = []
    intensifiers: list[Text] = []
    stages: dict[StageId, dict[Literal["hint", "clear", "sure"], Variants]]
    happened: Variants  # tells what happened without naming a feeling


class SafetyWords(Strict):
    """safety.yaml: what is said when someone may be at risk (`risk`), in danger from others or now (`danger`).

    Entries are templates in the notation of the intents, found anywhere in the sentence; `_` is any one word, `__` up
    to three. What touches one of the `lookalikes` is no alarm, unless it says more around it. `spellings`: as heard ->
    as the templates write it.
    """

    rules: dict[Text, Text] = {}
    spellings: dict[Text, Text] = {}
    risk: Variants
    danger: Variants
    lookalikes: Variants


class Replies(Strict):
    """replies.yaml: short answers that a session understands itself, found anywhere in what is said.

    ordinals: for each place in a list, the ways to choose it. better / same / worse: how it is afterwards.
    both: both feelings. unsure: does not know. nothing: wants none of what was offered.
    unfinished: words that nobody ends a sentence on; after them the ears wait longer.
    interrupting: what is listened for while VoiceHeal speaks; few and short, so that they are heard through its voice.
    When someone may not be safe -
    grounding / trusted / professional / own_way / helpline / company: which kind of help.
    how_to_use: wants to know how VoiceHeal works, when "I need help" might have meant that.
    safe_now: nothing is wrong. misunderstood: it was never meant so. taken_back: it was said, and is taken back.
    denial: says that they will live, in words that sound like the opposite; not with `however` in it.
    perhaps: half a yes.
    for_a_friend: it is about another person. attempt: something is under way. hurt_by: someone does it to them.
    someone_else: anybody else is in it. lives_in: stands before the country that somebody lives in.
    Those that a pack may leave out -
    go_on: on with the steps, not the list of them. finished: nothing more to say. walk / distract: which of the two.
    wait_more / wait_less: asks us to wait longer for the end of an answer, or less long; templates, all that is said.
    list_closing / list_common: the ears wait longer in a list ("no job no money"); closed by the first ("and"); the
    second come again in any sentence ("the", "i"), so that two parts which begin with one are no list.
    done / not_done: whether they did what they meant to. anew: make it once more. digits: the ways to say 0 to 9;
    double: before a digit that comes twice. not_it: what was said back is wrong, without a better word.
    """

    ordinals: Annotated[list[Variants], Field(min_length=3)]
    better: Variants
    same: Variants
    worse: Variants
    both: Variants
    unsure: Variants
    nothing: Variants
    unfinished: Variants
    interrupting: Variants
    grounding: Variants
    trusted: Variants
    professional: Variants
    own_way: Variants
    helpline: Variants
    company: Variants
    how_to_use: Variants
    safe_now: Variants
    misunderstood: Variants
    taken_back: Variants
    denial: Variants
    perhaps: Variants
    however: Variants
    for_a_friend: Variants
    attempt: Variants
    hurt_by: Variants
    someone_else: Variants
    lives_in: Variants
    wait_more: list[Text] = []
    wait_less: list[Text] = []
    list_closing: list[Text] = []
    list_common: list[Text] = []
    go_on: list[Text] = []
    finished: list[Text] = []
    walk: list[Text] = []
    distract: list[Text] = []
    done: list[Text] = []
    not_done: list[Text] = []
    anew: list[Text] = []
    digits: list[Variants] = []
    double: list[Text] = []
    not_it: list[Text] = []


IntentFile.model_rebuild()
