import type { FastifyPluginAsyncTypebox } from '@fastify/type-provider-typebox'
import { newId } from '../../aws/arn.ts'
import { badRequest, tooManyRequests } from '../../aws/exceptions.ts'
import { importJobsUnderWay } from '../../quotas.ts'
import { ApplicationParams } from '../../shapes/common.ts'
import { ImportJobRequest, ImportJobResponse } from '../../shapes/import-job.ts'
import { readS3Url } from '../../shapes/s3-url.ts'
import type { SegmentResponse } from '../../shapes/segment.ts'
import type { Store } from '../../store/open-store.ts'
import { checkRoleArn } from '../check-role-arn.ts'
import { appFirst, findApp, findSegment } from '../find.ts'

/**
 * Records the job as CREATED and answers, after a look at what it would read where the settings ask for one; the job
 * worker finds it in the store and moves it through the later states. The answer already names the segment that the
 * job will make: it has the job's own id (assumed).
 *
 * @see https://docs.aws.amazon.com/pinpoint/latest/apireference/apps-application-id-jobs-import.html
 */
export const createImportJob: FastifyPluginAsyncTypebox = async app => {
  app.post(
    '/v1/apps/:applicationId/jobs/import',
    {
      config: { operation: 'CreateImportJob' },
      schema: { params: ApplicationParams, body: ImportJobRequest, response: { 201: ImportJobResponse } },
      preValidation: appFirst,
    },
    async (request, reply) => {
      checkDefinition(request.body)
      const { SegmentId, DefineSegment = false, RegisterEndpoints = true } = request.body
      const { Format, S3Url, RoleArn, SegmentName, ExternalId = request.caller.accountId } = request.body
      const id = newId()
      // A SegmentId without DefineSegment renews that segment too: AWS's own code relied on it (source: observed).
      const segmentId = SegmentId ?? (DefineSegment ? id : null)
      const definition = {
        S3Url,
        RoleArn,
        ExternalId,
        Format,
        RegisterEndpoints,
        DefineSegment,
        ...(segmentId !== null && { SegmentId: segmentId }),
        ...(SegmentName !== undefined && { SegmentName }),
      }
      const findTarget = () => {
        const found = findApp(app.store, request.params.applicationId)
        if (SegmentId !== undefined) checkImported(findSegment(app.store, found, SegmentId))
        return found
      }
      findTarget()
      const problem = await app.preflight(request.body)
      if (problem !== undefined) throw badRequest(problem)
      const created = await app.store.write(() => {
        // Again: it may have been deleted meanwhile.
        const found = findTarget()
        if (app.quotas) checkUnderWay(app.store, request.caller.accountId)
        const now = app.now().toISOString()
        app.store.importJobs.create({ app: found, id, definition, segmentId, requestId: request.id, now })
        return app.store.importJobs.get(found, id)!
      })
      app.jobWorker.wake()
      return reply.code(201).send(created)
    },
  )
}

/** @throws BadRequestException for a segment that no import made (assumed) */
function checkImported({ Id, SegmentType }: SegmentResponse): void {
  if (SegmentType === 'IMPORT') return
  throw badRequest(`SegmentId must be that of an imported segment; ${Id} is ${SegmentType}`)
}

/**
 * Jobs that wait count as well, in all applications of the account (assumed).
 *
 * @throws TooManyRequestsException
 */
function checkUnderWay(store: Store, accountId: string): void {
  if (store.importJobs.countUnderWay(accountId) < importJobsUnderWay) return
  throw tooManyRequests(
    `Account ${accountId} has ${importJobsUnderWay} import jobs that are not COMPLETED or FAILED; it must not have more`,
  )
}

/** What the types of the members cannot say. */
function checkDefinition({
  S3Url,
  RoleArn,
  RegisterEndpoints,
  DefineSegment,
  SegmentId,
}: ImportJobRequest): void {
  if (readS3Url(S3Url) === undefined) {
    throw badRequest(
      `S3Url must be s3://bucket/key or s3://bucket/prefix, the bucket's name 3 to 63 lower-case letters, digits, dots and hyphens; got ${JSON.stringify(S3Url)}`,
    )
  }
  checkRoleArn(RoleArn)
  if (SegmentId === '') throw badRequest('SegmentId must not be empty')
  if (RegisterEndpoints === false && (DefineSegment ?? SegmentId !== undefined) === false) {
    throw badRequest(
      'RegisterEndpoints and DefineSegment must not both be false: the import would have no effect',
    )
  }
}
