import { useSignal } from '@preact/signals'
import type { ChannelResponse } from '../../../server/model/channel.ts'
import { announce } from '../../announce.tsx'
import { call, get } from '../../api/calls.ts'
import { useFetched } from '../../api/fetched.ts'
import { useReload } from '../../api/live.ts'
import { Channel } from '../../parts/channel.tsx'
import { Dialog } from '../../parts/dialog.tsx'
import { bound, CheckField, TextField } from '../../parts/fields.tsx'
import { ActionButton, ActionForm } from '../../parts/form.tsx'
import { Page } from '../../parts/page.tsx'
import { Loaded } from '../../parts/states.tsx'
import { Badge } from '../../parts/status.tsx'
import { Table } from '../../parts/table.tsx'
import { Time } from '../../parts/time.tsx'
import { to } from '../../router.ts'

/** A type of channels: its name in GetChannels, its path, and the members that an update takes. */
interface ChannelKind {
  platform: string
  path: string
  /** Members that the channel's own Get operation answers. */
  members: string[]
  /** Members that no answer has. */
  credentials: string[]
  /** Members that each update must have. */
  required?: string[]
}

const apns = (platform: string): ChannelKind => ({
  platform,
  path: platform.toLowerCase(),
  members: ['DefaultAuthenticationMethod'],
  credentials: ['Certificate', 'PrivateKey', 'TokenKey', 'TokenKeyId', 'TeamId', 'BundleId'],
})

const kinds: ChannelKind[] = [
  {
    platform: 'EMAIL',
    path: 'email',
    members: ['FromAddress', 'Identity', 'ConfigurationSet', 'RoleArn', 'OrchestrationSendingRoleArn'],
    credentials: [],
    required: ['FromAddress', 'Identity'],
  },
  { platform: 'SMS', path: 'sms', members: ['SenderId', 'ShortCode'], credentials: [] },
  { platform: 'VOICE', path: 'voice', members: [], credentials: [] },
  {
    platform: 'GCM',
    path: 'gcm',
    members: ['DefaultAuthenticationMethod'],
    credentials: ['ApiKey', 'ServiceJson'],
  },
  apns('APNS'),
  apns('APNS_SANDBOX'),
  apns('APNS_VOIP'),
  apns('APNS_VOIP_SANDBOX'),
  {
    platform: 'ADM',
    path: 'adm',
    members: [],
    credentials: ['ClientId', 'ClientSecret'],
    required: ['ClientId', 'ClientSecret'],
  },
  {
    platform: 'BAIDU',
    path: 'baidu',
    members: [],
    credentials: ['ApiKey', 'SecretKey'],
    required: ['ApiKey', 'SecretKey'],
  },
]

/** The channels of an application: which are set, and a form for each. */
export default function ChannelsPage({ app }: { app: string }) {
  const address = to`v1/apps/${app}/channels`
  const addressOf = ({ path }: ChannelKind) => `${address}/${path}`
  const channels = useFetched<{ Channels: Record<string, ChannelResponse> }>(address)
  useReload(channels.reload, ['settings'], event => event.app === app)
  const editing = useSignal<{ kind: ChannelKind; now: SetChannel } | undefined>(undefined)
  const set = channels.value?.Channels ?? {}
  return (
    <Page title="Channels" app={app} ready={channels.value !== undefined}>
      <Loaded isPage from={channels}>
        {() => (
          <Table
            caption="Channels"
            rows={kinds}
            keyOf={({ platform }) => platform}
            columns={[
              { head: 'Channel', cell: ({ platform }) => <Channel type={platform} /> },
              {
                head: 'Status',
                wide: true,
                cell: ({ platform }) => <ChannelStatus channel={set[platform]} />,
              },
              {
                head: 'Version',
                number: true,
                cell: ({ platform }) => set[platform]?.Version ?? '-',
              },
              {
                head: 'Changed',
                number: true,
                cell: ({ platform }) => <Time at={set[platform]?.LastModifiedDate} />,
              },
              {
                head: 'Change',
                cell: kind => (
                  <span class="actions">
                    <ActionButton
                      does={async () => {
                        const now = set[kind.platform] && (await get<SetChannel>(addressOf(kind)))
                        editing.value = { kind, now: now ?? {} }
                      }}
                    >
                      {set[kind.platform] ? 'Change' : 'Set up'}
                      <span class="sr-only"> {kind.platform}</span>
                    </ActionButton>
                    {set[kind.platform] && (
                      <ActionButton
                        does={async () => {
                          await call('DELETE', addressOf(kind))
                          announce(`The channel ${kind.platform} is deleted.`)
                          channels.reload()
                        }}
                      >
                        Delete<span class="sr-only"> {kind.platform}</span>
                      </ActionButton>
                    )}
                  </span>
                ),
              },
            ]}
          />
        )}
      </Loaded>
      {editing.value && (
        <ChannelForm
          {...editing.value}
          address={addressOf(editing.value.kind)}
          close={() => {
            editing.value = undefined
            channels.reload()
          }}
        />
      )}
    </Page>
  )
}

const ChannelStatus = ({ channel }: { channel: ChannelResponse | undefined }) =>
  channel === undefined ? (
    <Badge tone="wait" icon="circle-dashed">
      not set up
    </Badge>
  ) : channel.Enabled ? (
    <Badge tone="done" icon="circle-check">
      enabled
    </Badge>
  ) : (
    <Badge tone="warn" icon="circle-pause">
      disabled
    </Badge>
  )

/** A channel as its own Get operation answers it: each type has members of its own. */
type SetChannel = ChannelResponse & Record<string, unknown>

/**
 * Sets up or changes a channel.
 *
 * @param now the channel as it is; empty if it is not set up
 */
function ChannelForm({
  kind: { platform, members, credentials, required = [] },
  address,
  now,
  close,
}: {
  kind: ChannelKind
  address: string
  now: SetChannel
  close: () => void
}) {
  const before = (member: string) => String(now[member] ?? '')
  const typed = useSignal<Record<string, string>>({})
  const isEnabled = useSignal(now.Enabled ?? true)
  const textOf = (member: string) => typed.value[member] ?? before(member)
  const save = async () => {
    // A member that is left out stays; an empty text removes it.
    const changed = [...members, ...credentials].filter(
      member => textOf(member) !== before(member) || required.includes(member),
    )
    const update = Object.fromEntries(changed.map(member => [member, textOf(member)]))
    await call('PUT', address, { body: { ...update, Enabled: isEnabled.value } })
    announce(`The channel ${platform} is saved.`)
    close()
  }
  return (
    <Dialog title={`Channel ${platform}`} close={close}>
      <ActionForm does={save} label="Save the channel">
        <CheckField label="Enabled" {...bound(isEnabled)} />
        {[...members, ...credentials].map(member => (
          <TextField
            key={member}
            label={member}
            autocomplete="off"
            required={required.includes(member)}
            value={textOf(member)}
            change={value => {
              typed.value = { ...typed.value, [member]: value }
            }}
          />
        ))}
        {members.length > 0 && <p class="hint">A field that you empty is removed from the channel.</p>}
        {credentials.length > 0 && (
          <p class="hint">
            Credentials are never shown, and not checked: any text will do.
            {required.length === 0 && ' Those that you leave empty stay as they are.'}
          </p>
        )}
      </ActionForm>
    </Dialog>
  )
}
