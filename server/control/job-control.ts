import type { FastifyPluginAsyncTypebox } from '@fastify/type-provider-typebox'
import { badRequest } from '../http/errors/exceptions.ts'
import { JobControl } from '../model/job-control.ts'

/**
 * Reads and sets how jobs advance. A change takes effect at once, also for jobs that wait or are
 * held.
 */
export const jobControl: FastifyPluginAsyncTypebox = async app => {
  app.get(
    '/_pinpoint/job-control',
    {
      config: { operation: 'getJobControl' },
      schema: { summary: 'How jobs advance', response: { 200: JobControl } },
    },
    async () => app.store.jobControl.get(),
  )

  app.put(
    '/_pinpoint/job-control',
    {
      config: { operation: 'putJobControl' },
      schema: {
        summary: 'Sets how jobs advance, running ones included',
        body: JobControl,
        response: { 200: JobControl },
      },
    },
    async request => {
      const control = request.body
      checkDelay(control)
      await app.store.write(() => app.store.jobControl.put(control))
      app.jobWorker.wake()
      return control
    },
  )
}

/** @throws BadRequestException */
function checkDelay({ mode, delayMs }: JobControl): void {
  if (mode === 'timed' && delayMs === undefined) {
    throw badRequest(
      'delayMs is required with the mode timed: the milliseconds that a job waits in each state',
    )
  }
  if (mode !== 'timed' && delayMs !== undefined) {
    throw badRequest(`delayMs goes with the mode timed alone; the mode is ${mode}`)
  }
}
