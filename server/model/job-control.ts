import { type Static, Type } from '@sinclair/typebox'
import { OneOf } from './common.ts'

/** How jobs of both kinds advance (contract). */
export const JobControl = Type.Object(
  {
    mode: OneOf(['immediate', 'timed', 'manual'], {
      description:
        'immediate: a job never rests; timed: it rests for delayMs in each state; manual: what a state has to do is done, and then the job is held until it is advanced',
    }),
    delayMs: Type.Optional(
      Type.Integer({ minimum: 0, maximum: 86_400_000, description: 'Milliseconds; with timed alone' }),
    ),
  },
  { additionalProperties: false },
)
export type JobControl = Static<typeof JobControl>
