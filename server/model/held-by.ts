import { type Static, Type } from '@sinclair/typebox'
import { OneOf } from './common.ts'

/** What holds a job in its status: the job control, a fault rule, or both. */
export const HeldBy = Type.Object({
  mode: Type.Optional(OneOf(['manual'], { description: 'The mode of the job control' })),
  fault: Type.Optional(Type.String({ description: 'Id of the fault rule whose hangAt is the state' })),
})
export type HeldBy = Static<typeof HeldBy>

/** What holds a job and what lets it go on: the end of a sentence that begins with "it is" or "which is". */
export function explainHold(
  { mode, fault }: HeldBy,
  { ApplicationId, Id, Type }: { ApplicationId: string; Id: string; Type: string },
): string {
  const page = `/_pinpoint/apps/${ApplicationId}/${Type.toLowerCase()}-jobs/${Id}`
  const reasons = [
    mode && `by the job control, which is ${mode} (POST ${page}/advance lets it go on)`,
    fault && `by the fault rule ${fault} (DELETE /_pinpoint/faults/${fault} lets it go on)`,
  ]
  return `held ${reasons.filter(Boolean).join(' and ')}`
}
