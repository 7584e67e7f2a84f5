import type { FastifyPluginAsyncTypebox } from '@fastify/type-provider-typebox'
import { Type } from '@sinclair/typebox'

/**
 * Opens and ends sessions: a cookie that counts as the token, for control calls to which a browser
 * cannot add an Authorization header.
 */
export const session: FastifyPluginAsyncTypebox = async app => {
  app.post(
    '/_pinpoint/session',
    {
      config: { operation: 'openSession' },
      schema: {
        summary:
          "Sets a cookie that counts as the token, for the emulator's own pages, until the emulator stops",
        response: { 204: Type.Null() },
      },
    },
    async (request, reply) => reply.code(204).header('set-cookie', app.sessions.open(request)).send(null),
  )

  app.delete(
    '/_pinpoint/session',
    {
      config: { operation: 'endSession' },
      schema: { summary: 'Ends the session of the cookie', response: { 204: Type.Null() } },
    },
    async (request, reply) => reply.code(204).header('set-cookie', app.sessions.end(request)).send(null),
  )
}
