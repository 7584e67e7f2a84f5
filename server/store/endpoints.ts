import type { Database } from 'better-sqlite3'
import type { Endpoint } from '../shapes/endpoint.ts'
import { prepareForAlike } from './alike-rows.ts'
import type { AppRef } from './apps.ts'
import { type AttributeName, type AttributeNames, namesIn } from './attribute-names.ts'
import { type Column, type Columns, valueAt } from './columns.ts'
import { type EndpointRef, endpointRef } from './endpoint-key.ts'
import {
  type Absent,
  createEndpointLookups,
  createSolitude,
  type Found,
  type Rows,
  type Wanted,
} from './endpoint-lookups.ts'
import {
  type EndpointChange,
  type EndpointRow,
  type EndpointValues,
  requestId,
  toEndpoint,
} from './endpoint-row.ts'
import { createStretchNotes } from './endpoint-stretches.ts'
import type { RowRange } from './import-progress.ts'
import { createEndpointInserts } from './insert-endpoints.ts'
import { createKnownUsers, turnAmong } from './known-users.ts'
import { createRenewals, createRunLength, type Renewal } from './renewals.ts'
import type { WriteTurns } from './write-turns.ts'

/** A stored endpoint under its row number. */
export interface StoredEndpoint {
  seq: number
  endpoint: Endpoint
}

/** What an endpoint has to do with the others of its user. */
export type Sibling = Pick<EndpointRow, 'seq' | 'turn' | 'user_attributes'>

/** What a user's endpoints are expected to be: at the most so many, with these attributes. */
export interface Likeness {
  most: number
  user_attributes: string | null
}

/** The endpoints of all applications, as one writer sees them: a caller of the API, or one import job. */
export interface Endpoints {
  /** Finds an endpoint; ids are compared without regard to case (source: API reference). */
  find(app: AppRef, endpoint: EndpointRef): EndpointRow | undefined
  /** The endpoint of a row that is there. */
  at(seq: number): EndpointRow
  /** What concerns a user of all the user's endpoints, the oldest first; without the row `but`. */
  siblings(app: AppRef, userId: string, but?: number): Sibling[]
  /**
   * The newest turn of a user's endpoints, 0 where there are none; undefined where they are more than the most, or some have
   * other attributes. Without the row `but`.
   */
  turnOfAlike(app: AppRef, userId: string, like: Likeness, but?: number): number | undefined
  /** The ACTIVE endpoints at an address; without the row `but`. */
  activeAt(app: AppRef, address: string, but?: number): EndpointRow[]
  /** Writes an endpoint: over one that is stored, or as a new one; gives its row. */
  save(app: AppRef, stored: EndpointRow | undefined, endpoint: EndpointValues, turn: number): number
  delete(seq: number): void
  /** The custom names in a change that this writer has to make known. */
  newNames(app: AppRef, change: EndpointChange): AttributeName[]
  /** How many custom names the application would have with these. */
  countNames(app: AppRef, names: AttributeName[]): number
  addNames(app: AppRef, names: AttributeName[]): void
}

/** An import job's writes, which can be taken back as long as the job is not COMPLETED. */
export interface EndpointsOfImport extends Endpoints {
  /**
   * Whether no endpoint of the application is another writer's, nor of an earlier beginning of the job. To be asked in a
   * transaction, and first when the job's records begin to be prepared; once it is not so, it never is again.
   */
  isAlone(app: AppRef): boolean
  /**
   * Has endpoints written one after the other; to be called in a transaction. What they will be looked up by is looked up at once
   * before, as most of it is not there in most imports, and a lookup that finds nothing takes half as long so.
   *
   * @param wanted undefined where nothing is to be looked up
   * @param names all custom names that are used
   * @param write is called for one row after the other, and gives the next
   */
  writeAll(
    app: AppRef,
    wanted: Columns<Wanted> | undefined,
    names: AttributeName[],
    rows: Rows,
    write: (row: number) => number,
  ): void
  /**
   * Creates, of endpoints that are written now by `writeAll`, as many as are known to be new, one after the other from the
   * first: nothing is there of their ids and addresses, and their users have none, or less than so many, with the same
   * attributes. Each is written as it is given.
   *
   * @param endpoints by the rows of what is wanted
   * @returns their rows; undefined where the first one is not known to be new
   */
  createNew(
    app: AppRef,
    endpoints: Columns<EndpointValues>,
    rows: Rows,
    mostOfUser: number,
  ): RowRange | undefined
  /**
   * Writes, of endpoints that are written now by `writeAll`, as many as are stored just as they are to be, one after the other
   * from the first, and in rows that follow one another: so nothing else has to be looked at, and only who wrote them last, and
   * when, is new.
   *
   * @param changes what is said of them, by the rows of what is wanted
   * @param written by whom they are written, and when
   * @returns their rows; undefined where the first one is not known to be as it is to be
   */
  renew(
    app: AppRef,
    changes: Columns<Renewal>,
    written: Columns<Pick<EndpointValues, 'key' | 'request_id' | 'effective_date'>>,
    rows: Rows,
    mostOfUser: number,
  ): RowRange | undefined
  /**
   * Takes back up to `limit` of the job's writes: puts back what it changed, then removes what it created. A row
   * that somebody else has written since stays as it is. Where that was another job, what it keeps to go back to is
   * set back too, so that nothing of this job returns if that one fails as well.
   *
   * @returns whether there is more to take back
   */
  takeBack(app: AppRef, limit: number): boolean
  /** How many of the job's writes are left: rows that it created, and rows that it changed. */
  left(app: AppRef): { created: number; changed: number }
  /** Keeps for good the custom names that the job has used. */
  keepNames(app: AppRef): void
}

/** What is read of a row. */
const selected = `seq, id, key, spelling, channel_type, address, endpoint_status, opt_out, ${requestId} AS request_id, creation_date,
  effective_date, user_id, user_attributes, attributes, metrics, location, demographic, turn`

/** What is written of it besides the key, which stays. */
const columns = `id, spelling, channel_type, address, endpoint_status, opt_out, own_request_id, creation_date,
  effective_date, user_id, user_attributes, attributes, metrics, location, demographic, turn, import_job`

/** Prepares the statements on endpoints, once for every writer of this connection. */
export function createEndpoints(db: Database, names: AttributeNames, writeTurns: WriteTurns) {
  const select = `SELECT ${selected} FROM endpoints WHERE app = ?`
  const find = db.prepare<[number, number, string], EndpointRow>(
    `SELECT ${selected} FROM endpoints INDEXED BY endpoints_by_key WHERE key = ? AND app = ? AND id = ?`,
  )
  const seqOf = db
    .prepare<[number, number, string], number>(
      'SELECT seq FROM endpoints INDEXED BY endpoints_by_key WHERE key = ? AND app = ? AND id = ?',
    )
    .pluck()
  const at = db.prepare<[number], EndpointRow>(`SELECT ${selected} FROM endpoints WHERE seq = ?`)
  const ofUser = db.prepare<[number, string], EndpointRow>(`${select} AND user_id = ? ORDER BY seq`)
  const siblings = db.prepare<[number, string, number | null], Sibling>(
    `SELECT seq, turn, user_attributes FROM endpoints WHERE app = ? AND user_id = ? AND seq IS NOT ?`,
  )
  const turnOfAlike = db
    .prepare<[number, string | null, number, string, number | null], number | null>(
      `SELECT iif(count(*) > ? OR max(user_attributes IS NOT ?), NULL, coalesce(max(turn), 0)) FROM endpoints
       WHERE app = ? AND user_id = ? AND seq IS NOT ?`,
    )
    .pluck()
  const activeAt = db
    .prepare<[number, string, number | null], number>(
      `SELECT seq FROM endpoints WHERE app = ? AND address = ? AND endpoint_status = 'ACTIVE' AND seq IS NOT ?`,
    )
    .pluck()
  const insert = prepareForAlike(
    db,
    values => `INSERT INTO endpoints (${columns}, app, key) VALUES (${values})`,
    19,
  )
  const update = db.prepare(
    `UPDATE endpoints SET (${columns}) = (?,?,?,?,?,?,?,?,?,?,?,?,?,?,?,?,?) WHERE seq = ?`,
  )
  // Columns that no index has: to set one that has the same value as before costs as much as another value.
  const updateRest = prepareForAlike(
    db,
    values =>
      `UPDATE endpoints SET (channel_type, opt_out, own_request_id, effective_date, user_attributes, attributes, metrics,
         location, demographic, turn, import_job) = (${values.slice(0, -1)}) WHERE seq = ${values.at(-1)}`,
    12,
  )
  const requestIdOf = db.prepare<[number], string>('SELECT request_id FROM import_jobs WHERE seq = ?').pluck()
  const noteStretches = createStretchNotes(db)
  const insertNew = createEndpointInserts(db)
  const turnsOfRenewed = createRenewals(db)
  const renew = prepareForAlike(
    db,
    values =>
      `UPDATE endpoints SET (own_request_id, effective_date, turn, import_job) = (${values.slice(0, -1)}) WHERE seq = ${values.at(-1)}`,
    5,
  )
  const keepAll = db.prepare(
    `INSERT OR REPLACE INTO endpoints_before_import (job, seq, app, ${columns})
     SELECT :job, seq, app, ${columns} FROM endpoints
     WHERE seq >= :from AND seq <= :to AND import_job IS NOT :job`,
  )
  const remove = db.prepare('DELETE FROM endpoints WHERE seq = ?')
  const lookups = createEndpointLookups(db)
  const solitude = createSolitude(db, writeTurns)
  const isAnyLeft = db
    .prepare<[number], number>('SELECT 1 FROM import_members_deleted WHERE app = ? LIMIT 1')
    .pluck()
  const leftBy = db
    .prepare<[number, string], number>(
      'SELECT 1 FROM import_members_deleted WHERE app = ? AND endpoint_id = ? LIMIT 1',
    )
    .pluck()
  const joined = db
    .prepare<unknown[], number>(
      `INSERT INTO import_members (job, first, last)
       SELECT job, :created, :created FROM import_members_deleted WHERE app = :app AND endpoint_id = :id RETURNING job`,
    )
    .pluck()
  const joinTerms = db.prepare(
    `UPDATE endpoint_terms SET value = 1 WHERE endpoint = :created AND value = 0 AND block = CAST(:created AS INTEGER) >> 14
       AND dimension = (SELECT seq FROM indexed_dimensions WHERE app = :app AND name = 'Import.' || CAST(:job AS INTEGER))`,
  )
  const forgetLeft = db.prepare('DELETE FROM import_members_deleted WHERE app = ? AND endpoint_id = ?')
  // Again when somebody else has written the row since: it is what they wrote that is to be put back then.
  const keep = db.prepare(
    `INSERT OR REPLACE INTO endpoints_before_import (job, seq, app, ${columns})
     SELECT ?, seq, app, ${columns} FROM endpoints WHERE seq = ? AND import_job IS NOT ?`,
  )
  const kept = db.prepare<[number, number], { seq: number }>(
    'SELECT seq FROM endpoints_before_import WHERE job = ? LIMIT ?',
  )
  const putBack = db.prepare(
    `UPDATE endpoints SET (${columns}) = (SELECT ${columns} FROM endpoints_before_import WHERE job = :job AND seq = :seq)
     WHERE seq = :seq AND import_job = :job`,
  )
  const putBackInLater = db.prepare(
    `UPDATE endpoints_before_import SET (${columns}) = (SELECT ${columns} FROM endpoints_before_import WHERE job = :job AND seq = :seq)
     WHERE seq = :seq AND import_job = :job`,
  )
  const isKept = db
    .prepare<[number, number], number>('SELECT 1 FROM endpoints_before_import WHERE job = ? AND seq = ?')
    .pluck()
  const isWrittenOver = db
    .prepare<[number, number], number>(
      'SELECT 1 FROM endpoints_before_import WHERE import_job = ? AND seq = ?',
    )
    .pluck()
  const isAnyOver = db
    .prepare<[number], number>('SELECT 1 FROM endpoints_before_import WHERE import_job = ? LIMIT 1')
    .pluck()
  const passOnRow = db.prepare(
    `UPDATE import_jobs SET newest_endpoint =
       min(newest_endpoint, (SELECT newest_endpoint FROM import_jobs WHERE seq = :job))
     WHERE seq IN (SELECT job FROM endpoints_before_import WHERE import_job = :job AND seq = :seq)`,
  )
  const forgetRowInLater = db.prepare(
    'DELETE FROM endpoints_before_import WHERE import_job = :job AND seq = :seq',
  )
  // A later job that wrote over what this one created becomes the one that created it, and looks as far back.
  const passOn = db.prepare(
    `UPDATE import_jobs SET newest_endpoint =
       min(newest_endpoint, (SELECT newest_endpoint FROM import_jobs WHERE seq = :job))
     WHERE seq IN (SELECT job FROM endpoints_before_import WHERE import_job = :job)`,
  )
  const forgetInLater = db.prepare(
    `DELETE FROM endpoints_before_import WHERE (job, seq) IN
       (SELECT job, seq FROM endpoints_before_import WHERE import_job = ? LIMIT ?)`,
  )
  const newestBefore = db
    .prepare<[number], number | null>('SELECT newest_endpoint FROM import_jobs WHERE seq = ?')
    .pluck()
  const forget = db.prepare('DELETE FROM endpoints_before_import WHERE job = ? AND seq = ?')
  const removeCreated = db.prepare(
    // In the order of rows, from where the last step ended; +app keeps SQLite from going by the ids instead.
    `DELETE FROM endpoints WHERE seq IN
       (SELECT seq FROM endpoints WHERE seq > ? AND +app = ? AND import_job = ? ORDER BY seq LIMIT ?) RETURNING seq`,
  )
  const countCreated = db
    .prepare<[number, number, number], number>(
      'SELECT count(*) FROM endpoints WHERE seq > ? AND +app = ? AND import_job = ?',
    )
    .pluck()
  const countKept = db
    .prepare<[number], number>('SELECT count(*) FROM endpoints_before_import WHERE job = ?')
    .pluck()

  const reads = {
    find: (app: AppRef, { key, folded }: EndpointRef) => find.get(key, app.seq, folded),
    at: (seq: number) => at.get(seq)!,
    // In this order without ORDER BY, which makes an import a fifth slower: a user has few endpoints.
    siblings: (app: AppRef, userId: string, but?: number) =>
      siblings.all(app.seq, userId, but ?? null).sort((a, b) => a.seq - b.seq),
    turnOfAlike: (app: AppRef, userId: string, { most, user_attributes }: Likeness, but?: number) =>
      turnOfAlike.get(most, user_attributes, app.seq, userId, but ?? null) ?? undefined,
    activeAt: (app: AppRef, address: string, but?: number) =>
      activeAt.all(app.seq, address, but ?? null).map(seq => at.get(seq)!),
  }

  const create = (app: AppRef, endpoint: EndpointValues, turn: number, by: Writer): number => {
    const row = insert(toColumns(endpoint, turn, by, app.seq, endpoint.key)).lastInsertRowid as number
    noteStretches(app.seq, { from: row, to: row })
    return row
  }

  const change = (before: EndpointRow, after: EndpointValues, turn: number, by: Writer): number => {
    const { seq } = before
    const isFoundAsBefore =
      before.address === after.address &&
      before.endpoint_status === after.endpoint_status &&
      before.user_id === after.user_id
    if (!isFoundAsBefore) update.run(toColumns(after, turn, by), seq)
    else {
      const { channel_type, opt_out, request_id, effective_date, user_attributes } = after
      const { attributes, metrics, location, demographic } = after
      updateRest([
        ...[channel_type, opt_out, ownRequestId(request_id, by), effective_date, user_attributes],
        ...[attributes, metrics, location, demographic, turn, by.job, seq],
      ])
    }
    return seq
  }

  /** An endpoint that is created again is in the segments in which it was before it was deleted. */
  const joinAgain = (app: AppRef, id: string, created: number): void => {
    if (leftBy.get(app.seq, id) === undefined) return
    for (const job of joined.all({ app: app.seq, id, created })) joinTerms.run({ app: app.seq, job, created })
    forgetLeft.run(app.seq, id)
  }

  /** @param hasAnyLeft whether endpoints of the application were deleted that are members when they come again */
  const writer = (by: Writer, hasAnyLeft = () => true): Endpoints => ({
    ...reads,
    save(app, stored, endpoint, turn) {
      writeTurns.noteEndpointWrites(app.seq)
      if (stored !== undefined) return change(stored, endpoint, turn, by)
      const created = create(app, endpoint, turn, by)
      if (hasAnyLeft()) joinAgain(app, endpoint.id, created)
      return created
    },
    delete: seq => void remove.run(seq),
    newNames: (app, change) => names.newNames(app, namesIn(change), by.job),
    countNames: names.count,
    addNames: (app, added) => names.add(app, added, by.job),
  })

  /**
   * Hands what a job would go back to over to the jobs that have written over it, before it writes the same row again:
   * then it goes back to what they wrote, and they to what was there before. Otherwise two jobs that fail would each
   * put back what the other wrote.
   */
  const handOver = (job: number, seq: number): void => {
    if (isKept.get(job, seq) === 1) putBackInLater.run({ job, seq })
    else {
      // It has created the row.
      passOnRow.run({ job, seq })
      forgetRowInLater.run({ job, seq })
    }
  }

  /** As an import job, which keeps what it changes until it is COMPLETED. */
  const byImport = (job: number): EndpointsOfImport => {
    /** Rows up to this one are older than the job, or have been looked at. */
    let lookedAt: number | undefined
    const lookUp = lookups()
    const alone = solitude()
    let found: Found | undefined
    let wanted: Columns<Wanted> | undefined
    let absent = nothing
    const users = createKnownUsers()
    const renewal = createRunLength()
    let areNamesKnown = false
    let hasAnyLeft = true
    let isAnyWrittenOver = true
    const by = { job, requestId: requestIdOf.get(job) }
    const asJob = writer(by, () => hasAnyLeft)
    /** A user's other endpoints, where they are known. */
    const knownOthers = (userId: string, but: number | undefined): Sibling[] | undefined => {
      if (absent.isUserNew) users.note(userId, [])
      return users.others(userId, but)
    }
    const absentOf = (row: number): Absent => {
      if (wanted === undefined) return nothing
      if (found !== undefined) return found.absentOf(row)
      return {
        isIdNew: valueAt(wanted.isIdNew, row),
        isUserNew: valueAt(wanted.isUserNew, row),
        isAddressNew: valueAt(wanted.isAddressNew, row),
      }
    }
    return {
      ...asJob,
      isAlone: alone.isAlone,
      writeAll(app, columns, used, rows, write) {
        wanted = columns
        areNamesKnown = names.newNames(app, used, job).length === 0
        hasAnyLeft = isAnyLeft.get(app.seq) !== undefined
        isAnyWrittenOver = isAnyOver.get(job) !== undefined
        const isKnown = columns === undefined || (alone.isAlone(app) && areMostlyNew(columns, rows))
        found = isKnown ? undefined : lookUp(app, columns, rows)
        try {
          for (let row = rows.from; row < rows.to; ) {
            absent = absentOf(row)
            row = write(row)
          }
        } finally {
          wanted = undefined
          found = undefined
          absent = nothing
          users.forget()
          areNamesKnown = false
          hasAnyLeft = true
          isAnyWrittenOver = true
        }
      },
      createNew(app, endpoints, { from, to }, mostOfUser) {
        if (!areNamesKnown || hasAnyLeft || !absentOf(from).isIdNew) return undefined
        const { id, key, address, user_id, user_attributes } = endpoints
        const siblings: Sibling[] = []
        const turn: number[] = Array(to).fill(1)
        let end = from
        // What seemed to be there is looked up: in most cases it is not, and to go on with it costs less than to begin anew.
        const isAmongThese = <T>(column: Column<T>, value: T): boolean =>
          Array.isArray(column) ? column.slice(from, end).includes(value) : end > from
        const isIdThere = (folded: string): boolean =>
          isAmongThese(id, folded) || seqOf.get(valueAt(key, end), app.seq, folded) !== undefined
        const isAddressThere = (place: string): boolean =>
          isAmongThese(address, place) || activeAt.get(app.seq, place, null) !== undefined
        for (; end < to; end++) {
          const { isIdNew, isUserNew, isAddressNew } = absentOf(end)
          if (!isIdNew && isIdThere(valueAt(id, end))) break
          if (!isAddressNew && isAddressThere(valueAt(address, end)!)) break
          const userId = valueAt(user_id, end)
          if (userId !== null) {
            const like = { most: mostOfUser - 1, user_attributes: valueAt(user_attributes, end) }
            if (isUserNew) users.note(userId, [])
            else if (!users.isKnown(userId)) users.note(userId, asJob.siblings(app, userId))
            const newest = users.turnOfAlike(userId, like)
            if (newest === undefined) break
            turn[end] = newest + 1
            // Its row number is not known yet.
            const sibling = { seq: end - from, turn: newest + 1, user_attributes: like.user_attributes }
            users.noteWrite(null, userId, sibling)
            siblings.push(sibling)
          }
          found?.note(valueAt(id, end), userId, valueAt(address, end))
        }
        if (end === from) return undefined
        writeTurns.noteEndpointWrites(app.seq, end - from)
        alone.note(end - from)
        const { request_id } = endpoints
        const own_request_id = Array.isArray(request_id)
          ? request_id.map(id => ownRequestId(id, by))
          : ownRequestId(request_id, by)
        const row = { ...endpoints, turn, own_request_id, app: app.seq, import_job: job }
        const first = insertNew(row, { from, to: end })
        for (const sibling of siblings) sibling.seq += first
        const created = { from: first, to: first + end - from - 1 }
        noteStretches(app.seq, created)
        return created
      },
      renew(app, changes, { key, request_id, effective_date }, { from, to }, mostOfUser) {
        if (!areNamesKnown || isAnyWrittenOver || absentOf(from).isIdNew || renewal.rests()) return undefined
        const rows = { from, to: Math.min(to, from + renewal.length) }
        let turns = turnsOfRenewed(app, changes, rows, renewal.expected, mostOfUser)
        if (turns.length === 0) {
          const found = seqOf.get(valueAt(key, from), app.seq, valueAt(changes.id, from))
          if (found !== undefined && found !== renewal.expected) {
            renewal.expected = found
            turns = turnsOfRenewed(app, changes, rows, found, mostOfUser)
          }
        }
        const first = renewal.expected
        renewal.note(turns.length, rows)
        if (turns.length === 0) return undefined
        const range = { from: first, to: first + turns.length - 1 }
        writeTurns.noteEndpointWrites(app.seq, turns.length)
        alone.note(turns.length)
        keepAll.run({ ...range, job })
        for (let row = from; row < from + turns.length; row++) {
          const request = ownRequestId(valueAt(request_id, row), by)
          renew([request, valueAt(effective_date, row), turns[row - from], job, first + row - from])
        }
        users.forget()
        return range
      },
      find: (app, endpoint) => (absent.isIdNew ? undefined : asJob.find(app, endpoint)),
      siblings: (app, userId, but) =>
        knownOthers(userId, but)?.sort((a, b) => a.seq - b.seq) ?? asJob.siblings(app, userId, but),
      turnOfAlike(app, userId, like, but) {
        const others = knownOthers(userId, but)
        return others === undefined ? asJob.turnOfAlike(app, userId, like, but) : turnAmong(others, like)
      },
      activeAt: (app, address, but) => (absent.isAddressNew ? [] : asJob.activeAt(app, address, but)),
      newNames: (app, change) => (areNamesKnown ? [] : asJob.newNames(app, change)),
      save(app, stored, endpoint, turn) {
        if (stored !== undefined) {
          const { seq } = stored
          if (isAnyWrittenOver && isWrittenOver.get(job, seq) === 1) handOver(job, seq)
          keep.run(job, seq, job)
        }
        alone.note()
        const { user_id, user_attributes } = endpoint
        found?.note(endpoint.id, user_id, endpoint.address)
        const seq = asJob.save(app, stored, endpoint, turn)
        users.noteWrite(stored?.user_id ?? null, user_id, { seq, turn, user_attributes })
        return seq
      },
      left: app => ({
        created: countCreated.get(newestBefore.get(job) ?? Number.MAX_SAFE_INTEGER, app.seq, job)!,
        changed: countKept.get(job)!,
      }),
      keepNames: app => names.keepOfJob(app, job),
      takeBack(app, limit) {
        const rows = kept.all(job, limit)
        for (const { seq } of rows) {
          writeTurns.noteEndpointWrites(app.seq)
          putBack.run({ job, seq })
          putBackInLater.run({ job, seq })
          forget.run(job, seq)
        }
        if (rows.length > 0) return true
        names.removeOfJob(app, job)
        passOn.run({ job })
        if (forgetInLater.run(job, limit).changes > 0) return true
        lookedAt ??= newestBefore.get(job) ?? Number.MAX_SAFE_INTEGER
        const created = removeCreated.all(lookedAt, app.seq, job, limit) as { seq: number }[]
        lookedAt = Math.max(lookedAt, ...created.map(row => row.seq))
        return created.length > 0
      },
    }
  }

  return {
    /** As a caller of the API. */
    ...writer({ job: null, requestId: undefined }),

    get(app: AppRef, id: string): StoredEndpoint | undefined {
      const row = reads.find(app, endpointRef(app.seq, id))
      return row && toStored(app, row)
    },

    /** All endpoints of a user, the oldest first. */
    ofUser: (app: AppRef, userId: string): StoredEndpoint[] =>
      ofUser.all(app.seq, userId).map(row => toStored(app, row)),

    byImport,
  }
}

/** Whether it is worth while to go without looking up: what is not new is looked up one by one then. */
function areMostlyNew({ isIdNew }: Columns<Wanted>, { from, to }: Rows): boolean {
  if (!Array.isArray(isIdNew)) return isIdNew
  const ofRows = isIdNew.slice(from, to)
  return ofRows.filter(Boolean).length * 2 >= ofRows.length
}

/** Who writes endpoints: an import job, or a caller of the API. */
interface Writer {
  job: number | null
  /** What its endpoints have, unless they say something else. */
  requestId: string | undefined
}

const ownRequestId = (requestId: string, by: Writer): string | null =>
  requestId === by.requestId ? null : requestId

/** Where nothing is known. */
const nothing: Absent = { isIdNew: false, isUserNew: false, isAddressNew: false }

/** The values of `columns`. */
const toColumns = (endpoint: EndpointValues, turn: number, by: Writer, ...more: unknown[]): unknown[] => [
  endpoint.id,
  endpoint.spelling,
  endpoint.channel_type,
  endpoint.address,
  endpoint.endpoint_status,
  endpoint.opt_out,
  ownRequestId(endpoint.request_id, by),
  endpoint.creation_date,
  endpoint.effective_date,
  endpoint.user_id,
  endpoint.user_attributes,
  endpoint.attributes,
  endpoint.metrics,
  endpoint.location,
  endpoint.demographic,
  turn,
  by.job,
  ...more,
]

const toStored = (app: AppRef, row: EndpointRow): StoredEndpoint => ({
  seq: row.seq,
  endpoint: toEndpoint(app, row),
})
