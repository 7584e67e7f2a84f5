import { useSignal } from '@preact/signals'
import type { EndpointResponse } from '../../../server/model/endpoint.ts'
import { call } from '../../api/calls.ts'
import { Dialog } from '../../parts/dialog.tsx'
import { Field, useAction } from '../../parts/form.tsx'
import { ErrorBox } from '../../parts/states.tsx'
import { to } from '../../router.ts'
import { announce } from '../../shell/announce.tsx'

/** Members of an answer that an update does not take. */
const answered = ['ApplicationId', 'Id', 'CohortId', 'CreationDate', 'RequestId', 'EffectiveDate']

/** What a new endpoint begins with. */
const example: EndpointResponse = {
  ChannelType: 'EMAIL',
  Address: 'ada@example.com',
  User: { UserId: 'ada' },
}

/**
 * Writes an endpoint as UpdateEndpoint does: a JSON document, in which what is not named stays.
 *
 * @param id of the endpoint; a new one is asked for it
 * @param close called when the form is done with, with the id of an endpoint that was written
 */
export function EndpointForm({
  app,
  id,
  now = example,
  close,
}: {
  app: string
  id?: string
  now?: EndpointResponse
  close: (written?: string) => void
}) {
  const newId = useSignal('')
  const members = Object.entries(now).filter(([name]) => !answered.includes(name))
  const text = useSignal(JSON.stringify(Object.fromEntries(members), null, 2))
  const { busy, error, run } = useAction()
  const submit = (event: Event) => {
    event.preventDefault()
    return run(async () => {
      const written = id ?? newId.value
      await call('PUT', to`v1/apps/${app}/endpoints/${written}`, { raw: text.value })
      announce('The endpoint is saved.')
      close(written)
    })
  }
  return (
    <Dialog title={id === undefined ? 'New endpoint' : 'Edit the endpoint'} close={() => close()} wide>
      <form onSubmit={submit}>
        {id === undefined && (
          <Field label="Id">
            {ties => (
              <input
                {...ties}
                required
                value={newId.value}
                onInput={event => {
                  newId.value = event.currentTarget.value
                }}
              />
            )}
          </Field>
        )}
        <Field
          label="EndpointRequest"
          hint="As UpdateEndpoint takes it: a member that is not there stays as it is; an attribute goes with an empty list."
        >
          {ties => (
            <textarea
              {...ties}
              rows={20}
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
            Save the endpoint
          </button>
        </div>
      </form>
    </Dialog>
  )
}
