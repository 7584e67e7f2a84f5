import type { FastifyPluginAsyncTypebox } from '@fastify/type-provider-typebox'
import { Type } from '@sinclair/typebox'
import { OneOf } from '../model/common.ts'
import { version } from '../version.ts'

const Health = Type.Object({ status: OneOf(['ready', 'starting']), version: Type.String() })

/**
 * Answers 200 when the job worker runs and the database can be read, else 503 with a body of the same form. The log says
 * what is wrong with the database.
 */
export const health: FastifyPluginAsyncTypebox = async app => {
  let wasReadable = true
  /** Logs the error once, since health checks come every few seconds. */
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
