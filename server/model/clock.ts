import { type Static, Type } from '@sinclair/typebox'
import { OneOf } from './common.ts'

const instant = 'an ISO 8601 time with a time zone, such as 2027-03-01T09:00:00Z'
const duration = 'an ISO 8601 duration, such as PT24H or P30D'

/** How the clock stands (contract). */
export const ClockStatus = Type.Object({
  mode: OneOf(['real', 'frozen', 'offset']),
  now: Type.String({ description: 'The time that it shows' }),
  nextDue: Type.Optional(Type.String({ description: 'When the next of what is pending is due' })),
  pending: Type.Integer({ description: 'How much there is that is due at some time' }),
  truncated: Type.Optional(
    Type.Boolean({ description: 'true if it has stopped on the way, after 100,000 steps' }),
  ),
})
export type ClockStatus = Static<typeof ClockStatus>

/** Sets the clock (contract). */
export const SetClock = Type.Object({
  mode: OneOf(['real', 'frozen', 'offset'], {
    description:
      "real: it agrees with the machine's clock; frozen: it stands still; offset: it ticks on from now",
  }),
  now: Type.Optional(
    Type.String({ description: `${instant}; without it, the time that it shows. Not with real` }),
  ),
  force: Type.Optional(
    Type.Boolean({ description: 'Sets it back even while a campaign or journey is active' }),
  ),
})
export type SetClock = Static<typeof SetClock>

/** Moves the clock forward: exactly one of `by`, `to` and `until` (contract). */
export const AdvanceClock = Type.Object({
  by: Type.Optional(Type.String({ description: duration })),
  to: Type.Optional(Type.String({ description: instant })),
  until: Type.Optional(
    OneOf(['next', 'idle'], {
      description: 'next: until the next that is due has run; idle: until nothing is pending',
    }),
  ),
  max: Type.Optional(Type.String({ description: `The most that idle takes: ${duration}` })),
})
export type AdvanceClock = Static<typeof AdvanceClock>

/** What has happened while the clock advanced (contract). */
export const ClockAdvanced = Type.Object({
  from: Type.String({ description: 'The time that it has shown before' }),
  now: Type.String({ description: 'The time that it shows' }),
  steps: Type.Integer({ description: 'Steps that have run' }),
  sent: Type.Integer({ description: 'Messages that they have sent' }),
  truncated: Type.Optional(
    Type.Boolean({ description: 'true if it has stopped on the way, after 100,000 steps' }),
  ),
})
export type ClockAdvanced = Static<typeof ClockAdvanced>
