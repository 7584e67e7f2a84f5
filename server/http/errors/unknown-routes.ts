import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify'
import { signingName } from '../../model/arn.ts'
import { credentialOf } from '../caller.ts'
import { controlPath } from '../control-path.ts'
import { notFound, PinpointException } from './exceptions.ts'

/**
 * Answers requests without a route: 405 if the path has operations with other methods, else 404
 * (both assumed).
 */
export function answerUnknownRoutes(app: FastifyInstance): void {
  app.setNotFoundHandler(refuseUnknown)
}

/** @throws MethodNotAllowedException that lists the allowed methods, or NotFoundException */
export async function refuseUnknown(request: FastifyRequest, reply: FastifyReply): Promise<never> {
  const path = request.url.split('?')[0]!
  const methods = request.server.routes
    .filter(({ url, config }) => config?.operation !== undefined && matches(url, path))
    .flatMap(({ method }) => method)
  const allowed = [...new Set(methods)].join(', ')
  const asked = request.originalUrl.split('?')[0]!
  if (allowed === '') throw notFound(`There is nothing at ${asked}${whereToLook(request)}`)
  reply.header('allow', allowed)
  throw new PinpointException(
    'MethodNotAllowedException',
    `${request.method} is not allowed at ${asked}; allowed: ${allowed}`,
  )
}

/**
 * Where to look up the control calls, or that the call is one of another service. Callers of Pinpoint's
 * operations know those already.
 */
function whereToLook({ api, url, headers, query }: FastifyRequest): string {
  if (api === 'control' || `${url}/` === controlPath) {
    return `; GET ${controlPath}openapi.json lists all control calls`
  }
  const service = credentialOf(headers, query)?.service
  if (service === undefined || service === signingName) return ''
  return `: the call is signed for ${service}, and no service but Pinpoint (${signingName}) is served`
}

/** Whether a path matches the URL pattern of a route, in which `:name` and `*` are not empty. */
function matches(url: string, path: string): boolean {
  const parts = url.split('/').map(part => (part.startsWith(':') ? '[^/]+' : part === '*' ? '.+' : part))
  return new RegExp(`^${parts.join('/')}$`).test(path)
}
