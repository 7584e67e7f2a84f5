import cors, { type FastifyCorsOptions } from '@fastify/cors'
import type { FastifyInstance, FastifyRequest } from 'fastify'
import { isControl } from './control-path.ts'
import { exposedHeaders } from './error-handler.ts'

/**
 * Lets browsers call from any origin, as Pinpoint does (source: observed); every path answers OPTIONS with 200. The control
 * API is for no page that somebody happens to have open.
 */
export function allowBrowsers(app: FastifyInstance): void {
  const options = {
    methods: ['GET', 'POST', 'PUT', 'DELETE'],
    exposedHeaders,
    maxAge: 86_400,
    optionsSuccessStatus: 200,
    strictPreflight: false,
  }
  const [toAll, toNone] = [
    { ...options, origin: '*' },
    { ...options, origin: false },
  ]
  app.register(
    cors,
    () => (request: FastifyRequest, callback: (error: null, options: FastifyCorsOptions) => void) => {
      callback(null, isControl(request.routeOptions.url, request.url) ? toNone : toAll)
    },
  )
}
