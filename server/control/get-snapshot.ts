import type { FastifyPluginAsyncTypebox } from '@fastify/type-provider-typebox'
import { Type } from '@sinclair/typebox'

/** The registered media type of a SQLite file. */
export const sqliteType = 'application/vnd.sqlite3'

/**
 * Answers the whole state, running jobs included, as one SQLite file. Other calls go on meanwhile.
 */
export const getSnapshot: FastifyPluginAsyncTypebox = async app => {
  app.get(
    '/_pinpoint/snapshot',
    {
      config: { operation: 'getSnapshot' },
      schema: {
        summary: 'The whole state, running jobs included, as one SQLite file',
        response: { 200: Type.Unsafe<unknown>({ type: 'string', format: 'binary' }) },
      },
    },
    async (_request, reply) => {
      const { content, bytes } = await app.state.snapshot()
      const at = app.now().toISOString().replaceAll(':', '-')
      return reply
        .header('content-type', sqliteType)
        .header('content-length', bytes)
        .header('content-disposition', `attachment; filename="pinpoint-${at}.db"`)
        .send(content)
    },
  )
}
