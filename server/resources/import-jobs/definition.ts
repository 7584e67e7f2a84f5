import { badRequest } from '../../http/errors/exceptions.ts'
import type { Caller } from '../../model/arn.ts'
import type { ImportJobRequest, ImportJobResource } from '../../model/import-job.ts'
import { readS3Url } from '../../model/s3-url.ts'
import type { SegmentResponse } from '../../model/segment.ts'
import type { AppRef } from '../../store/applications/applications.ts'
import type { Store } from '../../store/open-store.ts'
import { checkRoleArn } from '../check-role-arn.ts'
import { findSegment } from '../find.ts'

/**
 * Checks a request and fills in defaults.
 *
 * @param id the job's id, which is also the id of a segment that the job creates (assumed)
 * @returns the job's definition, and the id of the segment that the job creates or renews, if any
 * @throws BadRequestException
 */
export function define(
  request: ImportJobRequest,
  id: string,
  { accountId }: Caller,
): { definition: ImportJobResource; segmentId: string | null } {
  checkDefinition(request)
  const { SegmentId, DefineSegment = false, RegisterEndpoints = true } = request
  const { Format, S3Url, RoleArn, SegmentName, ExternalId = accountId } = request
  // A SegmentId renews the segment even without DefineSegment: AWS's own code relied on that
  // (source: observed).
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
  return { definition, segmentId }
}

/**
 * Checks the segment that a job is to renew, if the request names one.
 *
 * @throws NotFoundException; BadRequestException for a segment that is not imported (assumed)
 */
export function checkTarget(store: Store, app: AppRef, { SegmentId }: ImportJobRequest): void {
  if (SegmentId !== undefined) checkImported(findSegment(store, app, SegmentId))
}

function checkImported({ Id, SegmentType }: SegmentResponse): void {
  if (SegmentType === 'IMPORT') return
  throw badRequest(`SegmentId must be that of an imported segment; ${Id} is ${SegmentType}`)
}

/** Checks what the types of the members cannot express. @throws BadRequestException */
export function checkDefinition({
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
