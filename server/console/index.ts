import type { FastifyInstance, FastifyRequest } from 'fastify'
import { consolePath } from '../http/control-path.ts'
import { notFound } from '../http/errors/exceptions.ts'
import { assetsFolder, pageAt, pageHeaders } from './page.ts'

const method = ['GET', 'HEAD']
const schema = { hide: true }

/**
 * The web console: one page for all its paths, and the files that the page loads. They hold nothing
 * of the state, so they need no token; the page asks for it where its calls need one.
 */
export async function webConsole(app: FastifyInstance): Promise<void> {
  // What reads and encodes files is loaded when it is first needed.
  const load = async () => (await import('./files.ts')).loadConsole()

  app.route({
    method,
    schema,
    url: consolePath.slice(0, -1),
    handler: async (_request, reply) => reply.redirect('console/'),
  })

  app.route({
    method,
    schema,
    url: `${consolePath}*`,
    handler: async (request, reply) => {
      const { page } = await load()
      return reply
        .headers(pageHeaders)
        .type('text/html; charset=utf-8')
        .send(pageAt(page, depthOf(request)))
    },
  })

  app.route<{ Params: { '*': string } }>({
    method,
    schema,
    url: `${consolePath}${assetsFolder}/*`,
    handler: async ({ params, headers }, reply) => {
      const name = params['*']
      const asset = (await load()).assets.get(name)
      if (asset === undefined) {
        throw notFound(`The console of this version has no file ${name}: load its page again`)
      }
      const { coding, body } = asset.encode(headers['accept-encoding'])
      if (coding !== undefined) reply.header('content-encoding', coding)
      return reply
        .header('vary', 'Origin, Accept-Encoding')
        .header('cache-control', 'public, max-age=31536000, immutable')
        .header('x-content-type-options', 'nosniff')
        .type(asset.type)
        .send(body)
    },
  })
}

/** How many folders below the console's root a browser takes the page to be. */
function depthOf({ originalUrl }: FastifyRequest): number {
  const { pathname } = new URL(originalUrl, 'http://localhost')
  return pathname.split('/').length - consolePath.split('/').length
}
