import operations from '../../../fixtures/operations.json' with { type: 'json' }
import { deliveryStatuses, exceptions } from '../../api/values.ts'
import { jobTypes } from '../../parts/jobs.tsx'

/** A member of a fault rule, as a field of the form. */
export interface RuleField {
  /** Its path in the rule: `job.s3Url` is `s3Url` of `job`. */
  member: string
  label: string
  hint?: string
  /** The values that it may have; `suggested`, those that are offered beside any other. */
  options?: readonly string[]
  suggested?: readonly string[]
  isNumber?: boolean
}

/** A kind of fault rules: what it makes fail, and the members that it may have. */
export interface RuleKind {
  name: string
  title: string
  /** The member that makes a rule one of this kind, even if nothing in it is given. */
  selector?: 'job' | 'message'
  fields: RuleField[]
}

const anyText = '* stands for any text.'

const howOften: RuleField[] = [
  { member: 'times', label: 'How many times', isNumber: true, hint: 'Always, if empty.' },
  { member: 'probability', label: 'Probability', isNumber: true, hint: 'From 0 to 1.' },
]

const jobStates = [
  ...['CREATED', 'PENDING_JOB', 'PREPARING_FOR_INITIALIZATION', 'INITIALIZING', 'PROCESSING', 'COMPLETING'],
]

/** The three kinds of rules; see docs/fault-injection.md. */
export const ruleKinds: RuleKind[] = [
  {
    name: 'call',
    title: 'Calls',
    fields: [
      {
        member: 'operation',
        label: 'Operation',
        suggested: operations.map(({ name }) => name),
        hint: `All, if empty. ${anyText}`,
      },
      { member: 'error', label: 'Exception', options: exceptions },
      { member: 'message', label: 'Its message' },
      { member: 'latencyMs', label: 'Wait before, ms', isNumber: true },
      ...howOften,
    ],
  },
  {
    name: 'job',
    title: 'Jobs',
    selector: 'job',
    fields: [
      { member: 'job.type', label: 'Type', options: jobTypes },
      { member: 'job.s3Url', label: 'S3 URL', hint: anyText },
      { member: 'job.applicationId', label: 'Application id' },
      { member: 'job.id', label: 'Job id' },
      { member: 'job.format', label: 'Format', options: ['CSV', 'JSON'] },
      { member: 'failAt', label: 'Fails in', options: jobStates },
      { member: 'hangAt', label: 'Hangs in', options: [...jobStates, 'FAILING'] },
      { member: 'failPieces', label: 'Pieces that fail', isNumber: true },
      {
        member: 'reason',
        label: 'Reason of the job or its pieces',
        hint: 'What Failures says, for a job or for pieces that fail.',
      },
      {
        member: 'failRecords.every',
        label: 'Every so many records fail',
        isNumber: true,
        hint: 'With 10, records 10, 20, 30 and so on; imports only.',
      },
      { member: 'failRecords.reason', label: 'Reason of the records' },
      ...howOften,
    ],
  },
  {
    name: 'message',
    title: 'Messages',
    selector: 'message',
    fields: [
      {
        member: 'message.channel',
        label: 'Channel',
        suggested: ['EMAIL', 'SMS', 'VOICE', 'GCM', 'APNS*', 'ADM', 'BAIDU', 'CUSTOM'],
        hint: anyText,
      },
      { member: 'message.address', label: 'Address', hint: anyText },
      { member: 'message.endpoint', label: 'Endpoint id', hint: anyText },
      { member: 'message.user', label: 'User id', hint: anyText },
      { member: 'message.app', label: 'Application id', hint: anyText },
      {
        member: 'status',
        label: 'Status',
        options: deliveryStatuses.filter(status => status !== 'SUCCESSFUL'),
      },
      { member: 'statusCode', label: 'Status code', isNumber: true, hint: 'One that suits, if empty.' },
      { member: 'statusMessage', label: 'Status message' },
      ...howOften,
    ],
  },
]

/**
 * Makes a rule of what was typed, by the paths of the members. What is empty or blank is left out; what
 * should be a number and is none stays a text, so that the emulator's refusal quotes it.
 */
export function toRule(
  { selector, fields }: RuleKind,
  typed: Record<string, string>,
): Record<string, unknown> {
  const rule: Record<string, unknown> = selector === undefined ? {} : { [selector]: {} }
  for (const { member, isNumber } of fields) {
    const text = typed[member]?.trim()
    if (!text) continue
    const [first, second] = member.split('.') as [string, string?]
    const value = isNumber && Number.isFinite(Number(text)) ? Number(text) : text
    if (second === undefined) rule[first] = value
    else rule[first] = { ...(rule[first] as object), [second]: value }
  }
  return rule
}

/** Says in a line what a rule does. */
export function describeRule(rule: Record<string, unknown>): string {
  const parts = Object.entries(rule).filter(
    ([name]) => !['id', 'times', 'timesLeft', 'probability'].includes(name),
  )
  return parts
    .map(([name, value]) => `${name} ${typeof value === 'object' ? JSON.stringify(value) : value}`)
    .join(', ')
}
