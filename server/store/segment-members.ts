import type { Database } from 'better-sqlite3'
import type { EndpointResponse } from '../shapes/endpoint.ts'
import type { AppRef } from './apps.ts'
import type { EndpointTerms } from './endpoint-terms.ts'
import { type EndpointRow, endpointJson, toEndpoint } from './endpoints.ts'
import {
  type Condition,
  type Cover,
  conditionOfDimensions,
  conditionOfGroups,
  conditionOfImport,
  everybody,
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

/** What it takes to find the members of a dimensional segment. */
export interface MemberQuery {
  condition: Condition
  /** The imports among its sources, direct or through others. */
  jobs: number[]
}

/** Whoever is in a version of a segment: those of an import, or those that a query finds. */
export type Members = { import: number } | MemberQuery

/** A member, and where the list goes on behind it: a row of `endpoints`, or what an import defined without registering it. */
export type Member = { at: MemberPlace } & ({ row: EndpointRow } | { definition: string })

/** A stretch of a list of members. */
export interface Stretch {
  after: MemberPlace
  limit: number
  /** The last row of `endpoints` to be listed. */
  upTo: number
  /** Of `e`, an endpoint: what is read of it. */
  columns: string
}

/** Beyond so many rows behind a lookup, going through all endpoints finds a page of members as fast. */
const mostLookedUp = 20_000

/** Rows that one step through all members looks at: some milliseconds. */
const rowsPerStep = 10_000

/** Who is in the segments. */
export function createSegmentMembers(db: Database, terms: EndpointTerms) {
  const version = db.prepare<[number, string, number | null], VersionRow>(
    `SELECT v.import_job, v.dimensions, v.segment_groups FROM segments s JOIN segment_versions v ON v.segment = s.seq
     WHERE s.app = ? AND s.id = ? AND v.version = coalesce(?, s.version)`,
  )
  const definesEndpoints = db
    .prepare<[number], number>(
      'SELECT 1 FROM import_members WHERE job = ? AND definition IS NOT NULL LIMIT 1',
    )
    .pluck()

  /** Those that the import's records named, by id; then, by user and id, those of the users that they named. */
  const listImported = (app: AppRef, job: number, { after, limit, columns }: Stretch): Member[] => {
    const members: Member[] = []
    if (after.length === 1) {
      const rows = db
        .prepare<unknown[], EndpointRow & { endpoint_id: string; definition: string | null }>(
          `SELECT m.endpoint_id, m.definition, ${columns}
           FROM import_members m LEFT JOIN endpoints e ON m.definition IS NULL AND e.app = :app AND e.id = m.endpoint_id
           WHERE m.job = :job AND m.endpoint_id > :after AND (m.definition IS NOT NULL OR e.seq IS NOT NULL)
           ORDER BY m.endpoint_id LIMIT :limit`,
        )
        .all({ app: app.seq, job, after: after[0], limit })
      for (const { endpoint_id, definition, ...row } of rows) {
        members.push({ at: [endpoint_id], ...(definition === null ? { row } : { definition }) })
      }
    }
    if (members.length === limit) return members
    const [user, behind] = after.length === 2 ? after : ['', '']
    const rows = db
      .prepare<unknown[], EndpointRow & { member_user: string; member_id: string }>(
        `SELECT u.user_id AS member_user, e.id AS member_id, ${columns}
         FROM import_user_members u CROSS JOIN endpoints e ON e.app = :app AND e.user_id = u.user_id
         WHERE u.job = :job AND u.user_id >= :user AND (u.user_id > :user OR e.id > :after)
           AND NOT EXISTS (SELECT 1 FROM import_members m WHERE m.job = :job AND m.endpoint_id = e.id)
         ORDER BY u.user_id, e.id LIMIT :limit`,
      )
      .all({ app: app.seq, job, user, after: behind, limit: limit - members.length })
    for (const { member_user, member_id, ...row } of rows) members.push({ at: [member_user, member_id], row })
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

  /** Registered endpoints that meet a condition, in the order in which they were created. */
  const listRegistered = (
    app: AppRef,
    { sql, params, cover }: Condition,
    { after, upTo, limit, columns }: Stretch,
  ): Member[] => {
    const { lookups, count } =
      cover === undefined ? { lookups: [], count: Number.POSITIVE_INFINITY } : choose(app, cover)
    if (count === 0) return []
    const selects = count > mostLookedUp ? [] : lookups.map(lookup => selectOf(app, lookup))
    const from =
      selects.length === 0
        ? '(SELECT *, NULL AS defined_by FROM endpoints) e'
        : `(SELECT DISTINCT endpoint FROM (${selects.map(({ sql }) => sql).join(' UNION ALL ')}) ) found
           CROSS JOIN (SELECT *, NULL AS defined_by FROM endpoints) e ON e.seq = found.endpoint`
    const rows = db
      .prepare<unknown[], EndpointRow>(
        `SELECT ${columns} FROM ${from} WHERE +e.app = ? AND e.seq > ? AND e.seq <= ? AND ${sql}
         ORDER BY e.seq LIMIT ?`,
      )
      .all(...selects.flatMap(({ params }) => params), app.seq, after[0], upTo, ...params, limit)
    return rows.map(row => ({ at: [row.seq], row }))
  }

  /** Those that an import has defined without registering them, in the order of imports and ids. */
  const listDefined = ({ condition, jobs }: MemberQuery, { after, limit }: Stretch): Member[] => {
    const [fromJob, fromId] = after as [number, string]
    const members: Member[] = []
    for (const job of jobs.filter(job => job >= fromJob && definesEndpoints.get(job) === 1)) {
      const rows = db
        .prepare<unknown[], { endpoint_id: string; definition: string }>(
          `SELECT endpoint_id, definition FROM (${definedEndpoints}) e
           WHERE e.id > ? AND ${condition.sql} ORDER BY e.id LIMIT ?`,
        )
        .all(job, job === fromJob ? fromId : '', ...condition.params, limit - members.length)
      for (const { endpoint_id, definition } of rows) members.push({ at: [job, endpoint_id], definition })
      if (members.length === limit) break
    }
    return members
  }

  /** The dimensions that must be in the index before a query is run by it. */
  const dimensionsToIndex = (app: AppRef, members: Members): string[] => {
    const names = new Set<string>()
    const collect = (cover: Cover | undefined): void => {
      if (cover === undefined) return
      if ('lookup' in cover) {
        if ('dimension' in cover.lookup) names.add(cover.lookup.dimension)
      } else for (const each of 'oneOf' in cover ? cover.oneOf : cover.allOf) collect(each)
    }
    if ('condition' in members) collect(members.condition.cover)
    return [...names].filter(name => !terms.isBuilt(app, name))
  }

  return {
    /**
     * Whoever is in a version of a segment.
     *
     * @param number undefined for the current version
     * @param now ISO 8601; what recency is counted back from
     * @returns undefined where there is no such version
     */
    find(app: AppRef, segmentId: string, number: number | undefined, now: string): Members | undefined {
      const row = version.get(app.seq, segmentId, number ?? null)
      if (row === undefined) return undefined
      if (row.import_job !== null) return { import: row.import_job }
      const jobs = new Set<number>()
      const condition = conditionOf(app, row, now, jobs)
      return { condition, jobs: [...jobs].sort((a, b) => a - b) }
    },

    /** Whoever is in an application. */
    everybody: { condition: everybody, jobs: [] } as Members,

    dimensionsToIndex,

    /**
     * The endpoints of an imported segment: those that its file named, by id, then those that the users it named have
     * now, by user and id; those that were deleted since are not in it any more. Or the endpoints that a query finds,
     * in the order in which they were created, then those of imports alone. What the query asks for is in the index.
     *
     * @returns up to `limit` of them behind a place
     */
    list(app: AppRef, members: Members, { after, limit }: Pick<Stretch, 'after' | 'limit'>): Member[] {
      const stretch = { after, limit, upTo: Number.MAX_SAFE_INTEGER, columns: 'e.*' }
      if ('import' in members) return listImported(app, members.import, stretch)
      const found = after.length === 1 ? listRegistered(app, members.condition, stretch) : []
      if (found.length === limit) return found
      const from: MemberPlace = after.length === 1 ? [0, ''] : after
      return [...found, ...listDefined(members, { ...stretch, after: from, limit: limit - found.length })]
    },

    /**
     * Goes through the same list in steps of some milliseconds, whatever is in the index.
     *
     * @param options.upTo the last row of `endpoints` to be found by a query
     * @param options.placesOnly to count them, which needs no more
     * @returns up to `limit` members behind a place, which may be none; and from where to go on, undefined at the end
     */
    step(
      app: AppRef,
      members: Members,
      { placesOnly = false, ...given }: Pick<Stretch, 'after' | 'limit' | 'upTo'> & { placesOnly?: boolean },
    ): { found: Member[]; next: MemberPlace | undefined } {
      const stretch = { ...given, columns: placesOnly ? 'e.seq' : 'e.*' }
      const { after, limit, upTo } = stretch
      const ended = (found: Member[], next?: MemberPlace) => ({
        found,
        next: found.length === limit ? found.at(-1)!.at : next,
      })
      if ('import' in members) return ended(listImported(app, members.import, stretch))
      if (after.length === 2) return ended(listDefined(members, stretch))
      const { condition } = members
      const isIndexed = condition.cover !== undefined && dimensionsToIndex(app, members).length === 0
      if (isIndexed) return ended(listRegistered(app, condition, stretch), [0, ''])
      const to = Math.min(upTo, (after[0] as number) + rowsPerStep)
      const found = listRegistered(app, { ...condition, cover: undefined }, { ...stretch, upTo: to })
      return ended(found, to < upTo ? [to] : [0, ''])
    },
  }
}
export type SegmentMembers = ReturnType<typeof createSegmentMembers>

/** Where a list of members begins. */
export const startOf = (members: Members): MemberPlace => ('import' in members ? [''] : [0])

/** A member as GetEndpoint answers it. */
export const memberEndpoint = (app: AppRef, member: Member): EndpointResponse =>
  'row' in member ? toEndpoint(app, member.row) : JSON.parse(member.definition)

/** The same as JSON, which costs a tenth. */
export const memberJson = (app: AppRef, member: Member): string =>
  'row' in member ? endpointJson(app, member.row) : member.definition

/** The endpoints in a segment alone, as rows of `endpoints`. */
const definedEndpoints = `SELECT job AS defined_by, endpoint_id AS id, endpoint_id, definition,
    definition ->> 'ChannelType' AS channel_type, definition ->> 'EffectiveDate' AS effective_date,
    definition -> 'Attributes' AS attributes, definition -> 'Metrics' AS metrics,
    definition -> 'Location' AS location, definition -> 'Demographic' AS demographic,
    definition -> 'User' -> 'UserAttributes' AS user_attributes, definition -> 'User' ->> 'UserId' AS user_id
  FROM import_members WHERE job = ? AND definition IS NOT NULL`
