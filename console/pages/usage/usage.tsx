import { useFetched } from '../../api/fetched.ts'
import { useReload } from '../../api/live.ts'
import type { UsageAnswer } from '../../api/types.ts'
import { count, plural } from '../../format.ts'
import { Page } from '../../parts/page.tsx'
import { Empty, Loaded } from '../../parts/states.tsx'
import { Badge } from '../../parts/status.tsx'
import { Table } from '../../parts/table.tsx'
import { Time } from '../../parts/time.tsx'

/** Which operations the tests still call that AWS has ended. */
export default function UsagePage() {
  const usage = useFetched<UsageAnswer>('usage')
  useReload(usage.reload, ['requests'])
  return (
    <Page title="Usage" ready={usage.value !== undefined}>
      <Loaded from={usage}>
        {({ since, ended, livesOn, items }) =>
          items.length === 0 ? (
            <Empty icon="chart-column" title="No call yet">
              <p>
                AWS ended most of Pinpoint on 30 October 2026. Run your tests, and this page says which of the
                operations that they call live on, and which do not.
              </p>
            </Empty>
          ) : (
            <>
              <p class="verdict">
                {ended.operations === 0
                  ? 'No call of an ended operation.'
                  : `These tests still call ${plural(ended.operations, 'ended operation')}, ${plural(ended.calls, 'time')}.`}{' '}
                <span class="quiet">
                  {`Of operations that live on, they call ${count(livesOn.operations)}. Counted since `}
                  <Time at={since} exact real />.
                </span>
              </p>
              <Table
                caption="Operations that were called"
                rows={[...items].sort(
                  (a, b) =>
                    Number(a.lifecycle !== 'ended') - Number(b.lifecycle !== 'ended') || b.calls - a.calls,
                )}
                keyOf={({ operation }) => operation}
                columns={[
                  {
                    head: 'Operation',
                    cell: ({ operation }) => <a href={`requests?operation=${operation}`}>{operation}</a>,
                  },
                  {
                    head: 'At AWS',
                    cell: ({ lifecycle }) =>
                      lifecycle === 'ended' ? (
                        <Badge tone="warn" icon="ban">
                          ended
                        </Badge>
                      ) : (
                        <Badge tone="done" icon="circle-check">
                          lives on
                        </Badge>
                      ),
                  },
                  { head: 'In its place', wide: true, cell: ({ successor }) => successor ?? '-' },
                  { head: 'Calls', number: true, cell: ({ calls }) => count(calls) },
                ]}
              />
            </>
          )
        }
      </Loaded>
    </Page>
  )
}
