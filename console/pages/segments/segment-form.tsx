import { useSignal } from '@preact/signals'
import type { SegmentResponse, WriteSegmentRequest } from '../../../server/model/segment.ts'
import { call } from '../../api/calls.ts'
import { Dialog } from '../../parts/dialog.tsx'
import { Field, useAction } from '../../parts/form.tsx'
import { ErrorBox } from '../../parts/states.tsx'
import { to } from '../../router.ts'
import { announce } from '../../shell/announce.tsx'

/** What a new segment begins with. */
const example: WriteSegmentRequest = {
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
  const { Name, Dimensions, SegmentGroups } = segment ?? example
  const text = useSignal(JSON.stringify({ Name, Dimensions, SegmentGroups }, null, 2))
  const { busy, error, run } = useAction()
  const title = segment === undefined ? 'New segment' : 'Edit the segment'
  const submit = (event: Event) => {
    event.preventDefault()
    return run(async () => {
      const [method, address] =
        segment === undefined
          ? (['POST', to`v1/apps/${app}/segments`] as const)
          : (['PUT', to`v1/apps/${app}/segments/${segment.Id}`] as const)
      const { Id } = await call<SegmentResponse>(method, address, { raw: text.value })
      announce('The segment is saved.')
      close(Id)
    })
  }
  return (
    <Dialog title={title} close={() => close()} wide>
      <form onSubmit={submit}>
        <Field
          label="WriteSegmentRequest"
          hint="Dimensions, or SegmentGroups that combine dimensions with other segments."
        >
          {ties => (
            <textarea
              {...ties}
              rows={18}
              value={text.value}
              onInput={event => {
                text.value = event.currentTarget.value
              }}
            />
          )}
        </Field>
        {error && <ErrorBox error={error} />}
        <div class="actions">
          <button type="submit" class="button main" aria-busy={busy}>
            {segment === undefined ? 'Create the segment' : 'Save a new version'}
          </button>
        </div>
      </form>
    </Dialog>
  )
}
