import type { FastifyPluginAsyncTypebox } from '@fastify/type-provider-typebox'
import { Type } from '@sinclair/typebox'
import type { describeApi } from './describe-api.ts'

const Document = Type.Unsafe<object>({
  type: 'object',
  additionalProperties: true,
  description: 'An OpenAPI 3.1 document',
})

/** Describes all that is served. The description is made when somebody first asks for it. */
export const openapi: FastifyPluginAsyncTypebox = async app => {
  let document: ReturnType<typeof describeApi> | undefined
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
      document ??= import('./describe-api.ts').then(({ describeApi }) => describeApi(app.routes))
      const { protocol, host } = request
      // HTTP/1.0 may name no host; the document's own is then meant.
      return { ...(await document), servers: [{ url: host ? `${protocol}://${host}` : '/' }] }
    },
  )
}
