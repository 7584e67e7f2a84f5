import type { Caller } from '../../http/caller.ts'
import { badRequest } from '../../http/errors/exceptions.ts'
import type { ImportJobRequest, ImportJobResource } from '../../model/import-job.ts'
import { readS3Url } from '../../model/s3-url.ts'
import type { SegmentResponse } from '../../model/segment.ts'
import type { AppRef } from '../../store/applications/applications.ts'
import type { Store } from '../../store/open-store.ts'
import { checkRoleArn } from '../check-role-arn.ts'
import { findSegment } from '../find.ts'

/**
 * Checks what is asked for, and fills in its defaults.
 *
 * @param id the job's; it is that of the segment as well, if the job makes one (assumed)
 * @returns what the job does, and the segment that it makes or renews, if any
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
  return { definition, segmentId }
}

/**
 * Checks the segment that is to be renewed, if one is named.
 *
 * @throws NotFoundException; BadRequestException for a segment that no import made (assumed)
 */
export function checkTarget(store: Store, app: AppRef, { SegmentId }: ImportJobRequest): void {
  if (SegmentId !== undefined) checkImported(findSegment(store, app, SegmentId))
}

function checkImported({ Id, SegmentType }: SegmentResponse): void {
  if (SegmentType === 'IMPORT') return
  throw badRequest(`SegmentId must be that of an imported segment; ${Id} is ${SegmentType}`)
}

/** What the types of the members cannot say. */
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
