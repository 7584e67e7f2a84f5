import type { Database, Statement } from 'better-sqlite3'
import type { EndpointResponse } from '../../model/endpoint.ts'
import type { AppRef } from '../applications/applications.ts'
import { type EndpointRow, endpointJson, selectRow, toEndpoint } from '../endpoints/endpoint-row.ts'
import {
  all,
  type Condition,
  conditionOfDimensions,
  conditionOfGroups,
  conditionOfImport,
  conditionOfSource,
  none,
} from './condition.ts'
import type { SegmentBody } from './segments.ts'

/**
 * A cursor in a list of members: the last endpoint that was listed, by its row. Behind all of those, in an imported segment: the
 * last one that the import defines without registering it, by its id; then the last one of a user that a record named. In a
 * dimensional segment: the last one that an imported source defines without registering it.
 */
export type MemberCursor =
  | [row: number]
  | [endpointId: string]
  | [userId: string, endpointId: string]
  | [job: number, endpointId: string]

export const isMemberCursor = (value: unknown): value is MemberCursor =>
  Array.isArray(value) &&
  [1, 2].includes(value.length) &&
  ['string', 'number'].includes(typeof value[0]) &&
  (value.length === 1 || typeof value[1] === 'string')

/** Where a list of members begins. */
export const firstMember: MemberCursor = [0]

/** A version of a segment, as the store keeps it: an imported one has a job. */
interface VersionRow {
  job: number | null
  body: string
}

/** What it takes to find the members of a dimensional segment. */
export interface MemberQuery {
  condition: Condition
  /** Its source segments, direct and through others, each after those that it is built on. */
  sources: Source[]
  /** The imports among its sources, direct or through others. */
  jobs: number[]
}

/** A source segment; in the conditions of others it is a column of this name. */
interface Source {
  column: string
  condition: Condition
}

/** The members of a version of a segment: those of an import, or those that a query finds. */
export type Members = { import: number } | MemberQuery

/** A member, and its cursor: a row of `endpoints`, or what an import defines without registering it. */
export type Member = { at: MemberCursor } & ({ row: EndpointRow } | { definition: string })

/** Some members, and the cursor from which to go on; undefined at the end. */
export interface MemberStep {
  found: Member[]
  next: MemberCursor | undefined
}

/** What is read of `e`, an endpoint: all, or no more than it takes to count it. */
const memberColumns = { all: selectRow('e'), count: 'e.seq' }

/**
 * Segments that one is built on, directly or through others. Each is a table in a table to SQLite, which takes 15 ms to
 * understand a hundred of them, and nearly a second for three hundred.
 */
export const maxSources = 100

/** Endpoints that one step looks through: some milliseconds. */
const endpointsPerStep = 4000

/** Finds the members of segments. */
export function createSegmentMembers(db: Database) {
  const version = db.prepare<[number, string, number | null], VersionRow>(
    `SELECT i.job, v.body FROM documents d JOIN document_versions v ON v.document = d.seq
     LEFT JOIN segment_imports i ON i.document = v.document AND i.version = v.version
     WHERE d.app = ? AND d.kind = 'segment' AND d.id = ? AND v.version = coalesce(?, d.version)`,
  )
  // What the job says, as to look for such a member takes as long as there are others.
  const definesEndpoints = db
    .prepare<[number], number>(
      `SELECT definition ->> 'RegisterEndpoints' IS 0 FROM import_jobs WHERE seq = ?`,
    )
    .pluck()

  /**
   * Those that the import's records named, in the order in which they were created, or by id where it registers none;
   * then, by user and id, those of the users that they named.
   */
  const listImported = (
    app: AppRef,
    job: number,
    after: MemberCursor,
    limit: number,
    { columns, upTo }: StepOptions,
  ): Member[] => {
    const members: Member[] = []
    if (typeof after[0] === 'number') {
      const rows = db
        .prepare<unknown[], EndpointRow>(
          `SELECT ${memberColumns[columns]} FROM import_members m
           CROSS JOIN endpoints e ON e.seq BETWEEN max(m.first, :after + 1) AND min(m.last, :upTo)
           WHERE m.job = :job AND m.first <= :upTo AND m.first >= coalesce(
             (SELECT max(first) FROM import_members WHERE job = :job AND first <= :after), 0)
           ORDER BY m.first, e.seq LIMIT :limit`,
        )
        .all({ job, after: after[0], limit, upTo })
      for (const row of rows) members.push({ at: [row.seq], row })
    }
    if (members.length === limit) return members
    if (after.length === 1) {
      const rows = db
        .prepare<unknown[], { endpoint_id: string; definition: string }>(
          `SELECT endpoint_id, definition FROM import_definitions
           WHERE job = :job AND endpoint_id > :after ORDER BY endpoint_id LIMIT :limit`,
        )
        .all({ job, after: typeof after[0] === 'string' ? after[0] : '', limit: limit - members.length })
      for (const { endpoint_id, definition } of rows) members.push({ at: [endpoint_id], definition })
    }
    if (members.length === limit) return members
    const [user, behind] = after.length === 2 ? after : ['', '']
    const rows = db
      .prepare<unknown[], EndpointRow & { member_user: string; member_id: string }>(
        `SELECT u.user_id AS member_user, e.id AS member_id, ${memberColumns[columns]}
         FROM import_user_members u CROSS JOIN endpoints e ON e.app = :app AND e.user_id = u.user_id
         WHERE u.job = :job AND e.seq <= :upTo AND u.user_id >= :user AND (u.user_id > :user OR e.id > :after)
           AND e.seq > coalesce((
             SELECT m.last FROM import_members m WHERE m.job = :job AND m.first <= e.seq ORDER BY m.first DESC LIMIT 1), 0)
           AND NOT EXISTS (SELECT 1 FROM import_definitions d WHERE d.job = :job AND d.endpoint_id = e.id)
         ORDER BY u.user_id, e.id LIMIT :limit`,
      )
      .all({ app: app.seq, job, user, after: behind, limit: limit - members.length, upTo })
    for (const { member_user, member_id, ...row } of rows) members.push({ at: [member_user, member_id], row })
    return members
  }

  const endOfStep = db
    .prepare<[number, number, number], number | null>(
      `SELECT max(seq) FROM (
         SELECT seq FROM endpoints WHERE app = ? AND seq > ? AND seq <= ? ORDER BY seq LIMIT ${endpointsPerStep})`,
    )
    .pluck()

  /** @param into what it takes to find the members of a segment's sources is added here */
  const conditionOf = (
    app: AppRef,
    row: VersionRow,
    now: string,
    into: { sources: Source[]; jobs: Set<number> },
  ): Condition => {
    const known = new Map<string, Condition>()
    const ofVersion = (row: VersionRow): Condition => {
      if (row.job !== null) {
        into.jobs.add(row.job)
        return conditionOfImport(row.job)
      }
      const { Dimensions = {}, SegmentGroups }: SegmentBody = JSON.parse(row.body)
      return SegmentGroups === undefined
        ? conditionOfDimensions(Dimensions, context)
        : conditionOfGroups(SegmentGroups, context)
    }
    const ofSource = (id: string, number: number | undefined): Condition => {
      const row = version.get(app.seq, id, number ?? null)
      // A source that is deleted has no members any more (assumed).
      if (row === undefined) return none
      const condition = ofVersion(row)
      const column = `source_${into.sources.length}`
      into.sources.push({ column, condition })
      return conditionOfSource(column)
    }
    const context = {
      now,
      ofSegment(id: string, number: number | undefined): Condition {
        const key = `${id}/${number ?? 'current'}`
        const condition = known.get(key) ?? ofSource(id, number)
        known.set(key, condition)
        return condition
      },
    }
    return ofVersion(row)
  }

  /** Prepares looking through the registered endpoints for those that meet a condition, in the order of their creation. */
  const prepareRegistered = (app: AppRef, query: MemberQuery, { columns, upTo }: StepOptions) => {
    const matching = prepareMatching<EndpointRow>(
      db,
      `SELECT *, NULL AS defined_by FROM endpoints WHERE app = ? AND seq > ? AND seq <= ? ORDER BY seq`,
      query,
      memberColumns[columns],
    )
    return (after: number, limit: number): MemberStep => {
      const last = endOfStep.get(app.seq, after, upTo) ?? null
      if (last === null) return { found: [], next: [0, ''] }
      const found = matching([app.seq, after, last], limit).map((row): Member => ({ at: [row.seq], row }))
      return { found, next: found.length === limit ? found.at(-1)!.at : [last] }
    }
  }

  /** Those that an import has defined without registering them, in the order of imports and ids. */
  const listDefined = (query: MemberQuery, [fromJob, fromId]: [number, string], limit: number): Member[] => {
    const members: Member[] = []
    for (const job of query.jobs.filter(job => job >= fromJob && definesEndpoints.get(job) === 1)) {
      const matching = prepareMatching<{ endpoint_id: string; definition: string }>(
        db,
        `${definedEndpoints} AND endpoint_id > ? ORDER BY endpoint_id`,
        query,
        'e.*',
      )
      const rows = matching([job, job === fromJob ? fromId : ''], limit - members.length)
      for (const { endpoint_id, definition } of rows) members.push({ at: [job, endpoint_id], definition })
      if (members.length === limit) break
    }
    return members
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
      if (row.job !== null) return { import: row.job }
      const sources: Source[] = []
      const jobs = new Set<number>()
      const condition = conditionOf(app, row, now, { sources, jobs })
      return { condition, sources, jobs: [...jobs].sort((a, b) => a - b) }
    },

    /** The members of an application: all its endpoints. */
    ofApplication: { condition: all, sources: [], jobs: [] } as Members,

    /**
     * Prepares walking through members in steps of some milliseconds. In an imported segment, they are those that its file named,
     * then the endpoints that the users it named have now; in a dimensional one, the endpoints that meet its condition, then
     * those that its imported sources define without registering them.
     *
     * @returns a function that gives up to `limit` members behind a cursor, which may be none before the end
     */
    prepareSteps(
      app: AppRef,
      members: Members,
      { upTo = Number.MAX_SAFE_INTEGER, columns = 'all' }: Partial<StepOptions> = {},
    ): (after: MemberCursor, limit: number) => MemberStep {
      const upToEnd = (found: Member[], limit: number): MemberStep => ({
        found,
        next: found.length < limit ? undefined : found.at(-1)!.at,
      })
      if ('import' in members) {
        return (after, limit) =>
          upToEnd(listImported(app, members.import, after, limit, { columns, upTo }), limit)
      }
      const registered = prepareRegistered(app, members, { columns, upTo })
      return (after, limit) => {
        const [first, second] = after as [number] | [number, string]
        return second === undefined
          ? registered(first, limit)
          : upToEnd(listDefined(members, [first, second], limit), limit)
      }
    },
  }
}
export type SegmentMembers = ReturnType<typeof createSegmentMembers>

/** What a walk through members reads. */
export interface StepOptions {
  columns: keyof typeof memberColumns
  /** The last row of `endpoints` that is listed. */
  upTo: number
}

/** A member as GetEndpoint answers it. */
export const memberEndpoint = (app: AppRef, member: Member): EndpointResponse =>
  'row' in member ? toEndpoint(app, member.row) : JSON.parse(member.definition)

/** The same as JSON, which costs a tenth. */
export const memberJson = (app: AppRef, member: Member): string =>
  'row' in member ? endpointJson(app, member.row) : member.definition

/**
 * Prepares taking from rows of endpoints, in their order, those that meet the condition of a query.
 *
 * @param rows SQL that selects them
 * @returns a function of that SQL's parameters and of how many there may be
 */
function prepareMatching<Row>(
  db: Database,
  rows: string,
  { sources, condition }: MemberQuery,
  columns: string,
) {
  // The limits, which limit nothing, keep SQLite from writing a source's condition into every one that asks for it.
  const tables = sources.map(
    ({ column, condition: { sql } }, index) =>
      `, rows_${index + 1} AS (SELECT e.*, ${sql} AS ${column} FROM rows_${index} e LIMIT -1)`,
  )
  const statement = prepareOrRefuse<Row>(
    db,
    `WITH rows_0 AS (${rows}) ${tables.join('')}
     SELECT ${columns} FROM rows_${sources.length} e WHERE ${condition.sql} LIMIT ?`,
  )
  const params = [...sources.map(source => source.condition), condition].flatMap(each => each.params)
  return (of: unknown[], limit: number): Row[] => statement.all(...of, ...params, limit)
}

/** A segment has a query that cannot be evaluated: a sentence for callers, and for the Failures of jobs. */
export class SegmentQueryError extends Error {
  constructor(why: string) {
    super(
      `the segment has too many dimensions together with the segments that it is built on (${why}): build it on fewer, or on smaller ones`,
    )
  }
}

/**
 * Characters of the longest query: a thousand dimensions, and more of most kinds. The time that SQLite takes to prepare a
 * query grows with the square of its dimensions: half a second for a thousand, ten seconds for four thousand.
 */
const maxQueryLength = 250_000

/** @throws SegmentQueryError where the query of a segment is beyond what SQLite can do in a reasonable time */
function prepareOrRefuse<Row>(db: Database, sql: string): Statement<unknown[], Row> {
  if (sql.length > maxQueryLength) {
    throw new SegmentQueryError(`a query of ${sql.length} characters, of at most ${maxQueryLength}`)
  }
  try {
    return db.prepare<unknown[], Row>(sql)
  } catch (error) {
    throw new SegmentQueryError((error as Error).message)
  }
}

/** The endpoints in a segment alone, as rows of `endpoints`. */
const definedEndpoints = `SELECT NULL AS seq, job AS defined_by, endpoint_id AS id, endpoint_id, definition,
    definition ->> 'ChannelType' AS channel_type, definition ->> 'EffectiveDate' AS effective_date,
    definition -> 'Attributes' AS attributes, definition -> 'Metrics' AS metrics,
    definition -> 'Location' AS location, definition -> 'Demographic' AS demographic,
    definition -> 'User' -> 'UserAttributes' AS user_attributes, definition -> 'User' ->> 'UserId' AS user_id
  FROM import_definitions WHERE job = ?`
