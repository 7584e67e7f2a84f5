import type { FastifyPluginAsyncTypebox } from '@fastify/type-provider-typebox'
import { Type } from '@sinclair/typebox'
import { OneOf } from '../shapes/common.ts'
import { version } from '../version.ts'

const Health = Type.Object({ status: OneOf(['ready', 'starting']), version: Type.String() })

/**
 * Whether imports can be done: the worker runs, and the database can be read. While the worker starts, or starts again, and
 * where the database cannot be read, the answer is 503 of the same form; the log says what is wrong with the database.
 */
export const health: FastifyPluginAsyncTypebox = async app => {
  let wasReadable = true
  /** Health is asked for every few seconds, and the log is told once. */
  const isReadable = (): boolean => {
    try {
      app.store.checkReadable()
      wasReadable = true
    } catch (err) {
      if (wasReadable) app.log.error({ err }, 'the database cannot be read')
      wasReadable = false
    }
    return wasReadable
  }

  app.get(
    '/_pinpoint/health',
    {
      config: { operation: 'health' },
      schema: { summary: 'Whether imports can be done', response: { 200: Health, 503: Health } },
    },
    async (_request, reply) => {
      const isReady = app.jobWorker.isRunning() && isReadable()
      return reply.code(isReady ? 200 : 503).send({ status: isReady ? 'ready' : 'starting', version })
    },
  )
}
