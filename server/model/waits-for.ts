import { type Static, Type } from '@sinclair/typebox'
import { explainHold, HeldBy } from './held-by.ts'

/** The jobs that have all slots, for one of which a job waits. */
export const WaitsFor = Type.Array(
  Type.Object({
    app: Type.String({ description: 'Id of its application' }),
    id: Type.String({ description: 'Id of the job' }),
    heldBy: Type.Optional(HeldBy),
  }),
  { description: 'The jobs that have all slots while this one waits for one, oldest first' },
)
export type WaitsFor = Static<typeof WaitsFor>

/**
 * Why a job does not go on by itself: it is held, or others have the slots. Neither: it works, or is over.
 */
export interface Standstill {
  heldBy?: HeldBy | undefined
  waitsFor?: WaitsFor | undefined
}

/** A sentence on why a job does not go on, and what helps; undefined if nothing keeps it. */
export function explainStandstill(
  { heldBy, waitsFor }: Standstill,
  job: { ApplicationId: string; Id: string; Type: string },
): string | undefined {
  if (heldBy !== undefined) return `it is ${explainHold(heldBy, job)}`
  if (waitsFor === undefined) return undefined
  const others = waitsFor.map(({ app, id, heldBy }) => {
    const hold = heldBy && explainHold(heldBy, { ApplicationId: app, Id: id, Type: job.Type })
    const name = app === job.ApplicationId ? id : `${id} of application ${app}`
    return hold === undefined ? name : `${name}, which is ${hold}`
  })
  return `it waits for a slot, which others have: ${others.join('; ')}`
}
