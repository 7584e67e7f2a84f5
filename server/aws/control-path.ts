import type { FastifyRequest } from 'fastify'

/** Where everything lives that Pinpoint does not have. */
export const controlPath = '/_pinpoint/'

/** Whether a request is for the control API, and so no call of Pinpoint's. */
export function isControl({ routeOptions, url }: FastifyRequest): boolean {
  // Preflights share a route, and what is unknown has none.
  const { url: path = '*' } = routeOptions
  return (path === '*' ? url : path).startsWith(controlPath)
}
