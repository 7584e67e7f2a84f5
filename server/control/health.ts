import type { FastifyPluginAsyncTypebox } from '@fastify/type-provider-typebox'
import { Type } from '@sinclair/typebox'
import { OneOf } from '../shapes/common.ts'
import { version } from '../version.ts'

const Health = Type.Object({ status: OneOf(['ready', 'starting']), version: Type.String() })

/**
 * Whether imports can be done. The database is migrated before anything listens, so the worker alone decides; while
 * it starts, or starts again, the answer is 503 of the same form.
 */
export const health: FastifyPluginAsyncTypebox = async app => {
  app.get(
    '/_pinpoint/health',
    {
      config: { operation: 'health' },
      schema: { summary: 'Whether imports can be done', response: { 200: Health, 503: Health } },
    },
    async (_request, reply) => {
      const isReady = app.jobWorker.isRunning()
      return reply.code(isReady ? 200 : 503).send({ status: isReady ? 'ready' : 'starting', version })
    },
  )
}
