import { badRequest } from '../http/errors/exceptions.ts'
import type { FaultRule } from '../model/fault.ts'
import { matchesWildcard } from '../model/wildcard.ts'

const callMembers = ['operation', 'error', 'message', 'latencyMs'] as const
const jobEffects = ['failAt', 'failPieces', 'failRecords', 'hangAt'] as const
const jobMembers = ['job', ...jobEffects, 'reason'] as const

/**
 * Checks which members of a rule go together, which the types cannot express.
 *
 * @param operations the names of Pinpoint's operations
 * @throws BadRequestException
 */
export function checkFault(rule: FaultRule, operations: ReadonlySet<string>): void {
  const given = <Name extends keyof FaultRule>(names: readonly Name[]) =>
    names.filter(name => rule[name] !== undefined)
  const [ofCall] = given(callMembers)
  const [ofJob] = given(jobMembers)
  if (ofCall !== undefined && ofJob !== undefined) {
    throw badRequest(
      `a rule is for calls (${callMembers.join(', ')}) or for jobs (${jobMembers.join(', ')}); got both ${ofCall} and ${ofJob}`,
    )
  }
  if (ofJob === undefined) checkCallFault(rule, operations)
  else checkJobFault(rule, given(jobEffects))
}

function checkCallFault(
  { operation, error, message, latencyMs }: FaultRule,
  operations: ReadonlySet<string>,
): void {
  if (error === undefined && latencyMs === undefined) {
    throw badRequest(
      `a rule must say what happens: error or latencyMs for calls; for jobs, job and ${jobEffects.join(' or ')}`,
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
