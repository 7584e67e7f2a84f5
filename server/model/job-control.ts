import { type Static, Type } from '@sinclair/typebox'
import { OneOf } from './common.ts'

/** How import and export jobs advance through their statuses (contract). */
export const JobControl = Type.Object(
  {
    mode: OneOf(['immediate', 'timed', 'manual'], {
      description:
        'immediate: a job goes on at once; timed: it waits for delayMs in each state; manual: it does the work of a state and is then held until it is advanced',
    }),
    delayMs: Type.Optional(
      Type.Integer({ minimum: 0, maximum: 86_400_000, description: 'Milliseconds; only with timed' }),
    ),
  },
  { additionalProperties: false },
)
export type JobControl = Static<typeof JobControl>
