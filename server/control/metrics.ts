import type { FastifyPluginAsyncTypebox } from '@fastify/type-provider-typebox'
import { Type } from '@sinclair/typebox'
import type { Registry } from 'prom-client'

/**
 * Metrics for Prometheus. prom-client is loaded on the first request; the counters run from the
 * start of the process.
 */
export const metrics: FastifyPluginAsyncTypebox = async app => {
  let loading: Promise<Registry> | undefined
  app.get(
    '/_pinpoint/metrics',
    {
      config: { operation: 'metrics' },
      schema: {
        summary: 'Requests, jobs, records and the process, for Prometheus',
        produces: ['text/plain'],
        response: { 200: Type.String({ description: "Prometheus's text format" }) },
      },
    },
    async (_request, reply) => {
      loading ??= import('./prometheus.ts').then(({ createRegistry }) => createRegistry(app))
      const registry = await loading
      return reply.type(registry.contentType).send(await registry.metrics())
    },
  )
}
