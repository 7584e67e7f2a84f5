import { useSignal } from '@preact/signals'
import type { EndpointResponse } from '../../../server/model/endpoint.ts'
import type { SegmentResponse } from '../../../server/model/segment.ts'
import type { SegmentGroup } from '../../../server/model/segment-dimensions.ts'
import { useAudienceReload } from '../../api/audience.ts'
import { forgetAnswers, useFetched } from '../../api/fetched.ts'
import { count } from '../../format.ts'
import { DeleteButton } from '../../parts/confirm.tsx'
import { Id } from '../../parts/copy.tsx'
import { CopyAs } from '../../parts/copy-as.tsx'
import { type Condition, conditionsOf, dimensionWords } from '../../parts/dimensions.ts'
import { endpointColumns } from '../../parts/endpoints.tsx'
import { Fact, Facts } from '../../parts/facts.tsx'
import { OpenButton } from '../../parts/open-button.tsx'
import { Page, Section } from '../../parts/page.tsx'
import { PagedTable, usePage } from '../../parts/paged-table.tsx'
import { SegmentLink } from '../../parts/segment-link.tsx'
import { Loaded } from '../../parts/states.tsx'
import { Table } from '../../parts/table.tsx'
import { Time } from '../../parts/time.tsx'
import { go, place, to, withQuery } from '../../router.ts'
import { ConditionWords } from './condition.tsx'
import { IsMember } from './is-member.tsx'
import { SegmentForm } from './segment-form.tsx'
import { combined } from './words.ts'

/** A segment: its definition, its members now, whether a certain endpoint is one, and its versions. */
export default function SegmentPage({ app, segment: id }: { app: string; segment: string }) {
  const version = place.value.query.get('version') ?? undefined
  const address = to`v1/apps/${app}/segments/${id}`
  const ofVersion = version === undefined ? address : `${address}/versions/${encodeURIComponent(version)}`
  const segment = useFetched<SegmentResponse>(ofVersion)
  useAudienceReload(app, segment.reload)
  const editing = useSignal(false)
  const { value } = segment
  return (
    <Page
      title={value?.Name || id}
      app={app}
      above={[['Segments', to`apps/${app}/segments`]]}
      ready={value !== undefined}
      actions={
        value && (
          <>
            <CopyAs method="GET" path={`/${ofVersion}`} />
            {value.SegmentType === 'DIMENSIONAL' && <OpenButton icon="pencil" label="Edit" opens={editing} />}
            <DeleteButton
              label="Delete the segment"
              title="Delete the segment?"
              address={address}
              said="The segment is deleted."
              list={to`apps/${app}/segments`}
            >
              <p>All its versions go. Its endpoints stay.</p>
            </DeleteButton>
          </>
        )
      }
    >
      <Loaded isPage from={segment}>
        {shown => (
          <>
            <Facts>
              <Fact name="Id">
                <Id id={id} whole />
              </Fact>
              <Fact name="Type">{shown.SegmentType}</Fact>
              <Fact name="Version">{shown.Version}</Fact>
              <Fact name="Size">{shown.ImportDefinition && count(shown.ImportDefinition.Size)}</Fact>
              <Fact name="Changed">
                <Time at={shown.LastModifiedDate ?? shown.CreationDate} />
              </Fact>
            </Facts>
            <Section title="Who it means">
              <Definition app={app} segment={shown} />
            </Section>
            <IsMember app={app} segment={shown} />
            <Members app={app} segment={id} version={version} />
            <Versions app={app} segment={id} shown={shown.Version} />
          </>
        )}
      </Loaded>
      {editing.value && value && (
        <SegmentForm
          app={app}
          segment={value}
          close={written => {
            editing.value = false
            if (written === undefined) return
            go(withQuery({ version: undefined, token: undefined }), { replace: true })
            forgetAnswers()
          }}
        />
      )}
    </Page>
  )
}

/** The definition of a segment in words. */
function Definition({ app, segment }: { app: string; segment: SegmentResponse }) {
  const { ImportDefinition, Dimensions = {}, SegmentGroups } = segment
  if (ImportDefinition !== undefined) {
    return (
      <p>
        The endpoints that <code>{ImportDefinition.S3Url}</code> named, and all endpoints of the users that it
        named. <a href={to`apps/${app}/import-jobs/${segment.Id}`}>The import</a>
      </p>
    )
  }
  if (SegmentGroups?.Groups === undefined)
    return <Conditions all={conditionsOf(Dimensions).map(one => [one])} />
  return (
    <>
      <p>{`Those that fit ${combined(SegmentGroups.Include)} these groups:`}</p>
      <ol class="groups">
        {SegmentGroups.Groups.map((group, index) => (
          // biome-ignore lint/suspicious/noArrayIndexKey: a group is known by its index.
          <li key={index} class="card">
            <Group app={app} group={group} />
          </li>
        ))}
      </ol>
    </>
  )
}

/** @param all each of them has parts, all of which must be met */
const Conditions = ({ all }: { all: Condition[][] }) =>
  all.length === 0 ? (
    <p>All endpoints.</p>
  ) : (
    <ul class="conditions">
      {all.map(parts => {
        const words = parts.map(({ words }) => words).join(', and ')
        return (
          <li key={words}>
            {parts.every(({ values }) => values === undefined) ? words : <Parts parts={parts} />}
          </li>
        )
      })}
    </ul>
  )

/** The parts of a condition, of which one has more values than are named. */
const Parts = ({ parts }: { parts: Condition[] }) =>
  parts.length === 1 ? (
    <ConditionWords condition={parts[0]!} />
  ) : (
    <>
      All of:
      <Conditions all={parts.map(part => [part])} />
    </>
  )

const Group = ({ app, group }: { app: string; group: SegmentGroup }) => {
  const { SourceSegments = [], SourceType, Dimensions = [], Type } = group
  return (
    <>
      {SourceSegments.length > 0 && (
        <p>
          {`In ${combined(SourceType)} `}
          {SourceSegments.map((source, index) => (
            <span key={source.Id}>
              {index > 0 && ', '}
              <SegmentLink app={app} id={source.Id} />
            </span>
          ))}
        </p>
      )}
      {Dimensions.length > 0 && (
        <>
          <p>{`That meet ${combined(Type)}:`}</p>
          <Conditions all={Dimensions.map(conditionsOf)} />
        </>
      )}
    </>
  )
}

function Members({ app, segment, version }: { app: string; segment: string; version: string | undefined }) {
  const page = usePage<EndpointResponse>(
    to`apps/${app}/segments/${segment}/endpoints` +
      (version ? `?version=${encodeURIComponent(version)}` : ''),
  )
  useAudienceReload(app, page.reload)
  return (
    <Section title="Members">
      <PagedTable
        page={page}
        caption="Endpoints in the segment"
        columns={endpointColumns(app)}
        keyOf={({ Id = '' }) => Id}
        empty={<p class="hint">No endpoint.</p>}
      />
    </Section>
  )
}

function Versions({ app, segment, shown }: { app: string; segment: string; shown: number | undefined }) {
  const versions = useFetched<{ Item: SegmentResponse[] }>(to`v1/apps/${app}/segments/${segment}/versions`)
  useAudienceReload(app, versions.reload)
  if (!versions.error && (versions.value?.Item.length ?? 0) < 2) return null
  return (
    <Section title="Versions">
      <Loaded from={versions}>
        {({ Item }) => (
          <Table
            caption="Versions of the segment"
            rows={Item}
            keyOf={({ Version }) => String(Version)}
            columns={[
              {
                head: 'Version',
                cell: ({ Version }) =>
                  Version === shown ? (
                    `${Version}, shown`
                  ) : (
                    <a href={withQuery({ version: String(Version), token: undefined })}>{Version}</a>
                  ),
              },
              { head: 'Name', cell: ({ Name }) => Name ?? '-' },
              {
                head: 'Who it means',
                wide: true,
                cell: ({ Dimensions = {}, SegmentGroups }) =>
                  SegmentGroups ? 'groups' : dimensionWords(Dimensions).join(', '),
              },
              {
                head: 'Changed',
                number: true,
                cell: ({ LastModifiedDate, CreationDate }) => <Time at={LastModifiedDate ?? CreationDate} />,
              },
            ]}
          />
        )}
      </Loaded>
    </Section>
  )
}
