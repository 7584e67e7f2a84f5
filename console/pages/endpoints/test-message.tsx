import { useSignal } from '@preact/signals'
import { call, get } from '../../api/calls.ts'
import type { Messages } from '../../api/types.ts'
import { Dialog } from '../../parts/dialog.tsx'
import { bound, TextArea, TextField } from '../../parts/fields.tsx'
import { ActionForm } from '../../parts/form.tsx'
import { Icon } from '../../parts/icon.tsx'
import { go, to } from '../../router.ts'

/** Sends a message to an endpoint by SendMessages, and shows it in the outbox. */
export function TestMessage({
  app,
  id,
  channel,
  close,
}: {
  app: string
  id: string
  channel: string | undefined
  close: () => void
}) {
  const title = useSignal('Test')
  const body = useSignal('Hello from pinpoint-local')
  const hasTitle = channel !== 'SMS' && channel !== 'VOICE'
  const send = async () => {
    await call('POST', to`v1/apps/${app}/messages`, {
      body: { Endpoints: { [id]: {} }, MessageConfiguration: configuration(title.value, body.value) },
    })
    const { items } = await get<Messages>(to`messages?brief=true&app=${app}&endpoint=${id}&page-size=1`)
    close()
    if (items[0] !== undefined) go(to`outbox/${items[0].id}`)
  }
  return (
    <Dialog title="Send a test message" close={close}>
      <ActionForm
        does={send}
        label={
          <>
            <Icon name="send" />
            Send the message
          </>
        }
      >
        {hasTitle && <TextField label={channel === 'EMAIL' ? 'Subject' : 'Title'} {...bound(title)} />}
        <TextArea
          label="Text"
          hint="Variables, such as {{User.UserId}}, are filled in from the endpoint."
          {...bound(body)}
        />
      </ActionForm>
    </Dialog>
  )
}

/** The same text for whichever channel the endpoint has. */
const configuration = (title: string, body: string) => ({
  DefaultMessage: { Body: body },
  DefaultPushNotificationMessage: { Title: title, Body: body, Action: 'OPEN_APP' },
  EmailMessage: { SimpleEmail: { Subject: { Data: title }, TextPart: { Data: body } } },
})
