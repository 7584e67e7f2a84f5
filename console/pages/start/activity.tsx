import { useFetched } from '../../api/fetched.ts'
import { useReload } from '../../api/live.ts'
import type { Requests } from '../../api/types.ts'
import { LatestMessages, latestShown, RunningJobs } from '../../parts/latest.tsx'
import { Section } from '../../parts/page.tsx'
import { requestColumns } from '../../parts/requests.tsx'
import { Loaded } from '../../parts/states.tsx'
import { Table } from '../../parts/table.tsx'

/** What goes on, and what went wrong. */
export const Activity = () => (
  <>
    <RunningJobs />
    <LatestMessages none="None yet. What SendMessages, campaigns and journeys send appears here." />
    <FailedCalls />
  </>
)

/** The latest calls that were answered with an error. */
function FailedCalls() {
  const requests = useFetched<Requests>(`requests?failed=true&page-size=${latestShown}`)
  useReload(requests.reload, ['requests'], calls => calls.some(({ status }) => status >= 400))
  return (
    <Section title="Failed calls" actions={<a href="requests?failed=true">All failed calls</a>}>
      <Loaded from={requests}>
        {({ items }) =>
          items.length === 0 ? (
            <p class="hint">
              None. <a href="requests">All calls</a> of Pinpoint’s API are in the list of requests.
            </p>
          ) : (
            <Table
              caption="Failed calls"
              columns={requestColumns}
              rows={items}
              keyOf={({ requestId }) => requestId}
            />
          )
        }
      </Loaded>
    </Section>
  )
}
