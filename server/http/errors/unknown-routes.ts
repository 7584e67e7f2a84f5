import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify'
import { controlPath } from '../control-path.ts'
import { notFound, PinpointException } from './exceptions.ts'

/**
 * Answers what no route answers: 405 for a path that has operations for other methods, 404 for any
 * other (both assumed).
 */
export function answerUnknownRoutes(app: FastifyInstance): void {
  app.setNotFoundHandler(refuseUnknown)
}

/**
 * @throws MethodNotAllowedException that lists the methods that there are, else NotFoundException
 */
export async function refuseUnknown(request: FastifyRequest, reply: FastifyReply): Promise<never> {
  const path = request.url.split('?')[0]!
  const methods = request.server.routes
    .filter(({ url, config }) => config?.operation !== undefined && matches(url, path))
    .flatMap(({ method }) => method)
  const allowed = [...new Set(methods)].join(', ')
  if (allowed === '') throw notFound(`There is nothing at ${path}${whereToLook(request)}`)
  reply.header('allow', allowed)
  throw new PinpointException(
    'MethodNotAllowedException',
    `${request.method} is not allowed at ${path}; allowed: ${allowed}`,
  )
}

/** Where to find out what there is: Pinpoint's own operations are known to whoever calls them. */
const whereToLook = ({ api, url }: FastifyRequest): string =>
  api === 'control' || `${url}/` === controlPath
    ? `; GET ${controlPath}openapi.json lists all control calls`
    : ''

/** Whether a path fits the URL of a route; both `:name` and `*` stand for something. */
function matches(url: string, path: string): boolean {
  const parts = url.split('/').map(part => (part.startsWith(':') ? '[^/]+' : part === '*' ? '.+' : part))
  return new RegExp(`^${parts.join('/')}$`).test(path)
}
