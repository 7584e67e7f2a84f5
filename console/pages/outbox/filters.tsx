import type { ChannelType } from '../../../server/model/endpoint.ts'
import type { DeliveryStatus } from '../../../server/model/message.ts'
import type { AppOverview } from '../../api/types.ts'
import { Field } from '../../parts/form.tsx'
import { Icon } from '../../parts/icon.tsx'
import { TextFilter } from '../../parts/text-filter.tsx'
import { go, place, withQuery } from '../../router.ts'

const statuses = Object.keys({
  SUCCESSFUL: true,
  PERMANENT_FAILURE: true,
  TEMPORARY_FAILURE: true,
  UNKNOWN_FAILURE: true,
  THROTTLED: true,
  OPT_OUT: true,
  DUPLICATE: true,
} satisfies Record<DeliveryStatus, true>)

/** The channels, without PUSH, which stands for all push channels and is none itself. */
const channels = Object.keys({
  EMAIL: true,
  SMS: true,
  VOICE: true,
  GCM: true,
  APNS: true,
  APNS_SANDBOX: true,
  APNS_VOIP: true,
  APNS_VOIP_SANDBOX: true,
  ADM: true,
  BAIDU: true,
  CUSTOM: true,
} satisfies Record<Exclude<ChannelType, 'PUSH' | 'IN_APP'>, true>)

const operations = ['SendMessages', 'SendUsersMessages', 'SendOTPMessage']

/** Filters by a whole value that are rarely needed. */
const others = {
  endpoint: 'Endpoint id',
  template: 'Template name',
  campaign: 'Campaign id',
  journey: 'Journey id',
}

const names = [
  ...['app', 'channel', 'status', 'failed', 'operation', 'address', 'user', 'text'],
  ...Object.keys(others),
]

/** The filters that the address has, as parameters of `GET /_pinpoint/messages`. */
export function readFilters(): URLSearchParams {
  const { query } = place.value
  const filters = new URLSearchParams()
  for (const name of names) {
    const value = query.get(name)
    if (value) filters.set(name, value)
  }
  return filters
}

/** The address without any filter. */
export const withoutFilters = (): string =>
  withQuery(Object.fromEntries([...names, 'token'].map(name => [name, undefined])))

const change = (changes: Record<string, string | undefined>) =>
  go(withQuery({ ...changes, token: undefined }), { replace: true })

/** The filters of the outbox, which live in the address. */
export function Filters({ apps }: { apps: AppOverview[] }) {
  const filters = readFilters()
  const app = filters.get('app') ?? ''
  const isKnown = apps.some(({ id }) => id === app)
  return (
    <search class="filters">
      <TextFilter name="text" label="Text" />
      <TextFilter name="address" label="Address" />
      <TextFilter name="user" label="User id" />
      <Select
        label="Channel"
        value={filters.get('channel')}
        all="All channels"
        options={channels}
        change={channel => change({ channel })}
      />
      <Select
        label="Status"
        value={filters.has('failed') ? failedValue : filters.get('status')}
        all="All statuses"
        options={[[failedValue, 'All failures'], ...statuses]}
        change={value =>
          change({
            status: value === failedValue ? undefined : value,
            failed: value === failedValue ? 'true' : undefined,
          })
        }
      />
      <Select
        label="Application"
        value={app}
        all="All applications"
        options={[
          ...apps.map(({ id, name }): [string, string] => [id, name]),
          ...(app === '' || isKnown ? [] : [app]),
        ]}
        change={app => change({ app })}
      />
      <details open={Object.keys(others).some(name => filters.has(name)) || filters.has('operation')}>
        <summary>
          <Icon name="funnel" /> More filters
        </summary>
        <div class="filters">
          <Select
            label="Sent by"
            value={filters.get('operation')}
            all="Anything"
            options={operations}
            change={operation => change({ operation })}
          />
          {Object.entries(others).map(([name, label]) => (
            <TextFilter key={name} name={name} label={label} />
          ))}
        </div>
      </details>
    </search>
  )
}

/** Stands for all statuses of failures. */
const failedValue = 'failed'

function Select({
  label,
  value,
  all,
  options,
  change,
}: {
  label: string
  value: string | null
  all: string
  options: (string | [value: string, name: string])[]
  change: (value: string) => void
}) {
  return (
    <Field label={label}>
      {ties => (
        <select {...ties} value={value ?? ''} onChange={event => change(event.currentTarget.value)}>
          <option value="">{all}</option>
          {options.map(option => {
            const [value, name] = typeof option === 'string' ? [option, option] : option
            return (
              <option key={value} value={value}>
                {name}
              </option>
            )
          })}
        </select>
      )}
    </Field>
  )
}
