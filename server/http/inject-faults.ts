import { setTimeout } from 'node:timers/promises'
import type { FastifyInstance } from 'fastify'
import type { CallFault } from '../model/fault.ts'
import { matchesWildcard } from '../model/wildcard.ts'
import { PinpointException } from './errors/exceptions.ts'
import { operationOf } from './routes.ts'

/** Milliseconds between checks whether the rule that delays a call still exists. */
const checkInterval = 250

/**
 * Applies the fault rules for calls, in the order in which they were added: each matching rule
 * delays the call by its latency, and the first one with an error ends it. A delay ends early when
 * the client disconnects, the server closes or the rule is removed.
 *
 * @param ofCalls the rules for calls
 * @param isThere whether a rule still exists
 * @param use uses up one of a rule's times; gives whether one was left
 */
export function injectFaults(
  app: FastifyInstance,
  {
    ofCalls,
    isThere,
    use,
  }: { ofCalls: () => CallFault[]; isThere: (id: string) => boolean; use: (id: string) => Promise<boolean> },
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
        const signal = reply.disconnectSignal()
        for (let left = latencyMs; left > 0 && isThere(id) && !signal.aborted; left -= checkInterval) {
          await setTimeout(Math.min(left, checkInterval), undefined, { signal }).catch(() => {})
        }
        if (!isThere(id)) continue
      }
      if (error !== undefined) throw new PinpointException(error, message ?? `the fault rule ${id} says so`)
    }
  })
}
