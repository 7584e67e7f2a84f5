import type { Database, Statement } from 'better-sqlite3'
import type { AppRef } from '../applications/applications.ts'
import type { WriteQueue } from '../database/write-queue.ts'
import type { EndpointCounter } from './endpoint-counts.ts'
import { endpointKey } from './endpoint-key.ts'
import type { EndpointKeys } from './endpoint-keys.ts'
import {
  type EndpointRow,
  type EndpointValues,
  endpointColumns,
  keyColumns,
  mutableColumns,
} from './endpoint-row.ts'
import { createRestoredMembers } from './restored-members.ts'

/** An endpoint to be written. It is created if nothing is stored. */
export interface EndpointWrite {
  readonly stored: EndpointRow | undefined
  readonly values: EndpointValues
  /** Its row number; set when it is created. */
  seq: number | undefined
  /** Whether it is changed only because another one is: it took over its address, or shares its user. */
  isConcerned: boolean
}

/** The writer: an import job, or a caller of the API. */
export interface WrittenBy {
  job: number | null
  /** The job's request id. Rows of the job have it without storing it. */
  requestId: string | undefined
}

/** Where its keys are among the columns of an endpoint. */
const keyPositions = (['key', 'user_key', 'address_key'] as const).map(key => endpointColumns.indexOf(key))

/** Rows that one statement inserts at most. Statements exist for powers of two up to this one. */
const maxRowsPerInsert = 32

/** Prepares writing endpoints. */
export function createEndpointWriter(
  db: Database,
  queue: WriteQueue,
  counter: EndpointCounter,
  keys: EndpointKeys,
) {
  const inserts = new Map<number, Statement<unknown[]>>()
  const updates = new Map<string, Statement<unknown[]>>()
  const restoredMembers = createRestoredMembers(db)

  const insertOf = (count: number): Statement<unknown[]> => {
    let insert = inserts.get(count)
    if (insert === undefined) {
      const row = `(${endpointColumns.map(() => '?')})`
      // OR FAIL saves SQLite the statement journal. If it fails, the whole transaction is rolled
      // back.
      insert = db.prepare(
        `INSERT OR FAIL INTO endpoints (${endpointColumns}) VALUES ${Array(count).fill(row)}`,
      )
      inserts.set(count, insert)
    }
    return insert
  }

  /**
   * Updates only the columns that change, as SQLite runs the triggers of all columns that are named.
   */
  const updateOf = (columns: string[]): Statement<unknown[]> => {
    const key = columns.join()
    let update = updates.get(key)
    if (update === undefined) {
      update = db.prepare(`UPDATE endpoints SET ${columns.map(column => `${column} = ?`)} WHERE seq = ?`)
      updates.set(key, update)
    }
    return update
  }

  const create = (app: AppRef, created: EndpointWrite[], by: WrittenBy): void => {
    for (let next = 0; next < created.length; ) {
      const count = Math.min(maxRowsPerInsert, 2 ** Math.floor(Math.log2(created.length - next)))
      const values: unknown[] = []
      for (const endpoint of created.slice(next, next + count)) {
        for (const column of endpointColumns) values.push(storedValue(app, endpoint.values, column, by))
      }
      const last = insertOf(count).run(values).lastInsertRowid as number
      for (let row = last - count + 1, from = 0; row <= last; row++, from += endpointColumns.length) {
        created[next++]!.seq = row
        keys.add(
          row,
          keyPositions.map(at => values[from + at] as number | null),
        )
      }
    }
    restoredMembers.restore(app, created)
  }

  const change = (app: AppRef, { stored, values, isConcerned }: EndpointWrite, writer: WrittenBy): void => {
    // What a caller's change of another endpoint does to one of a job does not keep that job from undoing it.
    const by = writer.job === null && isConcerned ? { ...writer, job: stored!.import_job } : writer
    const columns: string[] = []
    const params: unknown[] = []
    for (const column of mutableColumns) {
      if (!isChanged(column, stored!, values, by)) continue
      columns.push(column)
      params.push(storedValue(app, values, column, by))
    }
    updateOf(columns).run(...params, stored!.seq)
  }

  return {
    /** Creates and updates endpoints, in their order. To be called in a transaction. */
    write(app: AppRef, endpoints: EndpointWrite[], by: WrittenBy): void {
      if (endpoints.length === 0) return
      queue.noteEndpointWrites(app.seq, endpoints.length)
      counter.note(
        app.seq,
        endpoints.map(({ stored, values }) => ({ before: stored?.channel_type, after: values.channel_type })),
      )
      for (const endpoint of endpoints) if (endpoint.stored !== undefined) change(app, endpoint, by)
      create(
        app,
        endpoints.filter(({ stored }) => stored === undefined),
        by,
      )
    },
  }
}

function isChanged(
  column: (typeof mutableColumns)[number],
  stored: EndpointRow,
  values: EndpointValues,
  by: WrittenBy,
): boolean {
  switch (column) {
    case 'import_job':
      return by.job !== stored.import_job
    case 'request_id':
      // Whether the request id is stored depends on who wrote the row before.
      return true
    case 'user_key':
    case 'address_key':
      return values[keyColumns[column]] !== stored[keyColumns[column]]
    default:
      return values[column] !== stored[column]
  }
}

/** The value to be stored in a column. */
function storedValue(
  app: AppRef,
  values: EndpointValues,
  column: (typeof endpointColumns)[number],
  by: WrittenBy,
): unknown {
  switch (column) {
    case 'app':
      return app.seq
    case 'import_job':
      return by.job
    case 'user_key':
    case 'address_key': {
      const text = values[keyColumns[column]]
      return text === null ? null : endpointKey(app.seq, text)
    }
    case 'request_id':
      return values.request_id === by.requestId ? null : values.request_id
    case 'effective_date':
      // The column has type ANY: a number would be stored as REAL, but conditions expect INTEGER.
      return typeof values.effective_date === 'number' ? BigInt(values.effective_date) : values.effective_date
    default:
      return values[column]
  }
}
