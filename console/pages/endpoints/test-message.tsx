import { useSignal } from '@preact/signals'
import { call } from '../../api/calls.ts'
import type { Messages } from '../../api/types.ts'
import { Dialog } from '../../parts/dialog.tsx'
import { Field, useAction } from '../../parts/form.tsx'
import { Icon } from '../../parts/icon.tsx'
import { ErrorBox } from '../../parts/states.tsx'
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
  const { busy, error, run } = useAction()
  const hasTitle = channel !== 'SMS' && channel !== 'VOICE'
  const submit = (event: Event) => {
    event.preventDefault()
    return run(async () => {
      await call('POST', to`v1/apps/${app}/messages`, {
        body: { Endpoints: { [id]: {} }, MessageConfiguration: configuration(title.value, body.value) },
      })
      const filter = `app=${encodeURIComponent(app)}&endpoint=${encodeURIComponent(id)}`
      const { items } = await call<Messages>('GET', `messages?${filter}&page-size=1`)
      close()
      if (items[0] !== undefined) go(to`outbox/${items[0].id}`)
    })
  }
  return (
    <Dialog title="Send a test message" close={close}>
      <form onSubmit={submit}>
        {hasTitle && (
          <Field label={channel === 'EMAIL' ? 'Subject' : 'Title'}>
            {ties => (
              <input
                {...ties}
                value={title.value}
                onInput={event => {
                  title.value = event.currentTarget.value
                }}
              />
            )}
          </Field>
        )}
        <Field label="Text" hint="Variables, such as {{User.UserId}}, are filled in from the endpoint.">
          {ties => (
            <textarea
              {...ties}
              value={body.value}
              onInput={event => {
                body.value = event.currentTarget.value
              }}
            />
          )}
        </Field>
        {error && <ErrorBox error={error} />}
        <div class="actions">
          <button type="submit" class="button main" aria-busy={busy}>
            <Icon name="send" />
            Send the message
          </button>
        </div>
      </form>
    </Dialog>
  )
}

/** The same text for whichever channel the endpoint has. */
const configuration = (title: string, body: string) => ({
  DefaultMessage: { Body: body },
  DefaultPushNotificationMessage: { Title: title, Body: body, Action: 'OPEN_APP' },
  EmailMessage: { SimpleEmail: { Subject: { Data: title }, TextPart: { Data: body } } },
})
