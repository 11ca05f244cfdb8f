"""Puts the ears together: recognisers on the real model, the rules of turns, what is ours and what is the person's."""

from __future__ import annotations

from typing import TYPE_CHECKING

from .understanding.doubt import Doubter
from .understanding.heard import TwoEars

if TYPE_CHECKING:
    from .app import App
    from .core.events import Utterance
    from .hearing.barge_in import HearsUs
    from .hearing.ears import Ears


def build_ears(app: App, gate: HearsUs | None = None) -> Ears:
    """Ears on the real model. `gate` knows whether the microphone hears our own loudspeaker; None = it cannot.

    Raises:
        ModelError: the speech model is missing or not whole.
    """
    from .hearing.again import SecondListening
    from .hearing.barge_in import BargeIn, leftover
    from .hearing.ears import Ears
    from .hearing.gain import SlowGain
    from .hearing.lists import ListRule
    from .hearing.model import find_model, load_model
    from .hearing.recogniser import GrammarRecogniser, VoskRecogniser
    from .hearing.turns import TurnRule
    from .hearing.vad import FreshVad, SileroVad

    model = load_model(find_model(app.settings.language, app.settings.model), app.settings.language)
    judge = BargeIn()
    words = app.pack.replies
    lists = ListRule(frozenset(words.list_closing), frozenset(words.list_common))

    def keep(said: Utterance, line: str, likeness: float) -> bool:
        meaning = app.engine.understand(said.text, said.alternatives)
        return judge.judge(
            said.text,
            line,
            meaning.intent,
            gate is not None and gate.echo,
            by_grammar=said.text == said.command,
            confidence=said.confidence,
            likeness=likeness,
            transcript=said.alternatives[0] if said.text == said.command and said.alternatives else said.text,
            urgent=meaning.safety is not None,  # our own question about it must not raise the alarm again
        )

    def ours(heard: str, line: str, *least: int) -> bool:
        return gate is not None and gate.echo and leftover(heard, line, *least)

    return Ears(
        recogniser=VoskRecogniser(model),
        commands=GrammarRecogniser(model, app.engine.phrases, tuple(words.interrupting), mend=app.engine.mend),
        vad=FreshVad(SileroVad()),
        completeness=app.engine.completeness,
        turns=TurnRule(unfinished=frozenset(words.unfinished), lists=lists if words.list_common else None),
        keep=keep if gate is not None else None,
        leftover=ours,
        again=SecondListening(Doubter(TwoEars(app.engine)), app.engine.completeness),
        gain=SlowGain(),
    )
