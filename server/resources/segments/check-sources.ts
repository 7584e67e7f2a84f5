import { badRequest, orNotFound } from '../../http/errors/exceptions.ts'
import { maxSourceSegments } from '../../model/quotas.ts'
import type { SegmentResponse, WriteSegmentRequest } from '../../model/segment.ts'
import type { SegmentReference } from '../../model/segment-dimensions.ts'
import type { AppRef } from '../../store/applications/applications.ts'
import type { Store } from '../../store/open-store.ts'
import { findSegment } from '../find.ts'

/**
 * Checks the source segments of a segment: each exists; an imported one is the only source of its
 * group (source: API reference); none leads back to the segment itself, in any version; and there
 * are not too many, including the sources of sources (assumed). As versions never change, only the
 * write that is checked here can close a cycle.
 *
 * Call it in the transaction that writes the segment.
 *
 * @param segmentId the segment itself, if it exists already
 * @throws NotFoundException, BadRequestException
 */
export function checkSources(
  store: Store,
  app: AppRef,
  { SegmentGroups }: WriteSegmentRequest,
  segmentId?: string,
): void {
  const leadsBack = createLeadsBack(store, app, segmentId)
  for (const [index, { SourceSegments = [] }] of (SegmentGroups?.Groups ?? []).entries()) {
    const member = `SegmentGroups.Groups.${index}.SourceSegments`
    for (const [number, reference] of SourceSegments.entries()) {
      const { Id, SegmentType } = findSource(store, app, reference, `${member}.${number}`)
      if (SegmentType === 'IMPORT' && SourceSegments.length > 1) {
        throw badRequest(
          `${member} must be dimensional segments or exactly one imported segment; ${Id} is imported, and one of ${SourceSegments.length}`,
        )
      }
      if (leadsBack(reference)) {
        throw badRequest(
          `${member}.${number}.Id must not be the segment itself or one that is built on it; got ${JSON.stringify(Id)}`,
        )
      }
    }
  }
}

function findSource(
  store: Store,
  app: AppRef,
  { Id, Version }: SegmentReference,
  member: string,
): SegmentResponse {
  const current = findSegment(store, app, Id, `${member}.Id`)
  if (Version === undefined) return current
  const source = store.segments.getVersion(app, Id, Version)
  return orNotFound(
    source,
    `Segment version not found: ${Version} of ${Id}; ${member}.Version must be one of that segment`,
  )
}

/**
 * Makes a function that tells whether a reference leads back to a segment. It visits each source
 * once, over all calls.
 */
function createLeadsBack(store: Store, app: AppRef, segmentId: string | undefined) {
  const seen = new Set<string>()
  return (reference: SegmentReference): boolean => {
    const references = [reference]
    for (const { Id, Version } of references) {
      if (Id === segmentId) return true
      const key = `${Id}/${Version ?? 'current'}`
      if (seen.has(key)) continue
      seen.add(key)
      if (seen.size > maxSourceSegments) {
        throw badRequest(
          `SegmentGroups must not lead to more than ${maxSourceSegments} source segments, those that the sources are built on included`,
        )
      }
      const source =
        Version === undefined ? store.segments.get(app, Id) : store.segments.getVersion(app, Id, Version)
      for (const { SourceSegments = [] } of source?.SegmentGroups?.Groups ?? []) {
        for (const further of SourceSegments) references.push(further)
      }
    }
    return false
  }
}
