import { announce } from '../../announce.tsx'
import { call, emulatorUrl } from '../../api/calls.ts'
import { useFetched } from '../../api/fetched.ts'
import { useReload, useReloadAtRemoval } from '../../api/live.ts'
import type { AppOverviews, Messages, OutboxMessage } from '../../api/types.ts'
import { plural } from '../../format.ts'
import { AppLink } from '../../parts/app-link.tsx'
import { awsLine, variableLine } from '../../parts/aws-line.ts'
import { CodeLine } from '../../parts/code-line.tsx'
import { ConfirmButton } from '../../parts/confirm.tsx'
import { messageColumns } from '../../parts/messages.tsx'
import { Page } from '../../parts/page.tsx'
import { PagedTable, usePage } from '../../parts/paged-table.tsx'
import { Empty } from '../../parts/states.tsx'
import type { Column } from '../../parts/table.tsx'
import { to } from '../../router.ts'
import { Filters, readFilters, withoutFilters } from './filters.tsx'
import { rememberList } from './neighbours.ts'
import { NewMessages } from './new-messages.tsx'

/** The outbox: every message of every application, failures too. */
export default function OutboxPage() {
  const filters = readFilters()
  const isFiltered = filters.size > 0
  const address = `messages?${new URLSearchParams([['brief', 'true'], ...filters])}`
  const page = usePage<OutboxMessage, Messages>(address)
  const apps = useFetched<AppOverviews>('apps?page-size=1000')
  useReload(apps.reload, ['counts'])
  useReloadAtRemoval(page.reload, 'messages')
  const known = apps.value?.items ?? []
  if (page.value !== undefined) rememberList(page.value.items.map(({ id }) => id))
  const remove = async () => {
    await call('DELETE', `messages?${filters}`)
    announce('The messages are deleted.')
    page.reload()
  }
  const { dropped = 0, items = [] } = page.value ?? {}
  return (
    <Page
      title="Outbox"
      ready={page.value !== undefined}
      actions={
        items.length > 0 && (
          <ConfirmButton
            label={isFiltered ? 'Delete those found' : 'Delete all messages'}
            title={isFiltered ? 'Delete the messages that were found?' : 'Delete all messages?'}
            does={remove}
          >
            <p>
              {isFiltered
                ? 'All messages that match the filters are deleted, also those on other pages.'
                : 'All messages of all applications are deleted.'}{' '}
              Their events stay.
            </p>
          </ConfirmButton>
        )
      }
    >
      <div class="outbox-head">
        <Filters apps={known} />
        <NewMessages address={address} page={page} />
      </div>
      <PagedTable
        page={page}
        caption="Messages, the latest first"
        columns={columnsWith(new Map(known.map(({ id, name }) => [id, name])))}
        keyOf={({ id }) => String(id)}
        empty={isFiltered ? <NothingFound /> : <NothingSent apps={apps.value} />}
      />
      {dropped > 0 && (
        <p class="hint">
          {plural(dropped, 'older message')} {dropped === 1 ? 'is' : 'are'} gone: OUTBOX_LIMIT says how many
          are kept.
        </p>
      )}
    </Page>
  )
}

/** The columns, with what sent the message and for which application. */
function columnsWith(names: Map<string, string>): Column<OutboxMessage>[] {
  return [
    ...messageColumns.slice(0, -1),
    { head: 'Sent by', minor: true, cell: message => <Sender {...message} /> },
    {
      head: 'Application',
      minor: 'first',
      cell: ({ app }) => <AppLink id={app} name={names.get(app)} />,
    },
    ...messageColumns.slice(-1),
  ]
}

const Sender = ({ app, operation, campaign, journey }: OutboxMessage) => {
  if (campaign !== undefined) return <a href={to`apps/${app}/campaigns/${campaign}`}>campaign</a>
  if (journey !== undefined) return <a href={to`apps/${app}/journeys/${journey}`}>journey</a>
  return <>{operation ?? '-'}</>
}

const NothingFound = () => (
  <Empty icon="inbox" title="No message matches the filters">
    <p>
      <a href={withoutFilters()}>All messages</a>
    </p>
  </Empty>
)

/** Shown before the first message: how to send one. */
const NothingSent = ({ apps }: { apps: AppOverviews | undefined }) => (
  <Empty icon="inbox" title="No message yet">
    <p>
      What SendMessages, one-time passwords, campaigns and journeys send appears here, and nothing of it
      leaves the emulator. Send an SMS message:
    </p>
    {apps && <CodeLine text={sendLines(apps.items[0]?.id)} />}
  </Empty>
)

/** Lines for the AWS CLI that send a message from an application; without one, they create it first. */
function sendLines(app: string | undefined): string {
  const id = app ?? '$APP'
  const lines = [
    ['update-sms-channel', '--application-id', id, '--sms-channel-request', 'Enabled=true'],
    ['send-messages', '--application-id', id, '--message-request', JSON.stringify(example)],
  ].map(words => awsLine(words, emulatorUrl, 'APP'))
  const create = ['create-app', '--create-application-request', 'Name=demo']
  if (app === undefined) lines.unshift(variableLine('APP', create, 'ApplicationResponse.Id', emulatorUrl))
  return lines.join('\n')
}

const example = {
  Addresses: { '+15551234567': { ChannelType: 'SMS' } },
  MessageConfiguration: { SMSMessage: { Body: 'Your code is 4711' } },
}
