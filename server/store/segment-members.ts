import type { Database } from 'better-sqlite3'
import type { Endpoint } from '../shapes/endpoint.ts'
import type { AppRef } from './apps.ts'
import type { EndpointTerms } from './endpoint-terms.ts'
import { type EndpointRow, toEndpoint } from './endpoints.ts'
import {
  type Condition,
  type Cover,
  conditionOfDimensions,
  conditionOfGroups,
  conditionOfImport,
  type Lookup,
  nobody,
} from './segment-condition.ts'

/**
 * How far a list of members has come. In an imported segment: to an endpoint that a record named, or, behind all of
 * those, to an endpoint of a user that a record named. In a dimensional one: to the row of an endpoint, or, behind all
 * of those, to an endpoint that stands in an imported source alone.
 */
export type MemberPlace =
  | [endpointId: string]
  | [userId: string, endpointId: string]
  | [row: number]
  | [job: number, endpointId: string]

export const isMemberPlace = (value: unknown): value is MemberPlace =>
  Array.isArray(value) &&
  [1, 2].includes(value.length) &&
  ['string', 'number'].includes(typeof value[0]) &&
  (value.length === 1 || typeof value[1] === 'string')

/** A version of a segment, as the store keeps it. */
interface VersionRow {
  import_job: number | null
  dimensions: string | null
  segment_groups: string | null
}

/** What it takes to find the members of a segment. */
export interface MemberQuery {
  condition: Condition
  /** The imports among its sources, direct or through others. */
  jobs: number[]
}

/** A member, and where the list goes on behind it. */
export interface ListedMember {
  at: MemberPlace
  value: Endpoint
}

/** Beyond so many rows behind a lookup, going through all endpoints finds a page of members as fast. */
const mostLookedUp = 20_000

/** Who is in the segments. */
export function createSegmentMembers(db: Database, terms: EndpointTerms) {
  const version = db.prepare<[number, string, number | null], VersionRow>(
    `SELECT v.import_job, v.dimensions, v.segment_groups FROM segments s JOIN segment_versions v ON v.segment = s.seq
     WHERE s.app = ? AND s.id = ? AND v.version = coalesce(?, s.version)`,
  )
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
  const definesEndpoints = db
    .prepare<[number], number>(
      'SELECT 1 FROM import_members WHERE job = ? AND definition IS NOT NULL LIMIT 1',
    )
    .pluck()

  const listOfImport = (app: AppRef, job: number, after: MemberPlace, limit: number): ListedMember[] => {
    const members: ListedMember[] = []
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
  }

  const conditionOf = (app: AppRef, row: VersionRow, now: string, jobs: Set<number>): Condition => {
    if (row.import_job !== null) {
      jobs.add(row.import_job)
      return conditionOfImport(row.import_job)
    }
    const surroundings = {
      now,
      ofSegment(id: string, number: number | undefined): Condition {
        const source = version.get(app.seq, id, number ?? null)
        // A source that is deleted has no members any more (assumed).
        return source === undefined ? nobody : conditionOf(app, source, now, jobs)
      },
    }
    if (row.segment_groups !== null) return conditionOfGroups(JSON.parse(row.segment_groups), surroundings)
    return conditionOfDimensions(JSON.parse(row.dimensions ?? '{}'), surroundings)
  }

  const selectOf = (app: AppRef, lookup: Lookup): { sql: string; params: unknown[] } =>
    'job' in lookup
      ? {
          sql: `SELECT e.seq AS endpoint FROM import_members m JOIN endpoints e ON e.app = ? AND e.id = m.endpoint_id
                WHERE m.job = ? AND m.definition IS NULL
                UNION ALL SELECT e.seq FROM import_user_members u JOIN endpoints e ON e.app = ? AND e.user_id = u.user_id
                WHERE u.job = ?`,
          params: [app.seq, lookup.job, app.seq, lookup.job],
        }
      : terms.select(app, lookup)

  /** How many rows are behind a lookup, up to what matters. */
  const countOf = (app: AppRef, lookup: Lookup): number => {
    const { sql, params } = selectOf(app, lookup)
    return db
      .prepare<unknown[], number>(`SELECT count(*) FROM (SELECT 1 FROM (${sql}) LIMIT ${mostLookedUp + 1})`)
      .pluck()
      .get(...params)!
  }

  /** The lookups with the fewest rows behind them that together find everybody. */
  const choose = (app: AppRef, cover: Cover): { lookups: Lookup[]; count: number } => {
    if ('lookup' in cover) return { lookups: [cover.lookup], count: countOf(app, cover.lookup) }
    if ('oneOf' in cover) {
      return cover.oneOf.map(each => choose(app, each)).reduce((a, b) => (b.count < a.count ? b : a))
    }
    return cover.allOf
      .map(each => choose(app, each))
      .reduce((a, b) => ({ lookups: [...a.lookups, ...b.lookups], count: a.count + b.count }), {
        lookups: [],
        count: 0,
      })
  }

  const listRegistered = (
    app: AppRef,
    { condition }: MemberQuery,
    after: number,
    limit: number,
  ): ListedMember[] => {
    const { lookups, count } =
      condition.cover === undefined
        ? { lookups: [], count: Number.POSITIVE_INFINITY }
        : choose(app, condition.cover)
    if (count === 0) return []
    const selects = count > mostLookedUp ? [] : lookups.map(lookup => selectOf(app, lookup))
    const from =
      selects.length === 0
        ? '(SELECT *, NULL AS defined_by FROM endpoints) e'
        : `(SELECT DISTINCT endpoint FROM (${selects.map(({ sql }) => sql).join(' UNION ALL ')}) ) found
           CROSS JOIN (SELECT *, NULL AS defined_by FROM endpoints) e ON e.seq = found.endpoint`
    const rows = db
      .prepare<unknown[], EndpointRow>(
        `SELECT e.* FROM ${from} WHERE +e.app = ? AND e.seq > ? AND ${condition.sql} ORDER BY e.seq LIMIT ?`,
      )
      .all(...selects.flatMap(({ params }) => params), app.seq, after, ...condition.params, limit)
    return rows.map(row => ({ at: [row.seq], value: toEndpoint(app, row) }))
  }

  /** Those that an import has defined without registering them, in the order of imports and ids. */
  const listDefined = (
    { condition, jobs }: MemberQuery,
    [fromJob, fromId]: [number, string],
    limit: number,
  ): ListedMember[] => {
    const members: ListedMember[] = []
    for (const job of jobs.filter(job => job >= fromJob && definesEndpoints.get(job) === 1)) {
      const rows = db
        .prepare<unknown[], { endpoint_id: string; definition: string }>(
          `SELECT endpoint_id, definition FROM (${definedEndpoints}) e
           WHERE e.id > ? AND ${condition.sql} ORDER BY e.id LIMIT ?`,
        )
        .all(job, job === fromJob ? fromId : '', ...condition.params, limit - members.length)
      for (const { endpoint_id, definition } of rows) {
        members.push({ at: [job, endpoint_id], value: JSON.parse(definition) })
      }
      if (members.length === limit) break
    }
    return members
  }

  return {
    /**
     * How the members of a version of a dimensional segment are found; undefined for an imported one, whose members are
     * kept, and where there is no such version.
     *
     * @param number undefined for the current version
     * @param now ISO 8601; what recency is counted back from
     */
    queryOf(
      app: AppRef,
      segmentId: string,
      number: number | undefined,
      now: string,
    ): MemberQuery | undefined {
      const row = version.get(app.seq, segmentId, number ?? null)
      if (row === undefined || row.import_job !== null) return undefined
      const jobs = new Set<number>()
      const condition = conditionOf(app, row, now, jobs)
      return { condition, jobs: [...jobs].sort((a, b) => a - b) }
    },

    /** The dimensions that must be in the index before a query is run. */
    dimensionsToIndex(app: AppRef, { condition }: MemberQuery): string[] {
      const names = new Set<string>()
      const collect = (cover: Cover | undefined): void => {
        if (cover === undefined) return
        if ('lookup' in cover) {
          if ('dimension' in cover.lookup) names.add(cover.lookup.dimension)
        } else for (const each of 'oneOf' in cover ? cover.oneOf : cover.allOf) collect(each)
      }
      collect(condition.cover)
      return [...names].filter(name => !terms.isBuilt(app, name))
    },

    /**
     * The endpoints that are in a version of an imported segment: those that its file named, by id, then those that
     * the users it named have now, by user and id. Endpoints that were deleted since are not in it any more.
     *
     * @param number undefined for the current version
     * @returns up to `limit` of them behind a place; undefined when there is no such version
     */
    listImported(
      app: AppRef,
      segmentId: string,
      number: number | undefined,
      { after, limit }: { after: MemberPlace; limit: number },
    ): ListedMember[] | undefined {
      const row = version.get(app.seq, segmentId, number ?? null)
      return row?.import_job == null ? undefined : listOfImport(app, row.import_job, after, limit)
    },

    /** The endpoints that a query finds: in the order in which they were created, then those of imports alone. */
    listMatching(
      app: AppRef,
      query: MemberQuery,
      { after, limit }: { after: MemberPlace; limit: number },
    ): ListedMember[] {
      const [first, second] = after as [number] | [number, string]
      const members = second === undefined ? listRegistered(app, query, first, limit) : []
      if (members.length === limit) return members
      const from: [number, string] = second === undefined ? [0, ''] : [first, second]
      return [...members, ...listDefined(query, from, limit - members.length)]
    },
  }
}

/** The endpoints in a segment alone, as rows of `endpoints`. */
const definedEndpoints = `SELECT job AS defined_by, endpoint_id AS id, endpoint_id, definition,
    definition ->> 'ChannelType' AS channel_type, definition ->> 'EffectiveDate' AS effective_date,
    definition -> 'Attributes' AS attributes, definition -> 'Metrics' AS metrics,
    definition -> 'Location' AS location, definition -> 'Demographic' AS demographic,
    definition -> 'User' -> 'UserAttributes' AS user_attributes, definition -> 'User' ->> 'UserId' AS user_id
  FROM import_members WHERE job = ? AND definition IS NOT NULL`
