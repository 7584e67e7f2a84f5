import type { FastifyInstance } from 'fastify'
import { tooManyRequests } from './errors/exceptions.ts'
import { operationOf } from './routes.ts'

/** Milliseconds in which requests are counted together. */
const window = 1000

/**
 * Refuses the request that would be one too many within a second, for an account and an operation. Pinpoint's own
 * algorithm is not known; an exact sliding window is assumed. Refused requests do not count, nor do calls that are no
 * operation of Pinpoint: control calls, preflights, unknown routes.
 *
 * @param now the clock
 * @param rateOf how many requests per second an operation takes from an account
 */
export function limitRates(
  app: FastifyInstance,
  { now, rateOf }: { now: () => Date; rateOf: (operation: string) => number },
): void {
  /** When the requests of the last second were accepted, by account and operation. */
  const accepted = new Map<string, number[]>()
  let tidied = 0

  app.addHook('onRequest', async request => {
    const operation = operationOf(request)
    if (operation === undefined) return
    const time = now().getTime()
    // Accounts are whatever callers say that they are: those that are silent must not stay here for ever.
    if (!isRecent(tidied, time)) {
      for (const [key, times] of accepted) if (!isRecent(times.at(-1)!, time)) accepted.delete(key)
      tidied = time
    }

    const { accountId } = request.caller
    const key = `${accountId} ${operation}`
    const times = (accepted.get(key) ?? []).filter(earlier => isRecent(earlier, time))
    const rate = rateOf(operation)
    if (times.length >= rate) {
      throw tooManyRequests(
        `${operation} takes at most ${rate} requests per second from an account; ${accountId} has made them`,
      )
    }
    accepted.set(key, [...times, time])
  })
}

/** Whether a request is within the last second. One that lies ahead is not: the clock was set back since. */
const isRecent = (earlier: number, time: number): boolean => earlier > time - window && earlier <= time
