import type { Database, Statement } from 'better-sqlite3'
import type { EndpointResponse } from '../../model/endpoint.ts'
import { maxSourceSegments } from '../../model/quotas.ts'
import type { AppRef } from '../applications/applications.ts'
import { endpointKey, foldedId } from '../endpoints/endpoint-key.ts'
import { type EndpointRow, endpointJson, selectRow, toEndpoint } from '../endpoints/endpoint-row.ts'
import type { StoredEndpoint } from '../endpoints/endpoints.ts'
import { prepareEndOfStep } from '../endpoints/row-steps.ts'
import {
  all,
  type Condition,
  conditionOfDimensions,
  conditionOfGroups,
  conditionOfImport,
  conditionOfSource,
  defineConditionFunctions,
  none,
} from './condition.ts'
import type { SegmentBody } from './segments.ts'

/**
 * A cursor in a list of members, which names the last member that was listed. Registered endpoints
 * come first, identified by their rows. An imported segment goes on with endpoints that the import
 * defines without registering them, by id, and then with those of the users that its records name, by
 * row: an endpoint that goes over from one of these users to another is listed once. A dimensional
 * segment goes on with endpoints that its imported sources define and that are not registered at all.
 */
export type MemberCursor =
  | [row: number]
  | [endpointId: string]
  | ['user', row: number]
  | [job: number, endpointId: string]

export function isMemberCursor(value: unknown): value is MemberCursor {
  if (!Array.isArray(value)) return false
  const [first, second] = value
  if (value.length === 1) return typeof first === 'string' || Number.isSafeInteger(first)
  if (value.length !== 2) return false
  return first === 'user'
    ? Number.isSafeInteger(second)
    : Number.isSafeInteger(first) && typeof second === 'string'
}

/** The cursor before the first member. */
export const firstMember: MemberCursor = [0]

/** A version of a segment as it is stored. That of an imported segment has a job. */
interface VersionRow {
  job: number | null
  body: string
}

/** A query for the members of a dimensional segment. */
export interface MemberQuery {
  condition: Condition
  /** All segments that it is built on, directly or through others, each after its own sources. */
  sources: SourceSegment[]
  /** The jobs of the imported segments among them. */
  jobs: number[]
  /**
   * Those of the jobs that define endpoints without registering them, oldest first. If several define
   * the same endpoint, the last one counts in this segment (assumed). It counts even if the endpoint
   * is registered: the segment holds what the file says, which does not change the registered
   * endpoint (source: guide).
   */
  definingJobs: number[]
  /**
   * The defining jobs whose endpoints can be members without being registered. A job of a segment that is
   * only excluded adds no members.
   */
  listedJobs: number[]
}

/** A source segment. In the conditions of others it is a column of this name. */
interface SourceSegment {
  column: string
  condition: Condition
}

/** What a segment is built on directly. */
interface BuiltOn {
  /** Of an imported segment. */
  job?: number
  /** The keys of its sources, and whether it excludes those who are in them. */
  sources: { key: string; isExcluded: boolean }[]
}

/**
 * How the members of a segment's version are found: they are those of an import job, or of a query.
 */
export type Members = { import: number } | MemberQuery

/** A member: a row of `endpoints`, or an endpoint that an import defines without registering it. */
export type Member = {
  cursor: MemberCursor
  /** Set where it was listed before: an import names the endpoint, and its user as well. */
  isDuplicate?: true
  /** The user that an import names, where that makes its endpoint a member. */
  user?: string
} & ({ row: EndpointRow } | { definition: string; job: number })

/** An endpoint: its row, or the import that defines it without registering it, and its id. */
export type MemberRef = number | { job: number; id: string }

/** The members that a step has found, and the cursor for the next step; undefined at the end. */
export interface MemberStep {
  found: Member[]
  next: MemberCursor | undefined
}

/** SQL: whether an import `:job` names an endpoint `e` itself, or defines it without registering it. */
const isListed = `(e.seq <= coalesce((
    SELECT m.last FROM import_members m WHERE m.job = :job AND m.first <= e.seq ORDER BY m.first DESC LIMIT 1), 0)
  OR EXISTS (SELECT 1 FROM import_definitions d WHERE d.job = :job AND d.endpoint_id = e.id))`

/** The columns that are read of an endpoint `e`: all, or only what it takes to count it. */
const memberColumns = { all: selectRow('e'), count: 'e.seq' }

/** Finds the members of segments. */
export function createSegmentMembers(db: Database) {
  defineConditionFunctions(db)
  db.function('endpoint_key', { deterministic: true }, (app, id) => endpointKey(app as number, id as string))
  const version = db.prepare<[number, string, number | null], VersionRow>(
    `SELECT i.job, v.body FROM documents d JOIN document_versions v ON v.document = d.seq
     LEFT JOIN segment_imports i ON i.document = v.document AND i.version = v.version
     WHERE d.app = ? AND d.kind = 'segment' AND d.id = ? AND v.version = coalesce(?, d.version)`,
  )
  // The job's definition tells: to search for such a member would scan all the others.
  const registersNone = db
    .prepare<[number], number>(
      `SELECT definition ->> 'RegisterEndpoints' IS 0 FROM import_jobs WHERE seq = ?`,
    )
    .pluck()
  const definesEndpoints = (job: number): boolean => registersNone.get(job) === 1
  const ofImport = (job: number): Condition => conditionOfImport(job, definesEndpoints(job))

  const definition = db
    .prepare<[number, string], string>(
      'SELECT definition FROM import_definitions WHERE job = ? AND endpoint_id = ?',
    )
    .pluck()
  const anyDefinition = db.prepare<[number, string]>(
    `SELECT 1 FROM import_jobs j JOIN import_definitions d ON d.job = j.seq WHERE j.app = ? AND d.endpoint_id = ? LIMIT 1`,
  )

  const endOfStep = prepareEndOfStep(db)
  const namesUsers = db
    .prepare<[number], number>('SELECT 1 FROM import_user_members WHERE job = ? LIMIT 1')
    .pluck()

  /**
   * Prepares listing the members of an import: the endpoints that its records name, by row, or by id if
   * it registers none; then those of the users that its records name, by row.
   */
  const prepareImported = (
    app: AppRef,
    job: number,
    { columns, upTo, duplicates }: StepOptions,
  ): ((after: MemberCursor, limit: number) => MemberStep) => {
    const registered = db.prepare<unknown[], EndpointRow>(
      `SELECT ${memberColumns[columns]} FROM import_members m
       CROSS JOIN endpoints e ON e.seq BETWEEN max(m.first, :after + 1) AND min(m.last, :upTo)
       WHERE m.job = :job AND m.first <= :upTo AND m.first >= coalesce(
         (SELECT max(first) FROM import_members WHERE job = :job AND first <= :after), 0)
       ORDER BY m.first, e.seq LIMIT :limit`,
    )
    const defined = db.prepare<unknown[], { endpoint_id: string; definition: string }>(
      `SELECT endpoint_id, definition FROM import_definitions
       WHERE job = :job AND endpoint_id > :after ORDER BY endpoint_id LIMIT :limit`,
    )
    const ofUsers = db.prepare<unknown[], EndpointRow & { member_user: string; is_duplicate: 0 | 1 }>(
      `SELECT u.user_id AS member_user, (:duplicates AND ${isListed}) AS is_duplicate, ${memberColumns[columns]}
       FROM endpoints e CROSS JOIN import_user_members u ON u.job = :job AND u.user_id = e.user_id
       WHERE e.app = :app AND e.seq > :after AND e.seq <= :last AND (:duplicates OR NOT ${isListed})
       ORDER BY e.seq LIMIT :limit`,
    )
    const named = (after: number | string, limit: number): MemberStep => {
      const found: Member[] = []
      if (typeof after === 'number') {
        const rows = registered.all({ job, after, limit, upTo })
        for (const row of rows) found.push({ cursor: [row.seq], row })
      }
      if (found.length < limit) {
        const behind = typeof after === 'string' ? after : ''
        const rows = defined.all({ job, after: behind, limit: limit - found.length })
        for (const { endpoint_id, definition } of rows) {
          found.push({ cursor: [endpoint_id], definition, job })
        }
      }
      if (found.length === limit) return { found, next: found.at(-1)!.cursor }
      return { found, next: namesUsers.get(job) === undefined ? undefined : ['user', 0] }
    }
    const ofNamedUsers = (after: number, limit: number): MemberStep => {
      const last = endOfStep(app.seq, after, upTo)
      if (last === null) return { found: [], next: undefined }
      const rows = ofUsers.all({ app: app.seq, job, after, last, limit, duplicates: duplicates ? 1 : 0 })
      const found = rows.map(
        ({ member_user, is_duplicate, ...row }): Member => ({
          cursor: ['user', row.seq],
          user: member_user,
          row,
          ...(is_duplicate === 1 && { isDuplicate: true }),
        }),
      )
      return { found, next: found.length === limit ? found.at(-1)!.cursor : ['user', last] }
    }
    return (after, limit) => {
      const [position, row] = after as [position: number | string, row?: number]
      return row === undefined ? named(position, limit) : ofNamedUsers(row, limit)
    }
  }

  /** @param body what a dimensional segment says */
  const queryOf = (app: AppRef, body: SegmentBody, now: string): MemberQuery => {
    const sources: SourceSegment[] = []
    const jobs = new Set<number>()
    const conditions = new Map<string, Condition>()
    const builtOn = new Map<string, BuiltOn>()
    const ofBody = ({ Dimensions = {}, SegmentGroups }: SegmentBody, own: BuiltOn): Condition => {
      const context = {
        now,
        ofSegment(id: string, number: number | undefined, isExcluded: boolean): Condition {
          const key = `${id}/${number ?? 'current'}`
          own.sources.push({ key, isExcluded })
          const condition = conditions.get(key) ?? ofSource(key, id, number)
          conditions.set(key, condition)
          return condition
        },
      }
      return SegmentGroups === undefined
        ? conditionOfDimensions(Dimensions, context)
        : conditionOfGroups(SegmentGroups, context)
    }
    const ofVersion = (row: VersionRow, own: BuiltOn): Condition => {
      if (row.job === null) return ofBody(JSON.parse(row.body), own)
      own.job = row.job
      jobs.add(row.job)
      return ofImport(row.job)
    }
    const ofSource = (key: string, id: string, number: number | undefined): Condition => {
      const row = version.get(app.seq, id, number ?? null)
      // A deleted source has no members (assumed).
      if (row === undefined) return none
      const own: BuiltOn = { sources: [] }
      builtOn.set(key, own)
      const condition = ofVersion(row, own)
      const column = `source_${sources.length}`
      sources.push({ column, condition })
      return conditionOfSource(column)
    }
    const own: BuiltOn = { sources: [] }
    const condition = ofBody(body, own)
    const listedJobs = includedJobs(own, builtOn)
    const sorted = [...jobs].sort((a, b) => a - b)
    const definingJobs = sorted.filter(definesEndpoints)
    return {
      condition,
      sources,
      jobs: sorted,
      definingJobs,
      listedJobs: definingJobs.filter(job => listedJobs.has(job)),
    }
  }

  /**
   * Prepares scanning the registered endpoints, in the order of their rows, for those that meet a
   * condition.
   */
  const prepareRegistered = (app: AppRef, query: MemberQuery, { columns, upTo }: StepOptions) => {
    const { definingJobs } = query
    const asRegistered = prepareMatching<EndpointRow>(
      db,
      `${registeredEndpoints} WHERE app = ? AND seq > ? AND seq <= ? AND NOT ${isDefinedBy('id', definingJobs)} ORDER BY seq`,
      query,
      memberColumns[columns],
    )
    // Preparing a large query takes long, and most segments are built on no import that defines endpoints.
    const asDefined =
      definingJobs.length > 0 &&
      prepareMatching<{ seq: number; job: number; definition: string }>(
        db,
        `${definedColumns} FROM endpoints r
         JOIN import_definitions d ON d.endpoint_id = r.id AND d.job = (
           SELECT max(o.job) FROM import_definitions o WHERE o.job IN (${definingJobs}) AND o.endpoint_id = r.id)
         WHERE r.app = ? AND r.seq > ? AND r.seq <= ? ORDER BY r.seq`,
        query,
        'e.seq, e.job, e.definition',
      )
    return (after: number, limit: number): MemberStep => {
      const last = endOfStep(app.seq, after, upTo)
      if (last === null) return { found: [], next: [0, ''] }
      const rows = asRegistered([app.seq, after, last], limit)
      let found = rows.map((row): Member => ({ cursor: [row.seq], row }))
      if (asDefined) {
        const defined = asDefined([app.seq, after, last], limit)
        found.push(...defined.map(({ seq, ...member }): Member => ({ cursor: [seq], ...member })))
        found = found.sort((a, b) => (a.cursor[0] as number) - (b.cursor[0] as number)).slice(0, limit)
      }
      return { found, next: found.length === limit ? found.at(-1)!.cursor : [last] }
    }
  }

  /** Members that imports define, and that are not registered at all, by job and id. */
  const listUnregistered = (
    query: MemberQuery,
    [fromJob, fromId]: [number, string],
    limit: number,
    upTo: number,
  ): Member[] => {
    const members: Member[] = []
    const { definingJobs, listedJobs } = query
    for (const job of listedJobs.length === 0 ? [] : definingJobs) {
      if (job < fromJob) continue
      const later = definingJobs.filter(other => other > job)
      const matching = prepareMatching<{ id: string; definition: string }>(
        db,
        `${definedEndpoints} AND d.endpoint_id > ? AND (r.seq IS NULL OR r.seq > ?)
         AND ${isDefinedBy('d.endpoint_id', listedJobs)} AND NOT ${isDefinedBy('d.endpoint_id', later)}
         ORDER BY d.endpoint_id`,
        query,
        'e.id, e.definition',
      )
      const rows = matching([job, job === fromJob ? fromId : '', upTo], limit - members.length)
      for (const { id, definition } of rows) members.push({ cursor: [job, id], definition, job })
      if (members.length === limit) break
    }
    return members
  }

  return {
    /**
     * How to find the members of a segment's version.
     *
     * @param number of the version; undefined for the current one
     * @param now ISO 8601, to which the recency dimension is relative
     * @returns undefined if there is no such version
     */
    find(app: AppRef, segmentId: string, number: number | undefined, now: string): Members | undefined {
      const row = version.get(app.seq, segmentId, number ?? null)
      if (row === undefined) return undefined
      return row.job === null ? queryOf(app, JSON.parse(row.body), now) : { import: row.job }
    },

    /** How to find the members that a dimensional segment would have that says this. */
    ofBody: (app: AppRef, body: SegmentBody, now: string): Members => queryOf(app, body, now),

    /**
     * Whether a registered endpoint is a member of a segment's version. One that is too large to be
     * queried has no members (assumed).
     */
    contains(
      app: AppRef,
      segmentId: string,
      number: number | undefined,
      now: string,
      { seq, endpoint }: StoredEndpoint,
    ): boolean {
      const members = this.find(app, segmentId, number, now)
      if (members === undefined) return false
      const ref = this.refIn(members, foldedId(endpoint.Id), seq)!
      return this.amongOrNone(app, members, [ref]).has(ref)
    },

    /** Like `among`, but a segment that is too large to be queried has no members. */
    amongOrNone(app: AppRef, members: Members, endpoints: readonly MemberRef[]): Set<MemberRef> {
      try {
        return this.among(app, members, endpoints)
      } catch (error) {
        if (error instanceof SegmentQueryError) return new Set()
        throw error
      }
    },

    /**
     * Those of some endpoints that are members.
     *
     * @throws SegmentQueryError if the segment is too large to be queried
     */
    among(app: AppRef, members: Members, endpoints: readonly MemberRef[]): Set<MemberRef> {
      const query = 'import' in members ? { condition: ofImport(members.import), sources: [] } : members
      const select = <Row>(rows: string, columns: string, params: unknown[]) =>
        prepareMatching<Row>(db, rows, query, columns)(params, endpoints.length)
      const seqs = JSON.stringify(endpoints.filter(ref => typeof ref === 'number'))
      const found = new Set<MemberRef>(
        select<{ seq: number }>(
          `${registeredEndpoints} WHERE seq IN (SELECT value FROM json_each(?)) AND app = ?`,
          'e.seq',
          [seqs, app.seq],
        ).map(({ seq }) => seq),
      )
      const defined = endpoints.filter(ref => typeof ref !== 'number')
      for (const [job, refs] of Map.groupBy(defined, ref => ref.job)) {
        const rows = select<{ id: string }>(
          `${definedEndpoints} AND d.endpoint_id IN (SELECT value FROM json_each(?))`,
          'e.id',
          [job, JSON.stringify(refs.map(({ id }) => id))],
        )
        const ids = new Set(rows.map(({ id }) => id))
        for (const ref of refs) if (ids.has(ref.id)) found.add(ref)
      }
      return found
    },

    /**
     * What counts as an endpoint in a segment: what the last of its imports defines that does so without
     * registering it; else what is registered.
     *
     * @param id as ids are compared
     * @param seq the row of the registered endpoint, if there is one
     * @returns undefined if it is not registered, and none of the imports that the
     *   segment includes defines it
     */
    refIn(members: Members, id: string, seq: number | undefined): MemberRef | undefined {
      const [definingJobs, listedJobs] =
        'import' in members
          ? [[members.import], [members.import]]
          : [members.definingJobs, members.listedJobs]
      const isDefined = (job: number) => definition.get(job, id) !== undefined
      if (seq === undefined && !listedJobs.some(isDefined)) return undefined
      const job = definingJobs.findLast(isDefined)
      return job === undefined ? seq : { job, id }
    },

    /** Whether an import of an application defines an endpoint without registering it. */
    isDefined: (app: AppRef, id: string): boolean => anyDefinition.get(app.seq, id) !== undefined,

    /**
     * An endpoint that an import defines without registering it.
     *
     * @param id as ids are compared
     */
    definition(job: number, id: string): EndpointResponse | undefined {
      const json = definition.get(job, id)
      return json === undefined ? undefined : JSON.parse(json)
    },

    /** The members of an application: all its endpoints. */
    ofApplication: { condition: all, sources: [], jobs: [], definingJobs: [], listedJobs: [] } as Members,

    /**
     * Prepares listing members in steps of some milliseconds.
     *
     * @returns a function that lists up to `limit` members behind a cursor. There may be none,
     *   although more are to come
     * @throws SegmentQueryError if the segment is too large to be queried; so may the function
     */
    prepareSteps(
      app: AppRef,
      members: Members,
      { upTo = Number.MAX_SAFE_INTEGER, columns = 'all', duplicates = false }: Partial<StepOptions> = {},
    ): (after: MemberCursor, limit: number) => MemberStep {
      const options = { columns, upTo, duplicates }
      if ('import' in members) return prepareImported(app, members.import, options)
      const registered = prepareRegistered(app, members, options)
      return (after, limit) => {
        const [first, second] = after as [number] | [number, string]
        if (second === undefined) return registered(first, limit)
        const found = listUnregistered(members, [first, second], limit, upTo)
        return { found, next: found.length < limit ? undefined : found.at(-1)!.cursor }
      }
    },
  }
}

/** The jobs whose members a segment includes: what is excluded twice is included. */
function includedJobs(own: BuiltOn, builtOn: ReadonlyMap<string, BuiltOn>): Set<number> {
  // Each source once as included, and once as excluded: it may be both.
  const reached = new Map<string, BuiltOn['sources'][number]>()
  const reach = ({ sources }: BuiltOn, isWithinExcluded: boolean) => {
    for (const source of sources) {
      const isExcluded = source.isExcluded !== isWithinExcluded
      const name = `${isExcluded} ${source.key}`
      if (builtOn.has(source.key) && !reached.has(name)) reached.set(name, { key: source.key, isExcluded })
    }
  }
  reach(own, false)
  // It grows while it is gone through.
  for (const { key, isExcluded } of reached.values()) reach(builtOn.get(key)!, isExcluded)
  const included = [...reached.values()].filter(({ isExcluded }) => !isExcluded)
  return new Set(included.flatMap(({ key }) => builtOn.get(key)!.job ?? []))
}

/** What is read of which members. */
export interface StepOptions {
  columns: keyof typeof memberColumns
  /** The last row of `endpoints` that may be listed. */
  upTo: number
  /** Whether endpoints are listed again, and marked, where an import names their users as well. */
  duplicates: boolean
}

/** A member as GetEndpoint answers it. */
export const memberEndpoint = (app: AppRef, member: Member): EndpointResponse =>
  'row' in member ? toEndpoint(app, member.row) : JSON.parse(member.definition)

/** The same as JSON text, at a tenth of the cost. */
export const memberJson = (app: AppRef, member: Member): string =>
  'row' in member ? endpointJson(app, member.row) : member.definition

/**
 * Prepares selecting, from rows of endpoints and in their order, those that meet a query's
 * condition.
 *
 * @param rows SQL that selects the rows
 * @returns a function of that SQL's parameters and of a limit
 * @throws SegmentQueryError if the query is too large
 */
function prepareMatching<Row>(
  db: Database,
  rows: string,
  { sources, condition }: Pick<MemberQuery, 'condition' | 'sources'>,
  columns: string,
) {
  // Its sources may have got more since it was written.
  if (sources.length > maxSourceSegments) {
    throw new SegmentQueryError(`${sources.length} segments, of at most ${maxSourceSegments}`)
  }
  // LIMIT -1 limits nothing, but keeps SQLite from inlining a source's condition wherever it is
  // used.
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

/**
 * Thrown for a segment whose query is too large. The message is for callers, and for the Failures
 * of jobs.
 */
export class SegmentQueryError extends Error {
  constructor(why: string) {
    super(
      `the segment is too large together with the segments that it is built on (${why}): build it on fewer, or on smaller ones`,
    )
  }
}

/**
 * Characters of the longest query, which are those of a thousand dimensions or more. The time to
 * prepare a query grows with the square of its dimensions: half a second for a thousand, ten
 * seconds for four thousand.
 */
const maxQueryLength = 250_000

/** @throws SegmentQueryError if the query is too large for SQLite */
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

/** Registered endpoints, as conditions take them. */
const registeredEndpoints = 'SELECT *, NULL AS registered_user FROM endpoints'

/**
 * What an import defines as the endpoint `d`, as conditions take it; `r` is what is registered with its id.
 */
const definedColumns = `SELECT r.seq, r.user_id AS registered_user, d.endpoint_id AS id, d.job, d.definition,
    d.definition ->> 'ChannelType' AS channel_type, d.definition ->> 'EffectiveDate' AS effective_date,
    d.definition -> 'Attributes' AS attributes, d.definition -> 'Metrics' AS metrics,
    d.definition -> 'Location' AS location, d.definition -> 'Demographic' AS demographic,
    d.definition -> 'User' -> 'UserAttributes' AS user_attributes, d.definition -> 'User' ->> 'UserId' AS user_id`

/** All endpoints that an import defines without registering them. */
const definedEndpoints = `${definedColumns} FROM import_definitions d JOIN import_jobs j ON j.seq = d.job
  LEFT JOIN endpoints r ON r.seq = (SELECT x.seq FROM endpoint_ids k CROSS JOIN endpoints x ON x.seq = k.seq
    WHERE k.key = endpoint_key(j.app, d.endpoint_id) AND x.app = j.app AND x.id = d.endpoint_id)
  WHERE d.job = ?`

/** SQL: whether an import of these defines an endpoint without registering it. */
const isDefinedBy = (id: string, jobs: readonly number[]): string =>
  jobs.length === 0
    ? '0'
    : `EXISTS (SELECT 1 FROM import_definitions o WHERE o.job IN (${jobs}) AND o.endpoint_id = ${id})`
