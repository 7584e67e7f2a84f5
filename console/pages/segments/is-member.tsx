import { useSignal } from '@preact/signals'
import { useAudienceReload } from '../../api/audience.ts'
import { useFetched } from '../../api/fetched.ts'
import type { SegmentMember } from '../../api/types.ts'
import { bound, TextField } from '../../parts/fields.tsx'
import { Section } from '../../parts/page.tsx'
import { Loaded } from '../../parts/states.tsx'
import { Badge } from '../../parts/status.tsx'
import { Table } from '../../parts/table.tsx'
import { go, place, to, withQuery } from '../../router.ts'
import { conditionWords } from './words.ts'

/** Asks whether an endpoint is in a segment, and shows which of the conditions it meets. */
export function IsMember({
  app,
  segment,
  version,
}: {
  app: string
  segment: string
  version: string | undefined
}) {
  const asked = place.value.query.get('endpoint') ?? ''
  const typed = useSignal(asked)
  const answer = useFetched<SegmentMember>(
    asked === ''
      ? undefined
      : to`apps/${app}/segments/${segment}/endpoints/${asked}` +
          (version ? `?version=${encodeURIComponent(version)}` : ''),
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
          {({ member, conditions }) => (
            <>
              <p role="status">
                <Met met={member} />{' '}
                {member ? `${asked} is in the segment.` : `${asked} is not in the segment.`}
              </p>
              {conditions.length > 0 && (
                <Table
                  caption="Conditions of the segment"
                  rows={conditions.map((condition, index) => ({ ...condition, index }))}
                  keyOf={({ index }) => String(index)}
                  columns={[
                    {
                      head: 'Condition',
                      wide: true,
                      cell: ({ name, requires }) => conditionWords(name, requires),
                    },
                    ...(conditions.some(({ group }) => group !== undefined)
                      ? [
                          {
                            head: 'Group',
                            number: true,
                            cell: ({ group }: { group?: number }) => (group ?? 0) + 1,
                          },
                        ]
                      : []),
                    { head: 'Met', cell: ({ met }) => <Met met={met} /> },
                  ]}
                />
              )}
            </>
          )}
        </Loaded>
      )}
    </Section>
  )
}

const Met = ({ met }: { met: boolean }) =>
  met ? (
    <Badge tone="done" icon="circle-check">
      yes
    </Badge>
  ) : (
    <Badge tone="warn" icon="circle-x">
      no
    </Badge>
  )
