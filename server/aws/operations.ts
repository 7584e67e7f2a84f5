import type { FastifyInstance, FastifyRequest } from 'fastify'

declare module 'fastify' {
  interface FastifyInstance {
    /** The names of all operations of Pinpoint. */
    operations: ReadonlySet<string>
  }
}

/** Collects the names of Pinpoint's operations from their routes. */
export function nameOperations(app: FastifyInstance): void {
  const operations = new Set<string>()
  app.decorate('operations', operations)
  app.addHook('onRoute', ({ url, config }) => {
    if (url.startsWith('/v1/') && config?.operation !== undefined) operations.add(config.operation)
  })
}

/** The operation of Pinpoint that a request is for; undefined for control calls, preflights and unknown routes. */
export function operationOf({ routeOptions: { url, config } }: FastifyRequest): string | undefined {
  return url?.startsWith('/v1/') ? config.operation : undefined
}
