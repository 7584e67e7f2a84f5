import { useSignal } from '@preact/signals'
import type { EndpointResponse } from '../../../server/model/endpoint.ts'
import { announce } from '../../announce.tsx'
import { call, get } from '../../api/calls.ts'
import type { CallError } from '../../api/errors.ts'
import { Dialog } from '../../parts/dialog.tsx'
import { bound, TextArea, TextField } from '../../parts/fields.tsx'
import { ActionForm } from '../../parts/form.tsx'
import { to } from '../../router.ts'

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
  /** An id that was to be a new one, and is not. */
  const taken = useSignal<string | undefined>(undefined)
  const isTaken = id === undefined && taken.value === newId.value
  const save = async () => {
    const written = id ?? newId.value
    if (id === undefined && !isTaken && (await isThere(app, written))) {
      taken.value = written
      return
    }
    await call('PUT', to`v1/apps/${app}/endpoints/${written}`, { raw: text.value })
    announce('The endpoint is saved.')
    close(written)
  }
  return (
    <Dialog title={id === undefined ? 'New endpoint' : 'Edit the endpoint'} close={() => close()} wide asks>
      <ActionForm does={save} label={isTaken ? 'Change it' : 'Save the endpoint'}>
        {id === undefined && <TextField label="Id" required {...bound(newId)} />}
        <TextArea
          label="EndpointRequest"
          hint="As UpdateEndpoint takes it: a member that is not there stays as it is; an attribute goes with an empty list."
          rows={20}
          {...bound(text)}
        />
        {isTaken && (
          <p role="alert">
            <b>{newId.value} exists: change it?</b> What is not named here stays as it is.
          </p>
        )}
      </ActionForm>
    </Dialog>
  )
}

async function isThere(app: string, id: string): Promise<boolean> {
  try {
    await get(to`v1/apps/${app}/endpoints/${id}`)
    return true
  } catch (error) {
    if ((error as CallError).status === 404) return false
    throw error
  }
}
