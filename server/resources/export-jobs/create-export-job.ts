import type { FastifyPluginAsyncTypebox } from '@fastify/type-provider-typebox'
import { badRequest } from '../../http/errors/exceptions.ts'
import { newId } from '../../model/arn.ts'
import { ApplicationParams } from '../../model/common.ts'
import { ExportJobRequest, ExportJobResponse } from '../../model/export-job.ts'
import { readS3Url } from '../../model/s3-url.ts'
import { checkRoleArn } from '../check-role-arn.ts'
import { appFirst, findApp, findSegmentVersion } from '../find.ts'

/**
 * Creates an export job and answers at once; the worker finds the job in the store and runs it.
 * Without a SegmentVersion, the version that is current now is exported (assumed).
 *
 * @see https://docs.aws.amazon.com/pinpoint/latest/apireference/apps-application-id-jobs-export.html
 */
export const createExportJob: FastifyPluginAsyncTypebox = async app => {
  app.post(
    '/v1/apps/:applicationId/jobs/export',
    {
      config: { operation: 'CreateExportJob' },
      schema: { params: ApplicationParams, body: ExportJobRequest, response: { 202: ExportJobResponse } },
      preValidation: appFirst,
    },
    async (request, reply) => {
      checkDefinition(request.body)
      const { S3UrlPrefix, RoleArn, SegmentId, SegmentVersion } = request.body
      const definition = {
        S3UrlPrefix,
        RoleArn,
        ...(SegmentId !== undefined && { SegmentId }),
        ...(SegmentVersion !== undefined && { SegmentVersion }),
      }
      const id = newId()
      const created = await app.store.write(() => {
        const found = findApp(app.store, request.params.applicationId)
        const segment =
          SegmentId === undefined
            ? undefined
            : findSegmentVersion(app.store, found, SegmentId, SegmentVersion)
        const [segmentId, segmentVersion] = [segment?.Id ?? null, segment?.Version ?? null]
        const now = app.now().toISOString()
        app.store.exportJobs.create({ app: found, id, definition, segmentId, segmentVersion, now })
        return app.store.exportJobs.get(found, id)!
      })
      app.jobWorker.wake()
      return reply.code(202).send(created)
    },
  )
}

/** Bytes of a key: the most that S3 allows, and those that an object's name adds to the prefix. */
const keyBytes = { max: 1024, ofName: '/0123456789abcdef0123456789abcdef-00000.gz'.length }

/** Checks what the types of the members cannot express. @throws BadRequestException */
function checkDefinition({ S3UrlPrefix, RoleArn, SegmentId, SegmentVersion }: ExportJobRequest): void {
  const location = readS3Url(S3UrlPrefix)
  if (location === undefined) {
    throw badRequest(
      `S3UrlPrefix must be s3://bucket or s3://bucket/prefix, the bucket's name 3 to 63 lower-case letters, digits, dots and hyphens; got ${JSON.stringify(S3UrlPrefix)}`,
    )
  }
  const room = keyBytes.max - keyBytes.ofName
  if (Buffer.byteLength(location.key) > room) {
    throw badRequest(
      `S3UrlPrefix must leave room for the objects' names in S3's ${keyBytes.max} bytes of a key: its own key must have at most ${room} bytes`,
    )
  }
  checkRoleArn(RoleArn)
  if (SegmentId === '') throw badRequest('SegmentId must not be empty')
  if (SegmentVersion === undefined) return
  if (SegmentId === undefined) throw badRequest('SegmentVersion needs the SegmentId that it is a version of')
  if (SegmentVersion < 1) {
    throw badRequest(`SegmentVersion must be a whole number from 1; got ${SegmentVersion}`)
  }
}
