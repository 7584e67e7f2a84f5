import { setTimeout } from 'node:timers/promises'
import type { FastifyInstance } from 'fastify'
import type { Fault } from '../model/fault.ts'
import { matchesWildcard } from '../model/wildcard.ts'
import { PinpointException } from './errors/exceptions.ts'
import { operationOf } from './routes.ts'

/** Milliseconds after which it is looked whether a rule that holds a call is still there. */
const lookAgainAfter = 250

/**
 * Lets calls fail or take long as rules say, in the order in which they were added: each that matchesWildcard has its latency, and
 * the first one with an error ends the call. A caller that leaves ends the wait, as does the end of the emulator.
 *
 * @param ofCalls the rules there are
 * @param isThere whether a rule has not been removed: its latency ends with it
 * @param use takes one of a rule's times; gives whether there was one left
 */
export function injectFaults(
  app: FastifyInstance,
  {
    ofCalls,
    isThere,
    use,
  }: { ofCalls: () => Fault[]; isThere: (id: string) => boolean; use: (id: string) => Promise<boolean> },
): void {
  app.addHook('onRequest', async (request, reply) => {
    const called = operationOf(request)
    if (called === undefined) return
    const rules = ofCalls()
    if (rules.length === 0) return
    for (const { id, operation = '*', error, message, latencyMs, times, probability = 1 } of rules) {
      if (!matchesWildcard(operation, called) || Math.random() >= probability) continue
      if (times !== undefined && !(await use(id))) continue
      if (latencyMs !== undefined) {
        const signal = reply.untilGone()
        for (let left = latencyMs; left > 0 && isThere(id) && !signal.aborted; left -= lookAgainAfter) {
          await setTimeout(Math.min(left, lookAgainAfter), undefined, { signal }).catch(() => {})
        }
        if (!isThere(id)) continue
      }
      if (error !== undefined) throw new PinpointException(error, message ?? `the fault rule ${id} says so`)
    }
  })
}
