import type { Fault } from '../../../server/model/fault.ts'
import { announce } from '../../announce.tsx'
import { call } from '../../api/calls.ts'
import { useFetched } from '../../api/fetched.ts'
import { useReload } from '../../api/live.ts'
import type { ImportJobPage } from '../../api/types.ts'
import { ActionButton } from '../../parts/form.tsx'
import { Icon } from '../../parts/icon.tsx'
import { to } from '../../router.ts'
import type { JobStatus } from './job-path.ts'

/** The state that a job goes on to, where there is only one. */
const nextOf: Partial<Record<JobStatus, JobStatus>> = {
  PENDING_JOB: 'PREPARING_FOR_INITIALIZATION',
  PREPARING_FOR_INITIALIZATION: 'INITIALIZING',
  INITIALIZING: 'PROCESSING',
  PROCESSING: 'COMPLETING',
  COMPLETING: 'COMPLETED',
  FAILING: 'FAILED',
}

/**
 * Adds a fault rule that holds a job, and no other, once the work of its longest state is done; where
 * there is such a rule, says so, and removes it.
 */
export function HoldButton({ id, status }: { id: string; status: JobStatus }) {
  const hangAt = status === 'COMPLETING' || status === 'FAILING' ? status : 'PROCESSING'
  const faults = useFetched<{ items: Fault[] }>('faults')
  useReload(faults.reload, ['faults'])
  if (faults.value === undefined) return null
  const rule = faults.value.items.find(({ job, hangAt: at }) => job?.id === id && at === hangAt)
  if (rule !== undefined) {
    return (
      <>
        <span>
          <Icon name="hand" /> Will be held at the end of {hangAt}
        </span>
        <ActionButton does={() => removeRule(rule.id).finally(faults.reload)}>Remove the rule</ActionButton>
      </>
    )
  }
  return (
    <ActionButton
      does={async () => {
        await call('POST', 'faults', { body: { job: { id }, hangAt } }).finally(faults.reload)
        announce(`The job will be held at the end of ${hangAt}.`)
      }}
    >
      <Icon name="hand" />
      {`Hold it at the end of ${hangAt}`}
    </ActionButton>
  )
}

async function removeRule(id: string): Promise<void> {
  await call('DELETE', to`faults/${id}`)
  announce('The rule is removed.')
}

/** What holds a job, as the rest of a sentence. */
export const HoldReason = ({ heldBy }: Pick<ImportJobPage, 'heldBy'>) => (
  <>
    {heldBy?.mode && (
      <>
        , as <a href="faults">job control</a> is {heldBy.mode}
      </>
    )}
    {heldBy?.fault && (
      <>
        {heldBy.mode ? ', and' : ','} by the <a href="faults">fault rule</a> <code>{heldBy.fault}</code>
      </>
    )}
  </>
)

/** Says that a job is held, and by what, and lets it go on. */
export function Held({
  address,
  status,
  heldBy,
  reload,
}: {
  /** Of the job in the control API. */
  address: string
  status: JobStatus
  heldBy: ImportJobPage['heldBy']
  reload: () => void
}) {
  const next = nextOf[status]
  const end = status === 'FAILING' ? 'FAILED' : 'COMPLETED'
  const advance = async (state?: JobStatus) => {
    const { JobStatus } = await call<{ JobStatus: JobStatus }>('POST', `${address}/advance`, {
      body: state === undefined ? {} : { to: state },
    }).finally(reload)
    announce(`The job is ${JobStatus}.`)
  }
  return (
    <div class="card held">
      <p>
        <Icon name="hand" /> Held in {status}
        <HoldReason heldBy={heldBy} />.
      </p>
      {heldBy?.fault && (
        <div class="actions">
          <ActionButton kind="main" does={() => removeRule(heldBy.fault!).finally(reload)}>
            Remove the rule
          </ActionButton>
        </div>
      )}
      {heldBy?.mode === 'manual' && !heldBy.fault && (
        <div class="actions">
          <ActionButton kind="main" does={() => advance()}>
            {next === undefined ? 'Advance to the next state' : `Advance to ${next}`}
          </ActionButton>
          {next !== end && <ActionButton does={() => advance(end)}>{`Advance to ${end}`}</ActionButton>}
        </div>
      )}
    </div>
  )
}
