import { useSignal } from '@preact/signals'
import { useRef } from 'preact/hooks'
import { announce } from '../../announce.tsx'
import { call, get } from '../../api/calls.ts'
import { useLoaded } from '../../api/fetched.ts'
import { useReload } from '../../api/live.ts'
import type { RenderAnswer, TemplateResponse, TemplateVersions } from '../../api/types.ts'
import { ConfirmButton, DeleteButton } from '../../parts/confirm.tsx'
import { Id } from '../../parts/copy.tsx'
import { CopyAs } from '../../parts/copy-as.tsx'
import { Facts } from '../../parts/facts.tsx'
import { ActionButton } from '../../parts/form.tsx'
import { Icon } from '../../parts/icon.tsx'
import { OpenButton } from '../../parts/open-button.tsx'
import { Page, Section } from '../../parts/page.tsx'
import { Empty, ErrorBox, Loaded } from '../../parts/states.tsx'
import { Badge } from '../../parts/status.tsx'
import { Table } from '../../parts/table.tsx'
import { Time } from '../../parts/time.tsx'
import { go, place, to, withQuery } from '../../router.ts'
import { Compared } from './compared.tsx'
import { EditTemplate } from './edit-template.tsx'
import { type Kind, kinds } from './kinds.ts'
import { Preview } from './preview.tsx'
import type { Shown } from './shown.ts'
import { Source } from './source.tsx'

const above: [string, string][] = [['Templates', 'templates']]

/** A template: its versions, what they say, and how they render. */
export default function TemplatePage({ kind: path, template: name }: { kind: string; template: string }) {
  const kind = kinds.find(kind => kind.path === path)
  if (kind === undefined) {
    return (
      <Page title={name} above={above}>
        <Empty icon="file-text" title={`There are no templates of a kind ${path}`} />
      </Page>
    )
  }
  return <KnownTemplate kind={kind} name={name} />
}

function KnownTemplate({ kind, name }: { kind: Kind; name: string }) {
  const address = to`v1/templates/${name}/${kind.path}`
  const version = place.value.query.get('version') ?? ''
  const ofVersion = version && to`?version=${version}`
  const shown = useLoaded(`${address}${ofVersion}`, async (signal): Promise<Shown> => {
    const [template, active, versions] = await Promise.all([
      get<Shown['template']>(address + ofVersion, signal),
      get<TemplateResponse>(address, signal),
      get<TemplateVersions>(`${address}/versions?page-size=1000`, signal),
    ])
    return { template, active: active.Version ?? '1', versions: versions.Item }
  })
  /**
   * Whether the version that is shown is being deleted: the feed may tell of it
   * before the page shows another.
   */
  const isLeaving = useRef(false)
  useReload(
    shown.reload,
    ['template'],
    event => event.name === name && event.type === kind.type && !isLeaving.current,
  )
  const { value, error } = shown
  if (version && error?.status === 404) {
    return (
      <Page title={name} above={above}>
        <ErrorBox error={error} />
        <p>
          <a href={to`templates/${kind.path}/${name}`}>The active version</a>
        </p>
      </Page>
    )
  }
  return (
    <Page
      title={name}
      above={above}
      ready={value !== undefined}
      beside={
        <>
          <span class="channel">
            <Icon name={kind.icon} />
            {kind.name}
          </span>
          {value && <VersionBadge version={value.template.Version!} isActive={isActive(value)} />}
        </>
      }
      actions={
        value && (
          <Actions kind={kind} shown={value} address={address} isLeaving={isLeaving} reload={shown.reload} />
        )
      }
    >
      <Loaded isPage from={shown}>
        {shown => <ShownTemplate kind={kind} shown={shown} />}
      </Loaded>
    </Page>
  )
}

const isActive = ({ template, active }: Shown): boolean => template.Version === active

const VersionBadge = ({ version, isActive }: { version: string; isActive: boolean }) => (
  <Badge
    {...(isActive ? { tone: 'done', icon: 'circle-check', over: true } : { tone: 'wait', icon: 'pencil' })}
  >
    {`Version ${version}, ${isActive ? 'active' : 'not active'}`}
  </Badge>
)

/** What can be done with the version that is shown, and with the template as a whole. */
function Actions({
  kind,
  shown,
  address,
  isLeaving,
  reload,
}: {
  kind: Kind
  shown: Shown
  address: string
  isLeaving: { current: boolean }
  reload: () => void
}) {
  const isEdited = useSignal(false)
  const { template, versions } = shown
  const { TemplateName: name, Version: version = '1' } = template
  const activate = async () => {
    await call('PUT', to`v1/templates/${name}/${kind.type}/active-version`, { body: { Version: version } })
    announce(`Version ${version} is active.`)
    reload()
  }
  const close = () => {
    isEdited.value = false
  }
  return (
    <>
      <CopyAs method="GET" path={`/${address}${to`?version=${version}`}`} />
      <OpenButton icon="pencil" label="Edit" opens={isEdited} main />
      {!isActive(shown) && <ActionButton does={activate}>Make version {version} active</ActionButton>}
      {versions.length > 1 && (
        <ConfirmButton
          label={`Delete version ${version}`}
          title={`Delete version ${version} of ${name}?`}
          does={async () => {
            const isNamed = place.peek().query.has('version')
            isLeaving.current = true
            try {
              await call('DELETE', `${address}${to`?version=${version}`}`)
              announce(`Version ${version} is deleted.`)
              go(withQuery({ version: undefined, with: undefined }), { replace: true })
            } finally {
              isLeaving.current = false
            }
            // Else another version is read, as the address says another.
            if (!isNamed) reload()
          }}
        >
          <p>
            {isActive(shown)
              ? 'It is active: the latest of the others becomes active.'
              : 'The other versions stay.'}
          </p>
        </ConfirmButton>
      )}
      <DeleteButton
        label="Delete template"
        title={`Delete the template ${name}?`}
        address={address}
        said={`The template ${name} is deleted.`}
        list="templates"
      >
        <p>All of its versions are deleted. Campaigns and journeys that use it send nothing then.</p>
      </DeleteButton>
      {isEdited.value && (
        <EditTemplate
          kind={kind}
          template={template}
          isLatest={versions[0]?.Version === version}
          address={address}
          close={close}
          saved={saved => {
            close()
            if (saved === version) reload()
            else go(withQuery({ version: saved, with: undefined }))
          }}
        />
      )}
    </>
  )
}

function ShownTemplate({ kind, shown }: { kind: Kind; shown: Shown }) {
  const { template, versions } = shown
  const errors = useSignal<RenderAnswer['errors']>([])
  const other = place.value.query.get('with')
  const { TemplateDescription, RecommenderId, tags = {} } = template
  const facts = (
    <Facts
      of={[
        ['Description', TemplateDescription],
        ['ARN', template.Arn && <Id id={template.Arn} />],
        ['Created', <Time key="created" at={template.CreationDate} />],
        ['Changed', <Time key="changed" at={template.LastModifiedDate} />],
        ['Recommender', RecommenderId as string | undefined],
        ...Object.entries(tags).map(([key, value]): [string, string] => [`Tag: ${key}`, value]),
      ]}
    />
  )
  return (
    <>
      {facts}
      {other !== null && (
        <Compared kind={kind} name={template.TemplateName} from={other} template={template} />
      )}
      <Source kind={kind} template={template} errors={errors.value} />
      {kind.path === 'inapp' ? (
        <p class="hint">There is nothing to render: in-app messages have no variables.</p>
      ) : (
        <Preview
          kind={kind}
          template={template}
          found={found => {
            errors.value = found
          }}
        />
      )}
      <Section title="Versions">
        <Table
          caption="Versions, the newest first"
          rows={versions}
          keyOf={({ Version = '' }) => Version}
          columns={[
            {
              head: 'Version',
              cell: ({ Version = '' }) => (
                <a
                  href={withQuery({ version: Version, with: undefined })}
                  aria-current={Version === template.Version ? 'true' : undefined}
                >
                  Version {Version}
                </a>
              ),
            },
            {
              head: 'Status',
              cell: ({ Version }) =>
                Version === shown.active ? (
                  <Badge tone="done" icon="circle-check" over>
                    Active
                  </Badge>
                ) : (
                  'Not active'
                ),
            },
            { head: 'Created', number: true, cell: ({ CreationDate }) => <Time at={CreationDate} /> },
            { head: 'Changed', number: true, cell: ({ LastModifiedDate }) => <Time at={LastModifiedDate} /> },
            {
              head: 'Compare',
              wide: true,
              cell: ({ Version = '' }) =>
                Version === template.Version ? (
                  'Shown'
                ) : (
                  <a href={withQuery({ version: template.Version!, with: Version })}>
                    {`With version ${template.Version}`}
                  </a>
                ),
            },
          ]}
        />
      </Section>
    </>
  )
}
