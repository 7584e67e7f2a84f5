import { type FastifyPluginAsyncTypebox, Type } from '@fastify/type-provider-typebox'

/**
 * Removes everything: applications with all that is in them, and jobs, also those that are running; what unfinished
 * exports have written into buckets is discarded. It takes some milliseconds, whatever there is.
 */
export const reset: FastifyPluginAsyncTypebox = async app => {
  app.post(
    '/_pinpoint/reset',
    {
      config: { operation: 'reset' },
      schema: {
        description: 'Removes everything, running jobs included.',
        response: { 204: Type.Null() },
      },
    },
    async (_request, reply) => {
      await app.state.reset()
      return reply.code(204).send(null)
    },
  )
}
