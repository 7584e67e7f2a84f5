import type { FastifyInstance } from 'fastify'
import { tooManyRequests } from './errors/exceptions.ts'
import { operationOf } from './routes.ts'

/** The window of the rate limit, in milliseconds. */
const window = 1000

/**
 * Limits the requests per second of each account to each operation. Pinpoint's algorithm is not
 * known; an exact sliding window is assumed. Refused requests do not count, nor do control calls,
 * preflights and unknown routes.
 *
 * @param now the clock
 * @param rateOf how many requests per second an account may make to an operation
 */
export function limitRates(
  app: FastifyInstance,
  { now, rateOf }: { now: () => Date; rateOf: (operation: string) => number },
): void {
  /** Times at which requests were accepted in the last second, by account and operation. */
  const accepted = new Map<string, number[]>()
  let tidied = 0

  app.addHook('onRequest', async request => {
    const operation = operationOf(request)
    if (operation === undefined) return
    const time = now().getTime()
    // Callers can name any account, so entries without recent requests are removed.
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
    times.push(time)
    accepted.set(key, times)
  })
}

/** Whether a time is within the last second. A time ahead is not: the clock was set back since. */
const isRecent = (earlier: number, time: number): boolean => earlier > time - window && earlier <= time
