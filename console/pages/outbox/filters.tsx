import { useRef } from 'preact/hooks'
import type { AppOverview } from '../../api/types.ts'
import { channelTypes, deliveryStatuses } from '../../api/values.ts'
import { appName } from '../../format.ts'
import { SelectField } from '../../parts/fields.tsx'
import { applyFilters, SelectFilter, TextFilter } from '../../parts/filters.tsx'
import { Icon } from '../../parts/icon.tsx'
import { place, withQuery } from '../../router.ts'

/** The channels that messages have: PUSH stands for all push channels. */
const channels = channelTypes.filter(type => type !== 'PUSH' && type !== 'IN_APP')

const operations = ['SendMessages', 'SendUsersMessages', 'SendOTPMessage']

/** Filters by a whole value that are rarely needed. */
const others = {
  endpoint: 'Endpoint id',
  messageId: 'MessageId',
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

/** The filters of the outbox, which live in the address. */
export function Filters({ apps }: { apps: AppOverview[] }) {
  const filters = readFilters()
  const app = filters.get('app') ?? ''
  // It stays open when one of them is emptied to type something else.
  const hasMore = useRef(false)
  hasMore.current ||= Object.keys(others).some(name => filters.has(name)) || filters.has('operation')
  const isKnown = apps.some(({ id }) => id === app)
  return (
    <search class="filters">
      <TextFilter name="text" label="Text" />
      <TextFilter name="address" label="Address" />
      <TextFilter name="user" label="User id" />
      <SelectFilter name="channel" label="Channel" none="All channels" choices={channels} />
      <SelectField
        label="Status"
        value={filters.has('failed') ? failedValue : (filters.get('status') ?? '')}
        none="All statuses"
        choices={[[failedValue, 'All failures'], ...deliveryStatuses]}
        change={value =>
          applyFilters({
            status: value === failedValue ? undefined : value,
            failed: value === failedValue ? 'true' : undefined,
          })
        }
      />
      <SelectFilter
        name="app"
        label="Application"
        none="All applications"
        choices={[
          ...apps.map(({ id, name }) => [id, appName(name, id)] as const),
          ...(app === '' || isKnown ? [] : [app]),
        ]}
      />
      <details open={hasMore.current}>
        <summary>
          <Icon name="funnel" /> More filters
        </summary>
        <div class="filters">
          <SelectFilter name="operation" label="Sent by" none="Anything" choices={operations} />
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
