import { existsSync } from 'node:fs'
import { readFile } from 'node:fs/promises'
import type { FastifyPluginAsyncTypebox } from '@fastify/type-provider-typebox'
import { Type } from '@sinclair/typebox'
import type { RouteOptions } from 'fastify'

const Document = Type.Unsafe<object>({
  type: 'object',
  additionalProperties: true,
  description: 'An OpenAPI 3.1 document',
})

/** The document, as the build makes it and puts it beside the code. From source there is none. */
const prepared = new URL('./openapi.json', import.meta.url)

/**
 * Answers the OpenAPI document of everything that is served. It is read or made on the first
 * request.
 */
export const openapi: FastifyPluginAsyncTypebox = async app => {
  let document: Promise<object> | undefined
  app.get(
    '/_pinpoint/openapi.json',
    {
      config: { operation: 'openapi' },
      schema: {
        summary: 'This API and the operations of Pinpoint that are served, as OpenAPI 3.1',
        response: { 200: Document },
      },
    },
    async request => {
      document ??= loadDocument(app.routes)
      const { protocol, host } = request
      // An HTTP/1.0 request may have no Host; the server is then the document's own.
      return { ...(await document), servers: [{ url: host ? `${protocol}://${host}` : '/' }] }
    },
  )
}

async function loadDocument(routes: RouteOptions[]): Promise<object> {
  if (existsSync(prepared)) return JSON.parse(await readFile(prepared, 'utf8'))
  const { describeApi } = await import('./describe-api.ts')
  return describeApi(routes)
}
