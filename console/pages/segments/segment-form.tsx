import { useSignal } from '@preact/signals'
import type { SegmentResponse, WriteSegmentRequest } from '../../../server/model/segment.ts'
import { announce } from '../../announce.tsx'
import { call } from '../../api/calls.ts'
import { Dialog } from '../../parts/dialog.tsx'
import { bound, TextArea } from '../../parts/fields.tsx'
import { ActionForm } from '../../parts/form.tsx'
import { to } from '../../router.ts'

/** What a new segment begins with. */
export const newSegment: WriteSegmentRequest = {
  Name: 'Free plan',
  Dimensions: { Attributes: { Plan: { AttributeType: 'INCLUSIVE', Values: ['free'] } } },
}

/**
 * Writes a dimensional segment as CreateSegment and UpdateSegment do: a JSON document.
 *
 * @param segment that is changed, which makes a new version of it; none for a new segment
 * @param close called when the form is done with, with the id of a segment that was written
 */
export function SegmentForm({
  app,
  segment,
  close,
}: {
  app: string
  segment?: SegmentResponse
  close: (written?: string) => void
}) {
  const { Name, Dimensions, SegmentGroups } = segment ?? newSegment
  const text = useSignal(JSON.stringify({ Name, Dimensions, SegmentGroups }, null, 2))
  const isNew = segment === undefined
  const save = async () => {
    const [method, address] = isNew
      ? (['POST', to`v1/apps/${app}/segments`] as const)
      : (['PUT', to`v1/apps/${app}/segments/${segment.Id}`] as const)
    const { Id } = await call<SegmentResponse>(method, address, { raw: text.value })
    announce('The segment is saved.')
    close(Id)
  }
  return (
    <Dialog title={isNew ? 'New segment' : 'Edit the segment'} close={() => close()} wide asks>
      <ActionForm does={save} label={isNew ? 'Create the segment' : 'Save a new version'}>
        <TextArea
          label="WriteSegmentRequest"
          hint="Dimensions, or SegmentGroups that combine dimensions with other segments."
          rows={18}
          {...bound(text)}
        />
      </ActionForm>
    </Dialog>
  )
}
