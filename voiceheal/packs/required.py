"""What the conversation counts on: a pack without one of these would fail in the middle of a session."""

from __future__ import annotations

from collections.abc import Mapping

_PLAIN = """
welcome.first welcome home stopped paused resumed
volume.up volume.down volume.max volume.min pace.slower pace.faster pace.limit
status.idle status.checkin length.minute length.cycle length.nearly
help help.session repeat.nothing next.none back.none not_understood.first not_understood.again out_of_scope
what.breathe what.affirm what.bedtime what.check_in what.steps what.step what.why_it_hurts what.stages what.reframe
what.reflect what.values what.reach_out what.journal what.progress what.closing what.stop what.pause what.goodbye
what.sleep_timer goodbye goodbye.night sleep_timer.over yes.nothing no.nothing forget.nothing progress.nothing
mood.ask add_affirmation.kept add_affirmation.ask feeling.unasked
device.microphone_lost device.back voice.lost doctor.sentence
checkin.open checkin.more checkin.silence checkin.ask_feeling checkin.fits checkin.not_fit checkin.unknown
checkin.which checkin.declined checkin.after checkin.after_better checkin.after_same checkin.after_worse
checkin.closing
breathe.safety breathe.end breathe.dizzy breathe.again
bedtime.stop affirm.begin affirm.end affirm.fits affirm.dropped
steps.intro steps.which step.done step.skipped step.unknown stages.intro stages.which stages.done
talk.skipped talk.done talk.why journal.note
safety.risk.hear safety.risk.ask safety.risk.again safety.risk.yes safety.risk.no safety.risk.unclear
safety.software safety.taken_back safety.soft safety.soft.danger safety.soft.thanks safety.options
safety.options.more safety.trusted safety.professional safety.plan safety.plan.thanks safety.means
safety.emergency.unknown safety.emergency.short safety.now.hear safety.now.people safety.now.other safety.now.call
safety.now.calling
safety.now.cannot safety.friend.ask safety.friend.help
safety.grounding.1 safety.grounding.2 safety.grounding.3 safety.grounding.4 safety.grounding.5
safety.stay safety.listen safety.near safety.back safety.danger.ask safety.danger.safe safety.danger.unsafe
safety.danger.silent safety.danger.more safety.help_menu
first.hello first.region first.region.unknown first.region.silent first.open
"""
_WITH_SLOTS = """
welcome.named name
volume.set percent
status.breathe left
status.bedtime left
status.affirm left
status.talk title
length.minutes n
length.cycles n
confirm what
sleep_timer.set length
mood.low rating
mood.middle rating
mood.high rating
checkin.reflect feeling
checkin.corrected feeling
checkin.either first second
checkin.both first second
checkin.offer2 first second
checkin.offer3 first second third
breathe.begin name length
breathe.capped n
bedtime.begin length
steps.item number title
step.intro number title
step.next title
stages.item name
safety.helpline line
safety.helpline.guess place line
safety.number number
safety.contact name phone
safety.contact.more name phone
safety.emergency number
safety.emergency.guess place number
safety.danger.brief number
first.region.known place
"""

# Line id -> the slots that are filled in when it is said.
LINES: Mapping[str, frozenset[str]] = {
    **{line: frozenset() for line in _PLAIN.split()},
    **{line: frozenset(slots) for line, *slots in (row.split() for row in _WITH_SLOTS.strip().splitlines())},
}
# Guided talks that an intent of the same name begins.
TALKS = ("why_it_hurts", "reframe", "reflect", "values", "reach_out", "journal", "closing")
