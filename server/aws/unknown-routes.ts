import type { FastifyInstance } from 'fastify'
import { notFound, PinpointException } from './exceptions.ts'

/**
 * Answers what no route answers: 405 for a path that has routes for other methods, 404 for any other (both assumed).
 */
export function answerUnknownRoutes(app: FastifyInstance): void {
  app.setNotFoundHandler(async (request, reply) => {
    const path = request.url.split('?')[0]!
    const methods = app.routes.filter(({ url }) => matches(url, path)).flatMap(({ method }) => method)
    const allowed = [...new Set(methods)].filter(method => method !== 'OPTIONS').join(', ')
    if (allowed === '') throw notFound(`There is nothing at ${path}`)
    reply.header('allow', allowed)
    throw new PinpointException(
      'MethodNotAllowedException',
      `${request.method} is not allowed at ${path}; allowed: ${allowed}`,
    )
  })
}

/** Whether a path fits the URL of a route; both `:name` and `*` stand for something. */
function matches(url: string, path: string): boolean {
  if (url === '*') return false
  const parts = url.split('/').map(part => (part.startsWith(':') ? '[^/]+' : part === '*' ? '.+' : part))
  return new RegExp(`^${parts.join('/')}$`).test(path)
}
