import type { FastifyPluginAsyncTypebox } from '@fastify/type-provider-typebox'
import { type Static, Type } from '@sinclair/typebox'
import { uploadNameProblem, uploadsBucket } from '../buckets/uploads.ts'
import { badRequest } from '../http/errors/exceptions.ts'
import { pathParams } from '../model/common.ts'
import { takeUploads, withUpload } from './upload-bodies.ts'

const Upload = Type.Object({
  s3Url: Type.String({ description: 'The object, for CreateImportJob' }),
  bytes: Type.Integer(),
})
export type Upload = Static<typeof Upload>

/**
 * Stores the body as an object, which import jobs can read until the next reset. The same name again
 * is another object. The body may have any size and Content-Type.
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
        response: { 201: Upload },
      },
    },
    async (request, reply) => {
      const { name } = request.params
      const stored = await withUpload(request, async body => {
        const problem = uploadNameProblem(name)
        if (problem !== undefined) throw badRequest(`The upload is refused: ${problem}`)
        return app.uploads.receive(name, body, reply.untilGone())
      })
      if ('refusal' in stored) throw badRequest(`The upload is refused: ${stored.refusal}`)
      const { key, bytes } = stored
      return reply.code(201).send({ s3Url: `s3://${uploadsBucket}/${key}`, bytes })
    },
  )
}
