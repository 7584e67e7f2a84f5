import { useSignal } from '@preact/signals'
import type { ChannelResponse } from '../../../server/model/channel.ts'
import { call } from '../../api/calls.ts'
import { useFetched } from '../../api/fetched.ts'
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
import { announce } from '../../shell/announce.tsx'

/** A type of channels: its name in GetChannels, its path, and the members that an update takes. */
interface ChannelKind {
  platform: string
  path: string
  members: string[]
}

const apns = [
  'Certificate',
  'PrivateKey',
  'TokenKey',
  'TokenKeyId',
  'TeamId',
  'BundleId',
  'DefaultAuthenticationMethod',
]

const kinds: ChannelKind[] = [
  {
    platform: 'EMAIL',
    path: 'email',
    members: ['FromAddress', 'Identity', 'ConfigurationSet', 'RoleArn', 'OrchestrationSendingRoleArn'],
  },
  { platform: 'SMS', path: 'sms', members: ['SenderId', 'ShortCode'] },
  { platform: 'VOICE', path: 'voice', members: [] },
  { platform: 'GCM', path: 'gcm', members: ['ApiKey', 'ServiceJson', 'DefaultAuthenticationMethod'] },
  { platform: 'APNS', path: 'apns', members: apns },
  { platform: 'APNS_SANDBOX', path: 'apns_sandbox', members: apns },
  { platform: 'APNS_VOIP', path: 'apns_voip', members: apns },
  { platform: 'APNS_VOIP_SANDBOX', path: 'apns_voip_sandbox', members: apns },
  { platform: 'ADM', path: 'adm', members: ['ClientId', 'ClientSecret'] },
  { platform: 'BAIDU', path: 'baidu', members: ['ApiKey', 'SecretKey'] },
]

/** The channels of an application: which are set, and a form for each. */
export default function ChannelsPage({ app }: { app: string }) {
  const channels = useFetched<{ Channels: Record<string, ChannelResponse> }>(to`v1/apps/${app}/channels`)
  const editing = useSignal<ChannelKind | undefined>(undefined)
  const set = channels.value?.Channels ?? {}
  return (
    <Page title="Channels" app={app} ready={channels.value !== undefined}>
      <Loaded from={channels}>
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
              { head: 'Version', number: true, cell: ({ platform }) => set[platform]?.Version ?? '-' },
              {
                head: 'Changed',
                number: true,
                cell: ({ platform }) => <Time at={set[platform]?.LastModifiedDate} />,
              },
              {
                head: 'Change',
                cell: kind => (
                  <span class="actions">
                    <button
                      type="button"
                      class="button"
                      aria-label={`${set[kind.platform] ? 'Change' : 'Set up'} ${kind.platform}`}
                      onClick={() => {
                        editing.value = kind
                      }}
                    >
                      {set[kind.platform] ? 'Change' : 'Set up'}
                    </button>
                    {set[kind.platform] && (
                      <ActionButton
                        does={async () => {
                          await call('DELETE', `${to`v1/apps/${app}/channels`}/${kind.path}`)
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
          kind={editing.value}
          address={`${to`v1/apps/${app}/channels`}/${editing.value.path}`}
          enabled={set[editing.value.platform]?.Enabled ?? true}
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

function ChannelForm({
  kind,
  address,
  enabled,
  close,
}: {
  kind: ChannelKind
  address: string
  enabled: boolean
  close: () => void
}) {
  const typed = useSignal<Record<string, string>>({})
  const isEnabled = useSignal(enabled)
  const save = async () => {
    await call('PUT', address, { body: { ...typed.value, Enabled: isEnabled.value } })
    announce(`The channel ${kind.platform} is saved.`)
    close()
  }
  return (
    <Dialog title={`Channel ${kind.platform}`} close={close}>
      <ActionForm does={save} label="Save the channel">
        <CheckField label="Enabled" {...bound(isEnabled)} />
        {kind.members.map(member => (
          <TextField
            key={member}
            label={member}
            autocomplete="off"
            value={typed.value[member] ?? ''}
            change={value => {
              typed.value = { ...typed.value, [member]: value }
            }}
          />
        ))}
        <p class="hint">
          What is left empty stays as it is. Credentials are not checked and never shown: any text will do.
        </p>
      </ActionForm>
    </Dialog>
  )
}
