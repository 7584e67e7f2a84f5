import { useSignal } from '@preact/signals'
import { useEffect } from 'preact/hooks'
import type { EndpointResponse } from '../../../server/model/endpoint.ts'
import { call, get } from '../../api/calls.ts'
import { useFetched, useLoaded } from '../../api/fetched.ts'
import type { AppOverviews, RenderAnswer } from '../../api/types.ts'
import { bound, SelectField, TextField } from '../../parts/fields.tsx'
import { Field } from '../../parts/form.tsx'
import { Section } from '../../parts/page.tsx'
import { Loaded } from '../../parts/states.tsx'
import { to } from '../../router.ts'
import type { Kind } from './kinds.ts'
import { Rendered } from './rendered.tsx'
import type { Recipient, Shown } from './shown.ts'
import type { PlacedError } from './source.tsx'
import { JsonField } from './template-form.tsx'

/** The members of a push template, by the channels that they are for. */
const services: Record<string, string> = { GCM: 'GCM', APNS: 'APNS', ADM: 'ADM', BAIDU: 'Baidu' }

/**
 * The member of a push template that a recipient gets, as far as it says something: the one for the
 * recipient's channel, or else Default.
 */
async function memberFor({ app, endpoint, values }: Recipient, signal: AbortSignal): Promise<string> {
  const { ChannelType } =
    app !== undefined && endpoint !== undefined
      ? await get<EndpointResponse>(to`v1/apps/${app}/endpoints/${endpoint}`, signal)
      : (values ?? {})
  return services[String(ChannelType).replace(/^APNS_.*/, 'APNS')] ?? 'Default'
}

/**
 * Renders a version of a template for a stored endpoint, or for values.
 *
 * @param found gets the errors, to be marked in the source
 */
export function Preview({
  kind,
  template,
  found,
}: {
  kind: Kind
  template: Shown['template']
  found: (errors: PlacedError[]) => void
}) {
  const recipient = useSignal<Recipient>({ values: {} })
  const { TemplateName: name, Version: version = '1', LastModifiedDate: changed } = template
  const whom = recipient.value
  const request = { template: { name, kind: kind.type, version }, ...whom }
  const rendered = useLoaded(`render ${JSON.stringify(request)} ${changed}`, async signal => {
    const answer = await call<RenderAnswer>('POST', 'render', { body: request, signal })
    if (kind.path !== 'push' || answer.errors.length === 0) return answer
    const of = await memberFor(whom, signal)
    return { ...answer, errors: answer.errors.map((error): PlacedError => ({ ...error, of })) }
  })
  const answer = rendered.error === undefined ? rendered.value : undefined
  // biome-ignore lint/correctness/useExhaustiveDependencies: errors are told once for each answer.
  useEffect(() => {
    found(answer?.errors ?? [])
  }, [answer])
  return (
    <Section title="Preview">
      <RecipientForm
        kind={kind}
        set={value => {
          recipient.value = value
        }}
      />
      <Loaded from={rendered}>
        {answer => <Rendered kind={kind} name={name} version={version} recipient={whom} answer={answer} />}
      </Loaded>
    </Section>
  )
}

/** Asks for whom to render. */
function RecipientForm({ kind, set }: { kind: Kind; set: (recipient: Recipient) => void }) {
  const apps = useFetched<AppOverviews>('apps?page-size=1000')
  const stored = useSignal(false)
  const app = useSignal('')
  const endpoint = useSignal('')
  const channel = useSignal('')
  const values = useSignal<unknown>(undefined)
  const substitutions = useSignal<unknown>(undefined)
  const known = apps.value?.items ?? []
  const submit = (event: Event) => {
    event.preventDefault()
    const ofEndpoint = stored.value
      ? { app: app.value || known[0]!.id, endpoint: endpoint.value }
      : { values: { ...(values.value as object), ...(channel.value && { ChannelType: channel.value }) } }
    const more = substitutions.value as Record<string, unknown> | undefined
    set({ ...ofEndpoint, ...(more !== undefined && { substitutions: more }) })
  }
  return (
    <form class="preview-form card" onSubmit={submit}>
      <div class="form-row">
        <Field label="Render for">
          {ties => (
            <select
              {...ties}
              value={stored.value ? 'endpoint' : 'values'}
              onChange={event => {
                stored.value = event.currentTarget.value === 'endpoint'
              }}
            >
              <option value="values">Values that you type</option>
              <option value="endpoint" disabled={known.length === 0}>
                An endpoint
              </option>
            </select>
          )}
        </Field>
        {stored.value ? (
          <>
            <SelectField
              label="Application"
              {...bound(app)}
              choices={known.map(({ id, name }) => [id, name] as const)}
            />
            <TextField label="Endpoint id" required autocomplete="off" {...bound(endpoint)} />
          </>
        ) : (
          kind.path === 'push' && (
            <SelectField
              label="Channel"
              {...bound(channel)}
              none="Any, as Default says"
              choices={Object.keys(services)}
            />
          )
        )}
      </div>
      <div class="preview-values">
        {!stored.value && (
          <JsonField
            label="Values, as JSON"
            hint='As GetEndpoint answers them: {"User": {"UserAttributes": {"FirstName": ["Ann"]}}}'
            isObject
            value={undefined}
            change={value => {
              values.value = value
            }}
          />
        )}
        <JsonField
          label="Substitutions, as JSON"
          hint='They count before those values: {"OTP": "123456"}'
          isObject
          value={undefined}
          change={value => {
            substitutions.value = value
          }}
        />
      </div>
      <div class="actions">
        <button type="submit" class="button main">
          Render
        </button>
      </div>
    </form>
  )
}
