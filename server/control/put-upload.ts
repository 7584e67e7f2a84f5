import type { FastifyPluginAsyncTypebox } from '@fastify/type-provider-typebox'
import { type Static, Type } from '@sinclair/typebox'
import { uploadNameProblem, uploadsBucket } from '../buckets/uploads.ts'
import { badRequest } from '../http/errors/exceptions.ts'
import { pathParams } from '../model/common.ts'
import { readS3Url } from '../model/s3-url.ts'
import { takeUploads, withUpload } from './upload-bodies.ts'

const Upload = Type.Object({
  s3Url: Type.String({ description: 'The object, for CreateImportJob' }),
  bytes: Type.Integer(),
})
export type Upload = Static<typeof Upload>

/**
 * Stores the body as an object, which import jobs can read until the next reset. The same name again
 * is another object. Objects that are uploaded beside an earlier one have a common prefix. The body
 * may have any size and Content-Type.
 */
export const putUpload: FastifyPluginAsyncTypebox = async app => {
  takeUploads(app)
  app.put(
    '/_pinpoint/uploads/:name',
    {
      config: { operation: 'putUpload', isUpload: true },
      schema: {
        summary: 'Stores the body as an object that import jobs can read, until the next reset',
        params: pathParams({ name: 'The name of the file' }),
        querystring: Type.Object({
          beside: Type.Optional(
            Type.String({ description: 'The s3Url of an earlier upload, to be under one prefix with it' }),
          ),
        }),
        response: { 201: Upload },
      },
    },
    async (request, reply) => {
      const { name } = request.params
      const stored = await withUpload(request, async body => {
        const problem = uploadNameProblem(name)
        if (problem !== undefined) throw badRequest(`The upload is refused: ${problem}`)
        const beside = keyOf(request.query.beside)
        return app.uploads.receive(name, body, { signal: reply.disconnectSignal(), beside })
      })
      if ('refusal' in stored) throw badRequest(`The upload is refused: ${stored.refusal}`)
      const { key, bytes } = stored
      return reply.code(201).send({ s3Url: `s3://${uploadsBucket}/${key}`, bytes })
    },
  )
}

/** The key in the URL of an upload. @throws BadRequestException if it is no such URL */
function keyOf(s3Url: string | undefined): string | undefined {
  if (s3Url === undefined) return undefined
  const location = readS3Url(s3Url)
  if (location?.bucket === uploadsBucket) return location.key
  throw badRequest(
    `The upload is refused: beside must be the s3Url of an earlier upload, s3://${uploadsBucket}/…; got ${JSON.stringify(s3Url)}`,
  )
}
