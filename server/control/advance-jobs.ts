import type { FastifyPluginAsyncTypebox } from '@fastify/type-provider-typebox'
import { type TSchema, Type } from '@sinclair/typebox'
import type { FastifyInstance } from 'fastify'
import type { Event } from '../events/event-bus.ts'
import { conflict, orNotFound } from '../http/errors/exceptions.ts'
import { isSegmentDeleted } from '../import/deleted-segment.ts'
import { failsAt } from '../jobs/faults.ts'
import { ExportJobResponse } from '../model/export-job.ts'
import { ImportJobResponse } from '../model/import-job.ts'
import { JobParams } from '../model/job.ts'
import { type JobKind, type JobResponse, jobKinds, jobWords } from '../model/job-kinds.ts'
import { canReach, isFinal, statusesAfter, statusesBefore } from '../model/job-moves.ts'
import { JobStatus } from '../model/job-status.ts'
import { findApp } from '../resources/find.ts'
import type { JobProgress } from '../store/jobs/job-progress.ts'
import type { FoundJob } from '../store/jobs/job-rows.ts'

const Advance = Type.Object(
  {
    to: Type.Optional({ ...JobStatus, description: 'The state to go on to; without it, the next one' }),
  },
  { additionalProperties: false },
)

/** The answers, by the kind of the job. */
const responses: Record<JobKind, TSchema> = { import: ImportJobResponse, export: ExportJobResponse }

/**
 * In the mode `manual`, lets a held job go on to its next status, or to a given one. The answer
 * comes when the job is in that status and has done all its work there.
 *
 * A job that fails on the way goes on to FAILED. The answer is 409 if the job will not reach the status: it
 * has failed, has skipped PENDING_JOB, hangs by a fault rule, or waits for a slot that held jobs have. It
 * is also 409 for a status that is not ahead of the job, in every other mode, and while another call
 * advances the job: the two would give it different permissions.
 */
export const advanceJobs: FastifyPluginAsyncTypebox = async app => {
  /** The jobs that are being advanced. */
  const advancing = new Set<string>()
  for (const kind of jobKinds) {
    app.post(
      `/_pinpoint/apps/:applicationId/${kind}-jobs/:jobId/advance`,
      {
        config: { operation: `advance${jobWords[kind].name}Job`, isBodyOptional: true },
        schema: {
          summary: `Lets a held ${kind} job go on`,
          params: JobParams,
          body: Advance,
          response: { 200: responses[kind] },
        },
      },
      async ({ params, body }, reply) => {
        const job = `${params.applicationId}/${params.jobId}`
        if (advancing.has(job)) throw conflict('another call is advancing the job: wait for its answer first')
        advancing.add(job)
        try {
          return await advance(app, kind, params, body.to, reply.disconnectSignal())
        } finally {
          advancing.delete(job)
        }
      },
    )
  }
}

async function advance(
  app: Pick<FastifyInstance, 'store' | 'jobWorker' | 'bus'>,
  kind: JobKind,
  { applicationId, jobId }: { applicationId: string; jobId: string },
  to: JobStatus | undefined,
  signal: AbortSignal,
): Promise<JobResponse> {
  const progress = app.store[`${kind}Progress`]
  const read = (): FoundJob<JobResponse> =>
    orNotFound(
      app.store[`${kind}Jobs`].find(findApp(app.store, applicationId), jobId),
      `${jobWords[kind].name} job not found: ${jobId}`,
    )

  const from = await app.store.write(() => {
    const { seq, job } = read()
    const { JobStatus: status } = job
    checkMode(app.store.jobControl.get().mode)
    checkAhead(status, to)
    const failsInCompleting = (): boolean => {
      const ref = { seq, id: jobId, app: findApp(app.store, applicationId), status }
      const isFaulty = progress.faultsWithin(ref, failsAt('COMPLETING')).length > 0
      const { SegmentId: segmentId = null } = job.Definition
      // By then, an export needs its segment no longer.
      return isFaulty || (kind === 'import' && isSegmentDeleted({ ...ref, segmentId }, app.store.segments))
    }
    progress.letLeave(seq, to === undefined ? [status] : statusesOnTheWay(to, failsInCompleting))
    return status
  })
  app.jobWorker.wake()

  let status = from
  let isReplaced = false
  /** Other jobs matter as well, as they may have the slots that the job waits for. */
  const mayMatter = ({ kind }: Event): boolean => {
    isReplaced ||= kind === 'state'
    return kind === 'job' || kind === 'jobs' || kind === 'state'
  }
  const look = (): { job: JobResponse } | { obstacle: string; seq: number } | undefined => {
    const found = read()
    status = found.job.JobStatus
    if (isReplaced) throw conflict('the state was replaced meanwhile, which ended the advance')
    if (to === undefined ? status !== from : found.history.some(move => move.status === to)) {
      // It is there, and may still be working. If the mode has changed, it may be further already.
      const isDone = found.held || isFinal(status) || status !== (to ?? status)
      return isDone ? { job: found.job } : undefined
    }
    const obstacle = obstacleTo(found, to, progress)
    return obstacle === undefined ? undefined : { obstacle, seq: found.seq }
  }
  const outcome = await app.bus.waitFor(mayMatter, look, signal).catch(error => {
    if (!signal.aborted) throw error
    throw conflict(`the emulator stops: the job is ${status}, and goes on from there`)
  })
  if ('job' in outcome) return outcome.job
  // A refused advance must not happen later.
  await app.store.write(() => progress.letLeave(outcome.seq, []))
  app.bus.emit({ kind: 'jobs' })
  throw conflict(outcome.obstacle)
}

/** Why a job will not reach a status without the caller's doing; undefined while it may. */
function obstacleTo(
  { seq, job, held }: FoundJob<JobResponse>,
  to: JobStatus | undefined,
  progress: Pick<JobProgress, 'mayLeave' | 'hanging' | 'holdersOfSlots'>,
): string | undefined {
  const { JobStatus: status, Failures = [] } = job
  if (to !== undefined && !canReach(status, to) && status !== 'FAILING') {
    return [`the job did not come to ${to}: it is ${status}`, ...Failures.slice(0, 1)].join(': ')
  }
  const fault = progress.hanging(seq)
  if (fault !== undefined) {
    return `the fault rule ${fault} keeps the job in ${status}: DELETE /_pinpoint/faults/${fault} first`
  }
  if (isFailure(to) && held && status === 'COMPLETING' && !progress.mayLeave({ seq })) {
    return 'the job has not failed so far: it is held in COMPLETING; advance it to COMPLETED to see how it ends'
  }
  const holders = status === 'PENDING_JOB' ? progress.holdersOfSlots(seq) : undefined
  if (holders === undefined) return undefined
  const { having, before } = holders
  const next = before.length > 0 ? `, and then ${before.join(' and ')}, which came before it` : ''
  return `the job waits as PENDING_JOB for a slot, and jobs that are held have all of them: advance ${having.join(' or ')} to the end first${next}`
}

/**
 * The statuses that a job may leave on its way to a status. If it fails instead, it may go on to
 * FAILED; if it is meant to fail, it may not become COMPLETED.
 *
 * @param failsInCompleting whether the job is known to fail in COMPLETING
 */
function statusesOnTheWay(to: JobStatus, failsInCompleting: () => boolean): JobStatus[] {
  const before = statusesBefore(to)
  if (!isFailure(to)) return [...before, 'FAILING']
  return failsInCompleting() ? before : before.filter(status => status !== 'COMPLETING')
}

/** Whether a job comes to a status only if it fails. */
const isFailure = (to: JobStatus | undefined): boolean => to === 'FAILING' || to === 'FAILED'

/** @throws ConflictException */
function checkMode(mode: string): void {
  if (mode === 'manual') return
  throw conflict(
    `jobs advance by themselves in the mode ${mode}: PUT {"mode":"manual"} to /_pinpoint/job-control to advance them by hand`,
  )
}

/** @throws ConflictException */
function checkAhead(status: JobStatus, to: JobStatus | undefined): void {
  if (isFinal(status)) throw conflict(`the job is ${status}: no state comes after that`)
  if (to === undefined || canReach(status, to)) return
  const ahead = statusesAfter(status).join(', ')
  throw conflict(`to must be a state that is still ahead of the job, which is ${status}: ${ahead}`)
}
