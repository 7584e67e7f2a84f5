import type { SegmentResponse } from '../../server/model/segment.ts'
import { useFetched } from '../api/fetched.ts'
import { cutId } from '../format.ts'
import { to } from '../router.ts'

/** A link to a segment, by its name. One that is not there any more keeps its id. */
export function SegmentLink({ app, id }: { app: string; id: string }) {
  const { value } = useFetched<SegmentResponse>(to`v1/apps/${app}/segments/${id}`)
  return <a href={to`apps/${app}/segments/${id}`}>{value?.Name ?? cutId(id)}</a>
}
