import { useSignal } from '@preact/signals'
import type { ApplicationSettingsResource } from '../../../server/model/application-settings.ts'
import { announce } from '../../announce.tsx'
import { call } from '../../api/calls.ts'
import { useFetched } from '../../api/fetched.ts'
import { useReload } from '../../api/live.ts'
import type { AppOverview } from '../../api/types.ts'
import { appName, count, plural } from '../../format.ts'
import { Body } from '../../parts/body.tsx'
import { Channel } from '../../parts/channel.tsx'
import { DeleteButton } from '../../parts/confirm.tsx'
import { Id } from '../../parts/copy.tsx'
import { Fact, Facts } from '../../parts/facts.tsx'
import { TextArea } from '../../parts/fields.tsx'
import { ActionForm } from '../../parts/form.tsx'
import { Icon } from '../../parts/icon.tsx'
import { LatestJobs, LatestMessages } from '../../parts/latest.tsx'
import { Page, Section } from '../../parts/page.tsx'
import { Loaded } from '../../parts/states.tsx'
import { Time } from '../../parts/time.tsx'
import { to } from '../../router.ts'

/** One application: how much it holds, and the latest of what happened in it. */
export default function OverviewPage({ app }: { app: string }) {
  const overview = useFetched<AppOverview>(to`apps/${app}`)
  useReload(overview.reload, ['counts'], ({ id }) => id === app)
  const { value } = overview
  return (
    <Page
      title={value ? appName(value.name, app) : 'Application'}
      above={[['Applications', '']]}
      ready={value !== undefined}
      actions={
        value && (
          <>
            <a class="button main" href={to`apps/${app}/import`}>
              <Icon name="download" />
              Import a file
            </a>
            <DeleteButton
              label="Delete the application"
              title="Delete the application?"
              address={to`v1/apps/${app}`}
              said="The application is deleted."
              list=""
            >
              {`With ${appName(value.name, app)} go ${plural(value.endpoints.total, 'endpoint')}, ${plural(value.segments, 'segment')}, ${plural(value.campaigns, 'campaign')} and ${plural(value.journeys, 'journey')}.`}
            </DeleteButton>
          </>
        )
      }
    >
      <Loaded isPage from={overview}>
        {shown => (
          <>
            <Facts>
              <Fact name="Id">
                <Id id={shown.id} whole />
              </Fact>
              <Fact name="Created">
                <Time at={shown.createdAt} />
              </Fact>
              <Fact name="Tags">{tagsText(shown.tags)}</Fact>
            </Facts>
            <Counts {...shown} />
          </>
        )}
      </Loaded>
      {value && (
        <>
          <LatestJobs
            app={app}
            none="None yet. Drop a CSV or JSON file anywhere on this page to import it."
          />
          <LatestMessages of={{ app }} none="None yet." />
          <Settings app={app} />
        </>
      )}
    </Page>
  )
}

const tagsText = (tags: Record<string, string>): string =>
  Object.entries(tags)
    .map(([name, value]) => `${name}=${value}`)
    .join(', ')

/** Numbers that lead to what they count. */
function Counts({
  id,
  endpoints,
  users,
  segments,
  importJobs,
  exportJobs,
  campaigns,
  journeys,
  messages,
}: AppOverview) {
  const counts: [name: string, value: number, address: string][] = [
    ['Endpoints', endpoints.total, to`apps/${id}/endpoints`],
    ['Users', users, to`apps/${id}/users`],
    ['Segments', segments, to`apps/${id}/segments`],
    ['Jobs', importJobs + exportJobs, to`apps/${id}/jobs`],
    ['Campaigns', campaigns, to`apps/${id}/campaigns`],
    ['Journeys', journeys, to`apps/${id}/journeys`],
    ['Messages', messages, `outbox?app=${encodeURIComponent(id)}`],
  ]
  const channels = Object.entries(endpoints.byChannel)
  return (
    <>
      <ul class="counts">
        {counts.map(([name, value, address]) => (
          <li key={name}>
            <a href={address}>
              <strong>{count(value)}</strong>
              {name}
            </a>
          </li>
        ))}
      </ul>
      {channels.length > 0 && (
        <ul class="by-channel" aria-label="Endpoints by channel">
          {channels.map(([channel, number]) => (
            <li key={channel}>
              <a href={`${to`apps/${id}/endpoints`}?channel=${channel}`}>
                <Channel type={channel} /> {count(number)}
              </a>
            </li>
          ))}
        </ul>
      )}
    </>
  )
}

/** Limits, quiet time and hooks, as GetApplicationSettings answers them; they are edited as JSON. */
function Settings({ app }: { app: string }) {
  const address = to`v1/apps/${app}/settings`
  const settings = useFetched<ApplicationSettingsResource>(address)
  useReload(settings.reload, ['settings'], event => event.app === app)
  const draft = useSignal<string | undefined>(undefined)
  const edit = (text: string | undefined) => () => {
    draft.value = text
  }
  const save = async () => {
    await call('PUT', address, { body: parse(draft.value!) })
    announce('The settings are saved.')
    edit(undefined)()
    settings.reload()
  }
  return (
    <Section title="Application settings">
      <Loaded from={settings}>
        {({ CampaignHook, Limits, QuietTime, JourneyLimits }) => {
          const text = JSON.stringify({ CampaignHook, Limits, QuietTime, JourneyLimits }, null, 2)
          if (draft.value === undefined) {
            return (
              <>
                <Body text={text} label="Settings as JSON" />
                <div class="actions">
                  <button type="button" class="button" onClick={edit(text)}>
                    <Icon name="pencil" />
                    Edit
                  </button>
                </div>
              </>
            )
          }
          return (
            <ActionForm
              class="form"
              does={save}
              label="Save the settings"
              more={
                <button type="button" class="button" onClick={edit(undefined)}>
                  Cancel
                </button>
              }
            >
              <TextArea
                label="Limits, quiet time and hooks"
                hint="A member that is not named stays as it is; an empty object removes it."
                rows={14}
                value={draft.value}
                change={text => edit(text)()}
              />
            </ActionForm>
          )
        }}
      </Loaded>
    </Section>
  )
}

/** @throws Error that says where the text is no JSON */
function parse(text: string): unknown {
  try {
    return JSON.parse(text)
  } catch (error) {
    throw new Error(`This is not JSON: ${(error as Error).message}`)
  }
}
