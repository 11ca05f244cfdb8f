"""What the conversation counts on: a pack without one of these would fail in the middle of a session."""

from __future__ import annotations

from collections.abc import Mapping

from ..core.meaning import INTENTS, PATTERNS

_PLAIN = """
welcome.first welcome home stopped paused paused.still resumed left.there
volume.up volume.down volume.max volume.min pace.slower pace.faster pace.limit
patience.more patience.less patience.most patience.least
status.idle status.checkin length.minute length.cycle length.nearly
help help.session repeat.nothing next.none back.none not_understood.first not_understood.again out_of_scope
what.breathe what.affirm what.bedtime what.check_in what.steps what.step what.why_it_hurts what.stages what.reframe
what.reflect what.values what.reach_out what.journal what.progress what.closing what.stop what.pause what.goodbye
what.sleep_timer goodbye goodbye.night sleep_timer.over yes.nothing no.nothing
what.forget.all forget.nothing forget.off forget.last forget.all record.failed record.broken
progress.nothing progress.off progress.today progress.step progress.breathe progress.better progress.ask progress.thanks
progress.end return.hello return.done return.not_done return.heard return.silent return.open
when.today when.yesterday when.day.0 when.day.1 when.day.2 when.day.3 when.day.4 when.day.5 when.day.6 when.ago.week
span.week not_me.nothing why.nothing call_me.ask say_name.ask address.i address.you address.name address.ask
address.no_name contact.who contact.no_number contact.none contact.enough region.ask
plan.there plan.none plan.later plan.begin plan.begin.now plan.1 plan.2 plan.3 plan.4 plan.5 plan.6 plan.taken
plan.skipped plan.read plan.end plan.why safety.plan.own status.plan status.back status.journal
journal.begin journal.frame journal.note journal.open journal.more journal.time journal.loop journal.loop.offer
journal.loop.no journal.walk journal.walk.half journal.walk.end journal.distract.1 journal.distract.2
journal.distract.3 journal.distract.end journal.kind journal.kind.thanks journal.kind.silence journal.keep
journal.kept journal.gone journal.empty journal.end journal.why checkin.number
mood.ask add_affirmation.kept add_affirmation.kept.now add_affirmation.ask feeling.unasked
device.microphone_lost device.back voice.lost doctor.sentence
checkin.open checkin.more checkin.silence checkin.ask_feeling checkin.fits checkin.not_fit checkin.unknown
checkin.which checkin.declined checkin.after checkin.after_better checkin.after_same checkin.after_worse
checkin.closing
breathe.safety breathe.end breathe.dizzy breathe.again
bedtime.stop affirm.begin affirm.end affirm.fits affirm.dropped
steps.intro steps.which step.done step.skipped step.unknown stages.intro stages.which stages.done
talk.skipped talk.done talk.why
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
checkin.open.last when feeling
checkin.gist gist
checkin.number.thanks rating
checkin.offer3.why first second third reason
checkin.offer2.why first second reason
when.weekday day
when.ago.days n
when.ago.weeks n
when.ago.months n
span.days n
span.weeks n
span.months n
return.named name
return.later when what
progress.since span
progress.feeling feeling
progress.feelings first last
progress.steps n
progress.value when text
progress.thought when text
call_me.done name
say_name.done name
contact.phone name
contact.right name phone
contact.kept name
contact.kept.now name
plan.read.1 text
plan.read.2 text
plan.read.3 text
plan.read.4 text
plan.read.5 text
plan.read.6 text
steps.left title
step.resume title
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
safety.contact.name name
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
# Lines that are said where a pack has them.
WHERE_THERE = frozenset(
    {"first.memory", *(f"what.{intent}" for intent in INTENTS), *(f"what.breathe.{pattern}" for pattern in PATTERNS)}
)
# Guided talks that an intent of the same name begins.
TALKS = ("why_it_hurts", "reframe", "reflect", "values", "reach_out", "closing")
