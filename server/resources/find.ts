import type { Static } from '@sinclair/typebox'
import type { FastifyRequest } from 'fastify'
import { badRequest, orNotFound } from '../http/errors/exceptions.ts'
import type { ApplicationParams } from '../model/common.ts'
import type { SegmentParams, SegmentResponse } from '../model/segment.ts'
import type { AppRef } from '../store/applications/applications.ts'
import type { Store } from '../store/open-store.ts'

/**
 * Finds an application by its id.
 *
 * @throws NotFoundException with the text that existing test suites expect (source: observed)
 */
export function findApp(store: Store, id: string): AppRef {
  return orNotFound(store.apps.find(id), 'Application not found')
}

/**
 * A `preValidation` hook: an unknown application is a 404, whatever is wrong with the body
 * (assumed).
 *
 * @throws NotFoundException
 */
export async function appFirst({ server, params }: FastifyRequest): Promise<void> {
  findApp(server.store, (params as Static<typeof ApplicationParams>).applicationId)
}

/**
 * Finds an application for an operation on its channels or messages, which answers another text
 * (source: observed).
 *
 * @throws NotFoundException
 */
export function findSendingApp(store: Store, id: string): AppRef {
  return orNotFound(store.apps.find(id), 'Resource not found')
}

/**
 * `appFirst` with that text.
 *
 * @throws NotFoundException
 */
export async function sendingAppFirst({ server, params }: FastifyRequest): Promise<void> {
  findSendingApp(server.store, (params as Static<typeof ApplicationParams>).applicationId)
}

/**
 * The same for a segment and its application.
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
 * @param member of the request that names the segment, where it is one of several
 * @throws NotFoundException
 */
export function findSegment(store: Store, app: AppRef, segmentId: string, member?: string): SegmentResponse {
  const must = member === undefined ? '' : `; ${member} must be the Id of a segment of the application`
  return orNotFound(store.segments.get(app, segmentId), `Segment not found: ${segmentId}${must}`)
}

/**
 * Finds a version of a segment, by default the current one.
 *
 * @param version a number, or the text in a URL
 * @throws NotFoundException; BadRequestException for text that is no version number, as a 404 would
 *   suggest that there could be such a version (assumed)
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
