import type { Database } from 'better-sqlite3'
import type { AppRef } from '../applications/applications.ts'
import type { WriteTurns } from '../database/write-queue.ts'
import type { AttributeName, AttributeNames } from '../endpoints/attribute-names.ts'
import { boundDate, type EndpointRow, type EndpointValues } from '../endpoints/endpoint-row.ts'
import { type Endpoints, ownRequestId, type Sibling, selected, type Writer } from '../endpoints/endpoints.ts'
import type { SharedMaps } from '../endpoints/interned-json.ts'
import { prepareForAlike } from '../endpoints/literal-statement.ts'
import type { DeletedMembers } from '../endpoints/restored-members.ts'
import { createStretchNotes } from '../endpoints/row-blocks.ts'
import type { RowRange } from '../jobs/import-progress.ts'
import { createEndpointInserts } from './bulk-insert.ts'
import {
  type Absent,
  createEndpointLookups,
  createSolitude,
  type Found,
  type Rows,
  type Wanted,
} from './bulk-lookup.ts'
import { type Column, type Columns, mapColumn, valueAt } from './columns.ts'
import { createRenewals, createRunLength, type Renewal } from './unchanged-endpoints.ts'
import { createBeforeImport } from './undo-log.ts'
import { createKnownUsers, turnAmong } from './user-cache.ts'

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

/**
 * Prepares the statements of import jobs on endpoints, once for every job of this connection.
 *
 * @param writer what any writer does
 */
export function createEndpointsOfImport(
  db: Database,
  {
    names,
    maps,
    deletedMembers,
  }: { names: AttributeNames; maps: SharedMaps; deletedMembers: DeletedMembers },
  writeTurns: WriteTurns,
  writer: (by: Writer, isAnyDeleted: () => boolean) => Endpoints,
): (job: number) => EndpointsOfImport {
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
  // Behind the last one that was found: to look it up by its key is to read another page of the index for each.
  const findAt = db.prepare<[number, number, string], EndpointRow>(
    `SELECT ${selected} FROM endpoints WHERE seq = ? AND +app = ? AND id = ?`,
  )
  const lookups = createEndpointLookups(db)
  const solitude = createSolitude(db, writeTurns)
  const beforeImport = createBeforeImport(db, names, writeTurns)
  const share = (app: AppRef, column: Column<string | null>, rows: Rows): Column<string | null> =>
    mapColumn(
      column,
      rows,
      json => json && maps.stored(app.seq, json, Array.isArray(column) ? 1 : rows.to - rows.from),
    )
  return job => {
    const lookUp = lookups()
    const alone = solitude()
    let found: Found | undefined
    let wanted: Columns<Wanted> | undefined
    let absent = nothing
    const users = createKnownUsers()
    const renewal = createRunLength()
    /** Whether the last two endpoints that were found follow one another, as those of a file that is imported again mostly do. */
    let order = { isKept: false, next: 0 }
    let areNamesKnown = false
    let isAnyDeleted = true
    let isAnyWrittenOver = true
    const by = { job, requestId: requestIdOf.get(job) }
    const asJob = writer(by, () => isAnyDeleted)
    const before = beforeImport(job)
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
        isAnyDeleted = deletedMembers.isAny(app)
        isAnyWrittenOver = before.isAnyWrittenOver()
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
          isAnyDeleted = true
          isAnyWrittenOver = true
        }
      },
      createNew(app, endpoints, { from, to }, mostOfUser) {
        if (!areNamesKnown || !absentOf(from).isIdNew) return undefined
        const { id, key, address, user_id, user_attributes } = endpoints
        const siblings: Sibling[] = []
        const turn: number[] = Array(to).fill(1)
        let end = from
        // What seemed to be there is looked up: in most cases it is not, and to go on with it costs less than to begin anew.
        const isAmongThese = <T>(column: Column<T>, value: T): boolean =>
          Array.isArray(column) ? column.slice(from, end).includes(value) : end > from
        const isIdThere = (folded: string): boolean =>
          isAmongThese(id, folded) || asJob.find(app, { key: valueAt(key, end), folded }) !== undefined
        const isAddressThere = (place: string): boolean =>
          isAmongThese(address, place) || asJob.activeAt(app, place).length > 0
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
        const rows = { from, to: end }
        const row = {
          ...{ ...endpoints, app: app.seq, import_job: job },
          turn: turn.every(number => number === 1) ? 1 : turn,
          own_request_id: mapColumn(endpoints.request_id, rows, id => ownRequestId(id, by)),
          effective_date: mapColumn(endpoints.effective_date, rows, boundDate),
          location: share(app, endpoints.location, rows),
          demographic: share(app, endpoints.demographic, rows),
        }
        const first = insertNew(row, rows)
        for (const sibling of siblings) sibling.seq += first
        const created = { from: first, to: first + end - from - 1 }
        noteStretches(app.seq, created)
        if (isAnyDeleted) {
          for (let row = from; row < end; row++) {
            deletedMembers.joinAgain(app, valueAt(id, row), first + row - from)
          }
        }
        return created
      },
      renew(app, changes, { key, request_id, effective_date }, { from, to }, mostOfUser) {
        if (!areNamesKnown || isAnyWrittenOver || absentOf(from).isIdNew || renewal.rests()) return undefined
        const rows = { from, to: Math.min(to, from + renewal.length) }
        let turns = turnsOfRenewed(app, changes, rows, renewal.expected, mostOfUser)
        if (turns.length === 0) {
          const found = asJob.find(app, { key: valueAt(key, from), folded: valueAt(changes.id, from) })?.seq
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
        before.keepAll(range)
        for (let row = from; row < from + turns.length; row++) {
          const request = ownRequestId(valueAt(request_id, row), by)
          const date = boundDate(valueAt(effective_date, row))
          renew([request, date, turns[row - from], job, first + row - from])
        }
        users.forget()
        return range
      },
      find(app, endpoint) {
        if (absent.isIdNew) return undefined
        const isNext = order.isKept ? findAt.get(order.next, app.seq, endpoint.folded) : undefined
        const found = isNext ?? asJob.find(app, endpoint)
        order = { isKept: found?.seq === order.next, next: (found?.seq ?? order.next) + 1 }
        return found
      },
      siblings: (app, userId, but) =>
        knownOthers(userId, but)?.sort((a, b) => a.seq - b.seq) ?? asJob.siblings(app, userId, but),
      turnOfAlike(app, userId, like, but) {
        const others = knownOthers(userId, but)
        return others === undefined ? asJob.turnOfAlike(app, userId, like, but) : turnAmong(others, like)
      },
      activeAt: (app, address, but) => (absent.isAddressNew ? [] : asJob.activeAt(app, address, but)),
      newNames: (app, change) => (areNamesKnown ? [] : asJob.newNames(app, change)),
      save(app, stored, endpoint, turn) {
        if (stored !== undefined) before.keep(stored.seq, isAnyWrittenOver)
        alone.note()
        const { user_id, user_attributes } = endpoint
        found?.note(endpoint.id, user_id, endpoint.address)
        const seq = asJob.save(app, stored, endpoint, turn)
        users.noteWrite(stored?.user_id ?? null, user_id, { seq, turn, user_attributes })
        return seq
      },
      keepNames: app => names.keepOfJob(app, job),
      takeBack: before.takeBack,
      left: before.left,
    }
  }
}

/** Whether it is worth while to go without looking up: what is not new is looked up one by one then. */
function areMostlyNew({ isIdNew }: Columns<Wanted>, { from, to }: Rows): boolean {
  if (!Array.isArray(isIdNew)) return isIdNew
  const ofRows = isIdNew.slice(from, to)
  return ofRows.filter(Boolean).length * 2 >= ofRows.length
}

/** Where nothing is known. */
const nothing: Absent = { isIdNew: false, isUserNew: false, isAddressNew: false }
