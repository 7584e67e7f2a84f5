import { useSignal } from '@preact/signals'
import type { SegmentResponse } from '../../../server/model/segment.ts'
import { useAudienceReload } from '../../api/audience.ts'
import { useFetched } from '../../api/fetched.ts'
import type { SegmentMember } from '../../api/types.ts'
import { bound, TextField } from '../../parts/fields.tsx'
import { Section } from '../../parts/page.tsx'
import { SegmentLink } from '../../parts/segment-link.tsx'
import { Loaded } from '../../parts/states.tsx'
import { Badge } from '../../parts/status.tsx'
import { Table } from '../../parts/table.tsx'
import { go, place, to, withQuery } from '../../router.ts'
import { ConditionWords } from './condition.tsx'
import { combined, conditionOf } from './words.ts'

type Condition = SegmentMember['conditions'][number]

/**
 * Asks whether an endpoint is in a version of a segment, and shows which of its groups it fits and
 * which conditions it meets. Colours are for what decides: a condition of a group that must meet none
 * is not wrong if it is not met.
 */
export function IsMember({ app, segment }: { app: string; segment: SegmentResponse }) {
  const asked = place.value.query.get('endpoint') ?? ''
  const typed = useSignal(asked)
  const { Id, Version = 1, SegmentGroups } = segment
  const answer = useFetched<SegmentMember>(
    asked === '' ? undefined : to`apps/${app}/segments/${Id}/endpoints/${asked}?version=${Version}`,
  )
  useAudienceReload(app, answer.reload)
  return (
    <Section title="Is this endpoint in it, and why?">
      <form
        class="form-row"
        onSubmit={event => {
          event.preventDefault()
          go(withQuery({ endpoint: typed.value.trim() }), { replace: true })
        }}
      >
        <TextField label="Endpoint id" {...bound(typed)} />
        <button type="submit" class="button">
          Ask
        </button>
      </form>
      {asked !== '' && (
        <Loaded from={answer}>
          {({ member, groups, conditions }) => (
            <>
              <p role="status">
                <Badge {...(member ? yes : no)}>{member ? 'yes' : 'no'}</Badge>{' '}
                {member ? `${asked} is in the segment.` : `${asked} is not in the segment.`}
              </p>
              {groups === undefined ? (
                <Conditions
                  app={app}
                  caption="Conditions of the segment"
                  rows={conditions.map(condition => [condition])}
                />
              ) : (
                <>
                  <p>{`In it are those that fit ${combined(SegmentGroups?.Include)} these groups:`}</p>
                  <ol class="groups">
                    {groups.map(({ met }, index) => (
                      // biome-ignore lint/suspicious/noArrayIndexKey: a group is known by its index.
                      <li key={index} class="card group">
                        <GroupReasons
                          app={app}
                          index={index}
                          met={met}
                          how={SegmentGroups?.Groups?.[index] ?? {}}
                          conditions={conditions.filter(({ group }) => group === index)}
                        />
                      </li>
                    ))}
                  </ol>
                </>
              )}
              {conditions.length >= maxAnswered && <p class="hint">At most 500 conditions are shown.</p>}
            </>
          )}
        </Loaded>
      )}
    </Section>
  )
}

/** Most conditions of an answer. */
const maxAnswered = 500

/** Whether an endpoint fits a group, and what of it it meets. */
function GroupReasons({
  app,
  index,
  met,
  how,
  conditions,
}: {
  app: string
  index: number
  met: boolean
  how: { SourceType?: string; Type?: string }
  conditions: Condition[]
}) {
  const sources = conditions.filter(({ dimension }) => dimension === undefined)
  const others = conditions.filter(({ dimension }) => dimension !== undefined)
  const name = `group ${index + 1}`
  return (
    <>
      <h3>
        Group {index + 1} <Badge {...(met ? yes : no)}>{met ? 'met' : 'not met'}</Badge>
      </h3>
      {sources.length > 0 && (
        <>
          <p>{`In ${combined(how.SourceType)} these segments:`}</p>
          <Conditions app={app} caption={`Segments of ${name}`} rows={sources.map(source => [source])} />
        </>
      )}
      {others.length > 0 && (
        <>
          <p>{`Meets ${combined(how.Type)} these:`}</p>
          <Conditions
            app={app}
            caption={`Conditions of ${name}`}
            rows={[...Map.groupBy(others, ({ dimension }) => dimension).values()]}
          />
        </>
      )}
    </>
  )
}

/** A table of conditions. Those that make one dimension are in one row: all of them must be met. */
const Conditions = ({ app, caption, rows }: { app: string; caption: string; rows: Condition[][] }) =>
  rows.length === 0 ? null : (
    <div class="reasons">
      <Table
        caption={caption}
        rows={rows.map((conditions, index) => ({ conditions, index }))}
        keyOf={({ index }) => String(index)}
        columns={[
          {
            head: 'Condition',
            wide: true,
            cell: ({ conditions }) =>
              conditions.length === 1 ? (
                <Words app={app} condition={conditions[0]!} />
              ) : (
                <>
                  All of:
                  <ul class="conditions">
                    {conditions.map(condition => (
                      <li key={condition.name}>
                        <Words app={app} condition={condition} /> <Met met={condition.met} />
                      </li>
                    ))}
                  </ul>
                </>
              ),
          },
          { head: 'Met', cell: ({ conditions }) => <Met met={conditions.every(({ met }) => met)} /> },
        ]}
      />
    </div>
  )

/** A condition in words, or a link to the segment that it names. */
function Words({ app, condition: { name, requires } }: { app: string; condition: Condition }) {
  if (name === 'SourceSegments') {
    const { Id, Version } = requires as { Id: string; Version?: number }
    return (
      <>
        <SegmentLink app={app} id={Id} />
        {Version !== undefined && `, version ${Version}`}
      </>
    )
  }
  return <ConditionWords condition={conditionOf(name, requires)} />
}

const yes = { tone: 'done', icon: 'circle-check' } as const
const no = { tone: 'warn', icon: 'circle-x' } as const

const Met = ({ met }: { met: boolean }) => (
  <Badge {...(met ? yes : no)} tone="wait">
    {met ? 'yes' : 'no'}
  </Badge>
)
