import type { Database } from 'better-sqlite3'
import type { Endpoint } from '../shapes/endpoint.ts'
import type { AppRef } from './apps.ts'
import { type EndpointRow, toEndpoint } from './endpoints.ts'

/**
 * How far a list of members has come: to an endpoint that a record named, or, behind all of those, to an endpoint of
 * a user that a record named.
 */
export type MemberPlace = [endpointId: string] | [userId: string, endpointId: string]

export const isMemberPlace = (value: unknown): value is MemberPlace =>
  Array.isArray(value) && [1, 2].includes(value.length) && value.every(part => typeof part === 'string')

/** Who is in the segments. */
export function createSegmentMembers(db: Database) {
  const jobOf = db
    .prepare<[number, string, number | null], number>(
      `SELECT v.import_job FROM segments s JOIN segment_versions v ON v.segment = s.seq
       WHERE s.app = ? AND s.id = ? AND v.version = coalesce(?, s.version)`,
    )
    .pluck()
  const named = db.prepare<unknown[], EndpointRow & { endpoint_id: string; definition: string | null }>(
    `SELECT m.endpoint_id, m.definition, e.*
     FROM import_members m LEFT JOIN endpoints e ON m.definition IS NULL AND e.app = :app AND e.id = m.endpoint_id
     WHERE m.job = :job AND m.endpoint_id > :after AND (m.definition IS NOT NULL OR e.seq IS NOT NULL)
     ORDER BY m.endpoint_id LIMIT :limit`,
  )
  const ofUsers = db.prepare<unknown[], EndpointRow & { member_user: string }>(
    `SELECT u.user_id AS member_user, e.*
     FROM import_user_members u CROSS JOIN endpoints e ON e.app = :app AND e.user_id = u.user_id
     WHERE u.job = :job AND u.user_id >= :user AND (u.user_id > :user OR e.id > :after)
       AND NOT EXISTS (SELECT 1 FROM import_members m WHERE m.job = :job AND m.endpoint_id = e.id)
     ORDER BY u.user_id, e.id LIMIT :limit`,
  )

  return {
    /**
     * The endpoints that are in a version of an imported segment: those that its file named, by id, then those that
     * the users it named have now, by user and id. Endpoints that were deleted since are not in it any more.
     *
     * @param version undefined for the current one
     * @returns up to `limit` of them behind a place; undefined when there is no such version
     */
    list(
      app: AppRef,
      segmentId: string,
      version: number | undefined,
      { after, limit }: { after: MemberPlace; limit: number },
    ): { at: MemberPlace; value: Endpoint }[] | undefined {
      const job = jobOf.get(app.seq, segmentId, version ?? null)
      if (job === undefined) return undefined
      const members: { at: MemberPlace; value: Endpoint }[] = []
      if (after.length === 1) {
        for (const row of named.all({ app: app.seq, job, after: after[0], limit })) {
          const value = row.definition === null ? toEndpoint(app, row) : JSON.parse(row.definition)
          members.push({ at: [row.endpoint_id], value })
        }
      }
      const [user, behind] = after.length === 2 ? after : ['', '']
      const left = limit - members.length
      if (left > 0) {
        for (const row of ofUsers.all({ app: app.seq, job, user, after: behind, limit: left })) {
          members.push({ at: [row.member_user, row.id], value: toEndpoint(app, row) })
        }
      }
      return members
    },
  }
}
