import cors from '@fastify/cors'
import type { FastifyInstance } from 'fastify'
import { errorTypeHeader } from './error-handler.ts'
import { requestIdHeader } from './request-id.ts'

/** Lets browsers call from any origin, as Pinpoint does (source: observed); every path answers OPTIONS with 200. */
export function allowBrowsers(app: FastifyInstance): void {
  app.register(cors, {
    origin: '*',
    methods: ['GET', 'POST', 'PUT', 'DELETE'],
    exposedHeaders: [requestIdHeader, errorTypeHeader],
    maxAge: 86_400,
    optionsSuccessStatus: 200,
    strictPreflight: false,
  })
}
