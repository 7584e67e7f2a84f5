import type { SegmentDimensions } from '../../../server/model/segment-dimensions.ts'
import { type Condition, conditionsOf } from '../../parts/dimensions.ts'

/**
 * Says a single condition of a segment in words, but for a source segment, which has a link.
 *
 * @param name as the control API has it: `Attributes.Plan`, `ImportDefinition`
 * @param requires what the segment says there
 */
export function conditionOf(name: string, requires: unknown): Condition {
  if (name === 'ImportDefinition') return { words: `named in ${(requires as { S3Url: string }).S3Url}` }
  const [kind, of] = [name.slice(0, name.indexOf('.')), name.slice(name.indexOf('.') + 1)]
  return conditionsOf({ [kind]: { [of]: requires } } as SegmentDimensions)[0] ?? { words: name }
}

/** How the conditions of a group, or the groups, are combined. */
export const combined = (include: string | undefined): string =>
  ({ ALL: 'all of', ANY: 'any of', NONE: 'none of' })[include ?? 'ALL'] ?? 'all of'
