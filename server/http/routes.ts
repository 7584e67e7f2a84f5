import type { FastifyInstance, RouteOptions } from 'fastify'

declare module 'fastify' {
  interface FastifyInstance {
    /** Every route, of Pinpoint and of control, in the order of registration. */
    routes: RouteOptions[]
  }
}

/** Keeps a list of all routes that are registered from here on. */
export function collectRoutes(app: FastifyInstance): void {
  const routes: RouteOptions[] = []
  app.decorate('routes', routes)
  app.addHook('onRoute', route => void routes.push(route))
}
