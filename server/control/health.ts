import type { FastifyPluginAsyncTypebox } from '@fastify/type-provider-typebox'
import { Type } from '@sinclair/typebox'
import type { FastifyReply, FastifyRequest } from 'fastify'
import { OneOf } from '../model/common.ts'
import { version } from '../version.ts'

const Health = Type.Object({ status: OneOf(['ready', 'starting']), version: Type.String() })

/**
 * Answers 200 if the job worker runs and the database can be read, else 503 with a body of the same
 * shape. The log has the error of the database.
 */
export const health: FastifyPluginAsyncTypebox = async app => {
  let wasReadable = true
  /** Logs an error only once, as health checks come every few seconds. */
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

  const answer = async (_request: FastifyRequest, reply: FastifyReply) => {
    const isReady = app.jobWorker.isRunning() && isReadable()
    return reply.code(isReady ? 200 : 503).send({ status: isReady ? 'ready' : 'starting', version })
  }
  const response = { 200: Health, 503: Health }
  app.get(
    '/_pinpoint/health',
    {
      config: { operation: 'health' },
      schema: { summary: 'Whether the emulator is ready to run jobs', response },
    },
    answer,
  )
  // As some probes ask.
  app.head('/_pinpoint/health', { config: { operation: 'health' }, schema: { hide: true, response } }, answer)
}
