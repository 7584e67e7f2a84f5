import type { FastifyInstance, FastifyRequest, RouteOptions } from 'fastify'

declare module 'fastify' {
  interface FastifyInstance {
    /** All routes, of Pinpoint and of the control API, in the order of registration. */
    routes: RouteOptions[]
    /** The names of Pinpoint's operations that have a route. */
    operations: ReadonlySet<string>
  }
}

/** Collects all routes that are registered from now on, and the names of Pinpoint's operations. */
export function collectRoutes(app: FastifyInstance): void {
  const routes: RouteOptions[] = []
  const operations = new Set<string>()
  app.decorate('routes', routes)
  app.decorate('operations', operations)
  app.addHook('onRoute', route => {
    routes.push(route)
    const { url, config } = route
    if (url.startsWith('/v1/') && config?.operation !== undefined) operations.add(config.operation)
  })
}

/**
 * The operation of Pinpoint that a request calls; undefined for control calls, also those under
 * `/_pinpoint/v1/`, for preflights and for unknown routes.
 */
export function operationOf({ api, routeOptions: { url, config } }: FastifyRequest): string | undefined {
  return api === 'pinpoint' && url?.startsWith('/v1/') ? config.operation : undefined
}
