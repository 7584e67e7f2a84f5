import type { Static } from '@sinclair/typebox'
import type { FastifyRequest } from 'fastify'
import { badRequest, orNotFound } from '../http/errors/exceptions.ts'
import type { ApplicationParams } from '../model/common.ts'
import type { SegmentResponse } from '../model/segment.ts'
import type { AppRef } from '../store/applications/applications.ts'
import type { Store } from '../store/open-store.ts'
import type { SegmentParams } from './segments/shapes.ts'

/**
 * Finds the application that a path names.
 *
 * @throws NotFoundException with the text that test suites in the wild compare (source: observed)
 */
export function findApp(store: Store, id: string): AppRef {
  return orNotFound(store.apps.find(id), 'Application not found')
}

/**
 * For `preValidation`: an application that is not there is told before anything that is wrong with the body (assumed).
 *
 * @throws NotFoundException
 */
export async function appFirst({ server, params }: FastifyRequest): Promise<void> {
  findApp(server.store, (params as Static<typeof ApplicationParams>).applicationId)
}

/**
 * The same for a segment, and the application that it should be in.
 *
 * @throws NotFoundException
 */
export async function segmentFirst({ server, params }: FastifyRequest): Promise<void> {
  const { applicationId, segmentId } = params as Static<typeof SegmentParams>
  findSegment(server.store, findApp(server.store, applicationId), segmentId)
}

/**
 * Finds a segment of an application.
 *
 * @throws NotFoundException
 */
export function findSegment(store: Store, app: AppRef, segmentId: string): SegmentResponse {
  return orNotFound(store.segments.get(app, segmentId), `Segment not found: ${segmentId}`)
}

/**
 * Finds a version of a segment: the current one, where none is named.
 *
 * @param version a number, or what stands in a URL
 * @throws NotFoundException; BadRequestException for text that no version can ever have, as a 404 would send the caller
 *   to look for one that is gone (assumed)
 */
export function findSegmentVersion(
  store: Store,
  app: AppRef,
  segmentId: string,
  version: number | string | undefined,
): SegmentResponse {
  const current = findSegment(store, app, segmentId)
  if (version === undefined) return current
  if (typeof version === 'string' && !/^[1-9]\d*$/.test(version)) {
    throw badRequest(`version must be a whole number from 1; got ${JSON.stringify(version)}`)
  }
  const found = store.segments.getVersion(app, segmentId, Number(version))
  return orNotFound(found, `Segment version not found: ${version}`)
}
