"""The record in a conversation: failures are told once and kindly, forgetting is whole, nothing is kept unasked."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from tests.test_scenarios import Theatre, conversation_of, house_with_content
from voiceheal import app as house
from voiceheal.core.events import Started
from voiceheal.core.memory import Memory
from voiceheal.core.transient import TransientStore
from voiceheal.errors import StoreError
from voiceheal.settings import Settings


class Full(TransientStore):
    """A disk that is full."""

    def add(self, kind: str, text: str = "", data: Mapping[str, str] | None = None) -> int:
        raise StoreError("The disk is full.")


def begun(store: TransientStore, **scenario: Any) -> Theatre:
    made = Theatre(conversation_of(scenario, 1, store))
    made.take(Started())
    return made


def told(made: Theatre, *texts: str) -> list[str]:
    """Line ids that come of the last of these."""
    for text in texts:
        made.until_turn()
        made.says(text)
    made.until_turn()
    return [line for line, _ in made.heard.lines]


def test_what_could_not_be_kept_is_said_at_once() -> None:
    made = begun(Full(keeps=True))
    assert told(made, "add the affirmation i am allowed to rest") == ["record.failed"]


def test_a_session_that_could_not_be_noted_is_said_once() -> None:
    made = begun(Full(keeps=True))
    said = told(made, "why does it hurt so much")
    made.pass_time(300)
    said = [line for line, _ in made.heard.lines]
    assert said.count("record.failed") == 1
    assert "record.failed" not in told(made, "yes")


def test_a_record_that_cannot_be_opened_is_told_when_it_is_asked_for() -> None:
    app = house_with_content()
    conversation = house.build_conversation(
        house.App(Settings(region="US"), app.pack, app.engine), seed=1, memory=Memory(broken=True)
    )
    made = Theatre(conversation)
    made.take(Started())
    assert told(made, "how far have i come") == ["record.broken"]
    assert told(made, "forget everything") == ["record.broken"]


def test_forgetting_everything_forgets_people_and_name_too() -> None:
    store = TransientStore(keeps=True)
    made = begun(store, settings={"contacts": [{"name": "Ruth", "phone": "555 0100"}]})
    told(made, "my name is sam", "add a contact", "tom", "no", "forget everything", "yes")
    context = made.conversation.context
    assert context.name == "" and [c.name for c in context.contacts] == ["Ruth"]
    assert list(store.entries()) == [] and store.facts() == {}


def test_a_check_in_leaves_no_words() -> None:
    store = TransientStore(keeps=True)
    made = begun(store)
    told(made, "check in", "my wife left me on sunday and i feel so sad", "yes", "no")
    (entry,) = store.entries()
    assert entry.text == ""
    assert dict(entry.data) == {"name": "check_in", "outcome": "declined", "stage": "sadness"}


def test_what_did_good_before_is_offered_first() -> None:
    store = TransientStore(keeps=True)
    for _ in range(2):
        made = begun(store)
        told(made, "check in", "i feel so sad", "yes")
        asking = made.conversation._floor.base.asking
        assert asking is not None
        first = str(asking.slots["first"])
        store.later(1)
        data = {"name": "check_in", "outcome": "completed", "chose": "step 6", "after": "better"}
        store.add("session", data=data)
    assert first == next(
        o.spoken for o in house_with_content().pack.stages["sadness"].offers if o.slots.get("number") == 6
    )
