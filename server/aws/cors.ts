import cors from '@fastify/cors'
import type { FastifyInstance } from 'fastify'
import { exposedHeaders } from './error-handler.ts'

/** Lets browsers call from any origin, as Pinpoint does (source: observed); every path answers OPTIONS with 200. */
export function allowBrowsers(app: FastifyInstance): void {
  app.register(cors, {
    origin: '*',
    methods: ['GET', 'POST', 'PUT', 'DELETE'],
    exposedHeaders,
    maxAge: 86_400,
    optionsSuccessStatus: 200,
    strictPreflight: false,
  })
}
