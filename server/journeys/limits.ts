import { preceding } from '../audience/count-sends.ts'
import type { EndpointSends, Sender, SendsKey } from '../store/audience/endpoint-sends.ts'
import type { Journey } from '../store/journeys/journeys.ts'

/**
 * Why an endpoint gets no more messages: it got as many as a limit allows. A limit of the journey
 * itself counts more than that of its application, which counts all journeys but for TotalCap (source:
 * API reference). TimeframeCap always counts all journeys. 0 is no limit.
 *
 * @param now milliseconds since 1970
 * @returns the status of the message (DAILY_CAP: guide, the others: assumed); undefined if it gets it
 */
export function capReached(
  journey: Journey,
  sends: EndpointSends,
  key: SendsKey,
  now: number,
): 'DAILY_CAP' | 'TIMEFRAME_CAP' | 'TOTAL_CAP' | undefined {
  const {
    app,
    definition: { Limits = {} },
    defaults: { JourneyLimits = {} },
  } = journey
  const sender = senderOf(journey)
  const total = Limits.TotalCap ?? JourneyLimits.TotalCap ?? 0
  if (total > 0 && sends.bySender(sender, key).sent >= total) return 'TOTAL_CAP'
  const daily = Limits.DailyCap ?? JourneyLimits.DailyCap ?? 0
  if (daily > 0) {
    const lastDay = preceding(1, now)
    const sent =
      Limits.DailyCap === undefined
        ? sends.byKind(app, 'journey', key, lastDay)
        : sends.bySender(sender, key, lastDay).sent
    if (sent >= daily) return 'DAILY_CAP'
  }
  const { Cap = 0, Days = 0 } = Limits.TimeframeCap ?? JourneyLimits.TimeframeCap ?? {}
  if (Cap > 0 && Days > 0 && sends.byKind(app, 'journey', key, preceding(Days, now)) >= Cap) {
    return 'TIMEFRAME_CAP'
  }
  return undefined
}

/** A journey as limits and caps count what it sends. */
export const senderOf = ({ app, document }: Pick<Journey, 'app' | 'document'>): Sender => ({
  app,
  kind: 'journey',
  document,
})

/** Spaces messages, so many in a second; how far it has come is kept with the journey. */
export class Rate {
  /** The second in which messages were sent last, and how many, as `Journey` has them. */
  second: number
  used: number
  readonly #perSecond: number

  constructor({ definition: { Limits = {} }, rateSecond, rateUsed }: Journey) {
    this.second = rateSecond
    this.used = rateUsed
    this.#perSecond = Limits.MessagesPerSecond ?? 0
  }

  /** When the next message may be sent, in milliseconds since 1970. */
  next(now: number): number {
    if (this.#perSecond === 0) return now
    if (now >= this.second + 1000) {
      this.second = now
      this.used = 0
    } else if (this.used >= this.#perSecond) {
      this.second += 1000
      this.used = 0
    }
    this.used++
    return Math.max(now, this.second)
  }
}
