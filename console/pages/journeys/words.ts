import type { Activity, ActivityKind, SimpleCondition, WaitTime } from '../../../server/model/journey.ts'
import { cutId } from '../../format.ts'
import { dimensionWords, eventWords } from '../../parts/dimensions.ts'
import { durationWords } from '../../parts/durations.ts'
import { clockTime } from '../../time.ts'
import { kindOf } from './graph.ts'

const icons: Record<ActivityKind, string> = {
  EMAIL: 'mail',
  SMS: 'message-square',
  PUSH: 'bell',
  CUSTOM: 'plug',
  Wait: 'hourglass',
  ConditionalSplit: 'git-branch',
  MultiCondition: 'git-branch',
  RandomSplit: 'shuffle',
  Holdout: 'hand',
  ContactCenter: 'phone',
}

/** The icon of an activity. */
export function iconOf(activity: Activity): string {
  const kind = kindOf(activity)
  return kind === undefined ? 'circle-question-mark' : icons[kind]
}

/** What an activity does, in a line. */
export function activityWords(activity: Activity): string {
  const { ConditionalSplit, CUSTOM, Holdout, MultiCondition, Wait } = activity
  const kind = kindOf(activity)
  switch (kind) {
    case 'EMAIL':
    case 'SMS':
    case 'PUSH': {
      const { TemplateName, TemplateVersion } = activity[kind]!
      const name = { EMAIL: 'E-mail', SMS: 'SMS', PUSH: 'Push' }[kind]
      if (!TemplateName) return `${name} without a template`
      return `${name} “${TemplateName}”${TemplateVersion ? `, version ${TemplateVersion}` : ''}`
    }
    case 'CUSTOM':
      return `Call ${CUSTOM!.DeliveryUri || 'a custom channel'}`
    case 'Wait':
      return `Wait ${waitWords(Wait!.WaitTime)}`
    case 'ConditionalSplit': {
      const conditions = ConditionalSplit!.Condition?.Conditions ?? []
      const join = ConditionalSplit!.Condition?.Operator === 'ANY' ? ' or ' : ' and '
      return `If ${conditions.map(conditionWords).join(join) || 'nothing is asked'}`
    }
    case 'MultiCondition':
      return `Choose among ${MultiCondition!.Branches?.length ?? 0} conditions`
    case 'RandomSplit':
      return 'Split at random'
    case 'Holdout':
      return `Hold out ${Holdout!.Percentage} %`
    case 'ContactCenter':
      return 'Contact center'
    case undefined:
      return 'Does nothing yet'
  }
}

/** How long a wait is: `for 1 day`, `until 5 Mar 2027, 12:30:00`. */
export function waitWords({ WaitFor, WaitUntil }: WaitTime = {}): string {
  if (WaitFor) return `for ${durationWords(WaitFor)}`
  if (!WaitUntil) return 'for no time'
  const at = Date.parse(WaitUntil)
  return `until ${Number.isNaN(at) ? WaitUntil : clockTime(at)}`
}

/** A condition of a split. All that it says must be met. */
export function conditionWords({
  EventCondition,
  SegmentCondition,
  segmentDimensions,
}: SimpleCondition): string {
  const words: string[] = []
  if (EventCondition) {
    const { Dimensions = {}, MessageActivity } = EventCondition
    words.push(eventWords(Dimensions) + (MessageActivity ? ` of the message of “${MessageActivity}”` : ''))
  }
  if (SegmentCondition) words.push(`in segment ${cutId(SegmentCondition.SegmentId)}`)
  if (segmentDimensions) words.push(...dimensionWords(segmentDimensions))
  return words.join(' and ') || 'always'
}
