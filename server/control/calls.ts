import type { FastifyPluginAsyncTypebox } from '@fastify/type-provider-typebox'
import { Type } from '@sinclair/typebox'
import type { FastifyReply, FastifyRequest } from 'fastify'
import { consolePath, controlPath, entryPaths, faviconPath, isControlRoute } from '../http/control-path.ts'
import { version } from '../version.ts'

const Calls = Type.Object({
  version: Type.String(),
  openapi: Type.String({ description: 'The path of the OpenAPI document, which has all details' }),
  items: Type.Array(
    Type.Object({
      name: Type.String(),
      method: Type.String(),
      path: Type.String(),
      summary: Type.String(),
    }),
  ),
})

/**
 * What somebody finds who knows nothing but the emulator's URL: a browser is sent to the console,
 * every other client gets the list of the control calls.
 */
export const calls: FastifyPluginAsyncTypebox = async app => {
  const answer = async (request: FastifyRequest, reply: FastifyReply) => {
    reply.header('vary', 'Origin, Accept')
    if (app.hasConsole && /\btext\/html\b/i.test(request.headers.accept ?? '')) {
      // Relative, as only the browser knows a prefix that a proxy adds.
      const { url = '' } = request.routeOptions
      return reply.redirect(consolePath.slice(url.lastIndexOf('/') + 1))
    }
    return { version, openapi: `${controlPath}openapi.json`, items: listCalls() }
  }
  const listCalls = () =>
    app.routes
      .filter(({ url, schema }) => isControlRoute(url) && !schema?.hide)
      .map(({ config, method, url, schema }) => ({
        name: config!.operation!,
        method: String(method),
        path: url.replaceAll(/:(\w+)/g, '{$1}'),
        summary: schema!.summary!,
      }))

  app.get(
    controlPath,
    {
      config: { operation: 'calls' },
      schema: {
        summary: 'These calls; a browser is sent to the web console',
        response: { 200: Calls },
      },
    },
    answer,
  )
  const alias = { schema: { hide: true, response: { 200: Calls } } }
  for (const path of entryPaths) if (path !== controlPath) app.get(path, alias, answer)
  // As tools ask that wait until a server is there.
  app.head('/', alias, answer)
  // There is no icon, but a 404 for it would look like a failed call of a test.
  app.get(faviconPath, { schema: { hide: true } }, async (_request, reply) =>
    reply.header('cache-control', 'max-age=86400').code(204).send(),
  )
}
