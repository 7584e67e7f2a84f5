import { badRequest } from '../http/errors/exceptions.ts'
import { ChannelType } from '../model/endpoint.ts'
import type { FaultRule } from '../model/fault.ts'
import { matchesWildcard } from '../model/wildcard.ts'

const callMembers = ['operation', 'error', 'message', 'latencyMs'] as const
const jobEffects = ['failAt', 'failPieces', 'failRecords', 'hangAt'] as const
const jobMembers = ['job', ...jobEffects, 'reason'] as const
const messageMembers = ['message', 'status', 'statusCode', 'statusMessage'] as const

/**
 * Checks which members of a rule go together, which the types cannot express.
 *
 * @param operations the names of Pinpoint's operations
 * @throws BadRequestException
 */
export function checkFault(rule: FaultRule, operations: ReadonlySet<string>): void {
  const given = <Name extends keyof FaultRule>(names: readonly Name[]) =>
    names.filter(name => rule[name] !== undefined)
  // The one member that two kinds of rules have: its type says which is meant.
  const isSelector = typeof rule.message === 'object'
  const [ofCall] = given(callMembers.filter(name => name !== 'message' || !isSelector))
  const [ofJob] = given(jobMembers)
  const [ofMessage] = given(messageMembers.filter(name => name !== 'message' || isSelector))
  const [first, second] = [ofCall, ofJob, ofMessage].filter(name => name !== undefined)
  if (second !== undefined) {
    throw badRequest(
      `a rule is for calls (${callMembers.join(', ')}), or for jobs (${jobMembers.join(', ')}), or for messages (${messageMembers.join(', ')}, where message selects them); got both ${first} and ${second}`,
    )
  }
  if (ofJob !== undefined) checkJobFault(rule, given(jobEffects))
  else if (ofMessage !== undefined) checkMessageFault(rule)
  else checkCallFault(rule, operations)
}

function checkCallFault(
  { operation, error, message, latencyMs }: FaultRule,
  operations: ReadonlySet<string>,
): void {
  if (error === undefined && latencyMs === undefined) {
    throw badRequest(
      `a rule must say what happens: error or latencyMs for calls; for jobs, job and ${jobEffects.join(' or ')}; for messages, message and status`,
    )
  }
  if (message !== undefined && error === undefined)
    throw badRequest('message needs the error whose message it is')
  const all = [...operations]
  if (operation !== undefined && !all.some(name => matchesWildcard(operation, name))) {
    throw badRequest(
      `operation must be an operation of Pinpoint, or a pattern that matches some (* matches any text); got ${JSON.stringify(operation)}; the operations are ${all.sort().join(', ')}`,
    )
  }
}

function checkJobFault({ job, failAt, failPieces, failRecords, reason }: FaultRule, effects: string[]): void {
  if (job === undefined) {
    throw badRequest('a rule for jobs needs job, which selects the jobs: {} selects all')
  }
  if (effects.length === 0) {
    throw badRequest(`a rule for jobs must say what happens: ${jobEffects.join(', ')}`)
  }
  if (reason !== undefined && failAt === undefined && failPieces === undefined) {
    throw badRequest(
      'reason needs the failAt or failPieces whose reason it is; failRecords has a reason of its own',
    )
  }
  if (job.type !== 'EXPORT') return
  if (failRecords !== undefined)
    throw badRequest('failRecords is for imports: no record of an export can fail')
  if (job.format !== undefined) throw badRequest('job.format is for imports: an export has no format')
}

function checkMessageFault({ message, status }: FaultRule): void {
  if (typeof message !== 'object') {
    throw badRequest('a rule for messages needs message, which selects the messages: {} selects all')
  }
  if (status === undefined) {
    throw badRequest('a rule for messages needs status, which the messages get instead of being sent')
  }
  const { channel } = message
  const channels: string[] = ChannelType.enum
  if (channel !== undefined && !channels.some(name => matchesWildcard(channel, name))) {
    throw badRequest(
      `message.channel must be a channel, or a pattern that matches some (* matches any text); got ${JSON.stringify(channel)}; the channels are ${channels.join(', ')}`,
    )
  }
}
