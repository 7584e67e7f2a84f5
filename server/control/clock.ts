import type { FastifyPluginAsyncTypebox } from '@fastify/type-provider-typebox'
import type { FastifyInstance, FastifyReply } from 'fastify'
import { isClockTime } from '../clock/clock.ts'
import { badRequest, conflict } from '../http/errors/exceptions.ts'
import { AdvanceClock, ClockAdvanced, ClockStatus, SetClock } from '../model/clock.ts'
import { addDuration, type Duration, readDuration } from '../model/iso-duration.ts'
import { readInstant } from '../model/iso-time.ts'
import { nextOf } from '../store/clock/due-rows.ts'
import type { ClockMove, ClockMoved, ClockTarget } from '../worker/messages.ts'

/**
 * The clock by which Pinpoint dates and schedules. The worker moves it, and runs what becomes due
 * on the way; the answer comes when all of that has run.
 */
export const clock: FastifyPluginAsyncTypebox = async app => {
  app.get(
    '/_pinpoint/clock',
    {
      config: { operation: 'getClock' },
      schema: {
        summary: 'The time by which Pinpoint dates and schedules, and what is due next',
        response: { 200: ClockStatus },
      },
    },
    async () => clockStatus(app),
  )

  app.put(
    '/_pinpoint/clock',
    {
      config: { operation: 'putClock' },
      schema: {
        summary: 'Stops the clock, sets it, or makes it real; forward, it runs what becomes due',
        body: SetClock,
        response: { 200: ClockStatus },
      },
    },
    async ({ body: { mode, now, force = false } }, reply) => {
      if (mode === 'real' && now !== undefined) {
        throw badRequest(
          'now goes with the modes frozen and offset: a real clock shows the time of the machine',
        )
      }
      const time = now === undefined ? 'here' : readTime('now', now)
      const to = mode === 'real' ? 'real' : time
      const { truncated } = await move(app, reply, { mode, to, back: force ? 'forced' : 'if idle' })
      return { ...clockStatus(app), ...(truncated && { truncated }) }
    },
  )

  app.post(
    '/_pinpoint/clock/advance',
    {
      config: { operation: 'advanceClock' },
      schema: {
        summary: 'Moves the clock forward, and runs what becomes due on the way',
        body: AdvanceClock,
        response: { 200: ClockAdvanced },
      },
    },
    async ({ body }, reply) => {
      const { from, now, truncated, ...done } = await move(app, reply, { to: readTarget(app, body) })
      const [before, after] = [from, now].map(time => new Date(time).toISOString()) as [string, string]
      return { from: before, now: after, ...done, ...(truncated && { truncated }) }
    },
  )
}

/** How the clock stands, and what is due next. */
export function clockStatus({ clock, store }: Pick<FastifyInstance, 'clock' | 'store'>): ClockStatus {
  return store.read(() => {
    const kinds = Object.values(store.dueRows)
    const next = nextOf(kinds)
    return {
      mode: clock.state.mode,
      now: clock.now().toISOString(),
      ...(next && { nextDue: new Date(next.time).toISOString() }),
      pending: kinds.reduce((sum, rows) => sum + rows.pending(), 0),
    }
  })
}

/** @throws ConflictException if the worker refuses it, or gives it up */
async function move(
  { jobWorker }: Pick<FastifyInstance, 'jobWorker'>,
  reply: FastifyReply,
  move: ClockMove,
): Promise<ClockMoved> {
  const gone = reply.disconnectSignal()
  const left = new Promise<string>(resolve =>
    gone.addEventListener('abort', () => resolve('the emulator stops')),
  )
  const outcome = await Promise.race([jobWorker.moveClock(move), left])
  if (typeof outcome === 'string') throw conflict(`the clock was not moved to its end: ${outcome}`)
  if ('refused' in outcome) throw conflict(outcome.refused)
  return outcome
}

/** @throws BadRequestException */
function readTarget(
  { clock }: Pick<FastifyInstance, 'clock'>,
  { by, to, until, max }: AdvanceClock,
): ClockTarget {
  if ([by, to, until].filter(member => member !== undefined).length !== 1) {
    throw badRequest('exactly one of by, to and until must be given')
  }
  if (max !== undefined && until !== 'idle') {
    throw badRequest('max goes with "until":"idle" alone: the most by which the clock advances')
  }
  const now = clock.now()
  if (by !== undefined) return { by: readLength('by', by, now) }
  if (until === 'idle') return { idle: max === undefined ? undefined : readLength('max', max, now) }
  if (until === 'next') return 'next'
  const time = readTime('to', to!)
  if (time >= now.getTime()) return time
  throw badRequest(
    `to must not be before the time of the clock, ${now.toISOString()}; got ${to}. PUT /_pinpoint/clock sets it back`,
  )
}

/** @throws BadRequestException */
function readTime(member: string, text: string): number {
  const time = readInstant(text)
  if (time !== undefined && isClockTime(time)) return time
  throw badRequest(
    `${member} must be an ISO 8601 time with a time zone, from 1970 to 9999, such as 2027-03-01T09:00:00Z; got ${JSON.stringify(text)}`,
  )
}

/** @throws BadRequestException for what is no duration, or leads too far */
function readLength(member: string, text: string, now: Date): Duration {
  const duration = readDuration(text)
  if (duration === undefined) {
    throw badRequest(
      `${member} must be an ISO 8601 duration, such as PT24H, P30D or P1DT12H; got ${JSON.stringify(text)}`,
    )
  }
  // It is NaN beyond what a Date can hold.
  if (isClockTime(addDuration(now.getTime(), duration))) return duration
  throw badRequest(`${member} must not lead beyond the year 9999, from ${now.toISOString()}; got ${text}`)
}
