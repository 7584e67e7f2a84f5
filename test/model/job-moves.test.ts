import t from 'tap'
import { isFinal, jobStatuses, mayMove } from '../../server/model/job-moves.ts'
import { JobStatus } from '../../server/model/job-status.ts'

const all: JobStatus[] = JobStatus.enum as JobStatus[]
const path = [
  'CREATED',
  'PREPARING_FOR_INITIALIZATION',
  'INITIALIZING',
  'PROCESSING',
  'COMPLETING',
  'COMPLETED',
] as const

t.test('a job goes from each status to the next, or to FAILING, and nowhere else', async t => {
  const allowed = new Set([
    ...path.slice(1).map((to, index) => `${path[index]} ${to}`),
    'CREATED PENDING_JOB',
    'PENDING_JOB PREPARING_FOR_INITIALIZATION',
    ...path.slice(0, -1).map(from => `${from} FAILING`),
    'PENDING_JOB FAILING',
    'FAILING FAILED',
  ])
  t.equal(all.length, 9)
  for (const from of all) {
    for (const to of all) t.equal(mayMove(from, to), allowed.has(`${from} ${to}`), `${from} to ${to}`)
  }
})

t.test('only COMPLETED and FAILED are final', async t => {
  t.same(all.filter(isFinal).sort(), ['COMPLETED', 'FAILED'])
})

t.test('statuses are listed in the order in which jobs reach them', async t => {
  const [created, ...others] = path
  t.same(jobStatuses, [created, 'PENDING_JOB', ...others, 'FAILING', 'FAILED'])
})
