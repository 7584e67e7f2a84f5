import { Type } from '@sinclair/typebox'
import Database from 'better-sqlite3'
import { isClockTime, lastTime, timeOf } from '../../clock/clock.ts'
import { FaultRule } from '../../model/fault.ts'
import { JobControl } from '../../model/job-control.ts'
import { type JobKind, jobKinds } from '../../model/job-kinds.ts'
import { jobStatuses } from '../../model/job-moves.ts'
import { NewOutboxMessage } from '../../model/message.ts'
import { readS3Url } from '../../model/s3-url.ts'
import { checkOf } from '../../validation/check.ts'
import { createSavedClock } from '../clock/saved-clock.ts'
import { migrate } from '../database/schema.ts'
import { keyTables } from '../endpoints/endpoint-keys.ts'
import { mapColumns } from '../endpoints/endpoint-row.ts'
import { isRunning, jobTables } from '../jobs/job-rows.ts'
import { damaged } from './snapshot-header.ts'

/**
 * Checks whether a SQLite file with a valid header (`readSnapshotHeader`) is an acceptable
 * snapshot. One of another version is refused.
 *
 * Nothing in the file is run before its schema is known to be, word for word, the one that this
 * program creates. Until then, SQLite does not trust the schema.
 *
 * @returns why it is refused
 */
export function checkSnapshot(file: string): string | undefined {
  const db = new Database(file, { fileMustExist: true })
  try {
    db.pragma('trusted_schema = OFF')
    db.pragma('cell_size_check = ON')
    const problem = schemaProblem(db) ?? damage(db)
    if (problem !== undefined) return problem
    // One file, without a log beside it.
    db.pragma('journal_mode = DELETE')
    return (
      endpointProblem(db) ??
      keyProblem(db) ??
      jobProblem(db) ??
      controlProblem(db) ??
      clockProblem(db) ??
      messageProblem(db) ??
      campaignProblem(db)
    )
  } catch (error) {
    const { code = '', message } = error as NodeJS.ErrnoException
    if (/^SQLITE_(CORRUPT|NOTADB|ERROR)/.test(code)) return damaged(message)
    throw error
  } finally {
    db.close()
  }
}

/** What is missing in the file's schema, or should not be there. */
function schemaProblem(db: Database.Database): string | undefined {
  const own = new Database(':memory:')
  migrate(own)
  const ours = definitionsIn(own)
  own.close()
  const found = definitionsIn(db)
  for (const [name, definition] of found) {
    if (ours.get(name) !== definition) return `the snapshot has a ${name} that is not pinpoint-local's`
  }
  for (const name of ours.keys()) if (!found.has(name)) return `the snapshot lacks the ${name}`
  return undefined
}

/** The definitions in a schema, by type and name. */
function definitionsIn(db: Database.Database): Map<string, string> {
  const rows = db
    .prepare<[], Record<'type' | 'name' | 'tbl_name' | 'sql', string>>(
      'SELECT type, name, tbl_name, sql FROM sqlite_schema',
    )
    .all()
  return new Map(rows.map(row => [`${row.type} ${row.name}`, `${row.tbl_name}: ${row.sql}`]))
}

function damage(db: Database.Database): string | undefined {
  const result = db.pragma('quick_check(1)', { simple: true })
  return result === 'ok' ? undefined : damaged(String(result))
}

/** Which endpoint cannot be read. */
function endpointProblem(db: Database.Database): string | undefined {
  const isDate = 'BETWEEN -8640000000000000 AND 8640000000000000'
  const isMap = (map: string) => `coalesce(${map} GLOB '{*' AND json_valid(${map}), 1)`
  const conditions = [
    `CASE typeof(effective_date) WHEN 'integer' THEN effective_date ${isDate} WHEN 'text' THEN 1 ELSE 0 END`,
    ...mapColumns.map(isMap),
  ]
  const hasRequestId =
    '(request_id IS NOT NULL OR EXISTS (SELECT 1 FROM import_jobs j WHERE j.seq = import_job))'
  for (const [table, id, isReadable] of [
    ['endpoints', 'id', [`creation_date ${isDate}`, hasRequestId, ...conditions]],
    ['endpoints_before_import', 'seq', conditions],
  ] as const) {
    const unreadable = db
      .prepare<[], string | number>(
        `SELECT ${id} FROM ${table} WHERE NOT (${isReadable.join(' AND ')}) LIMIT 1`,
      )
      .pluck()
      .get()
    if (unreadable !== undefined)
      return `the snapshot has a row in ${table} that is no endpoint: ${unreadable}`
  }
  return undefined
}

/**
 * Whether endpoints would not be found by the keys that they have. Sums are compared, as to look up each key
 * would take seconds for a million.
 */
function keyProblem(db: Database.Database): string | undefined {
  const sums = (key: string) => `count(*), sum((${key} % 65521) * (seq & 65535))`
  for (const { table, column, where } of Object.values(keyTables)) {
    const difference = db.prepare(
      `SELECT ${sums(column)} FROM endpoints WHERE ${where} EXCEPT SELECT ${sums('key')} FROM ${table}`,
    )
    if (difference.get() !== undefined)
      return `the snapshot has rows in ${table} that do not fit those in endpoints`
  }
  return undefined
}

/** Which job cannot be read: the worker would die of it again and again. */
function jobProblem(db: Database.Database): string | undefined {
  const noSkipped = `OR NOT iif(json_valid(skipped), json_type(skipped, '$.items') IS 'array', 0)`
  const ofKinds: Record<JobKind, { url: string; more: string }> = {
    import: { url: 'S3Url', more: noSkipped },
    export: { url: 'S3UrlPrefix', more: '' },
  }
  for (const kind of jobKinds) {
    const { table } = jobTables[kind]
    const { url, more } = ofKinds[kind]
    const rows = db
      .prepare<[string], { id: string }>(
        `SELECT id FROM ${table}
         WHERE NOT iif(json_valid(definition), json_type(definition) = 'object', 0)
           OR iif(json_valid(definition), json_type(definition, '$.${url}'), 0) IS NOT 'text'
           OR NOT iif(json_valid(history), json_type(history) = 'array', 0)
           OR NOT iif(json_valid(may_leave), json_type(may_leave) = 'array', 0)
           OR NOT iif(json_valid(faults), json_type(faults) = 'object', 0)
           ${more}
           OR status NOT IN (SELECT value FROM json_each(?))
         LIMIT 1`,
      )
      .all(JSON.stringify(jobStatuses))
    const unreadable =
      rows[0] ??
      db
        .prepare<[], { id: string; url: string }>(
          `SELECT id, definition ->> '${url}' AS url FROM ${table} j WHERE ${isRunning}`,
        )
        .all()
        .find(row => readS3Url(row.url) === undefined)
    if (unreadable !== undefined) return `the snapshot has a row in ${table} that is no job: ${unreadable.id}`
  }
  return undefined
}

/** Which fault rule or job control is one that no call accepts. */
function controlProblem(db: Database.Database): string | undefined {
  const checkRule = checkOf(FaultRule)
  for (const { id, rule } of db
    .prepare<[], { id: string; rule: string }>('SELECT id, rule FROM faults')
    .all()) {
    const problem = checkRule(parsed(rule))
    if (problem !== undefined) return `the snapshot has a row in faults that is no rule: ${id} (${problem})`
  }
  const control = db.prepare('SELECT mode, delay_ms AS delayMs FROM job_control').get()
  if (control === undefined) return undefined
  const { delayMs, mode } = control as { delayMs: number | null; mode: string }
  const problem = checkOf(JobControl)({ mode, ...(delayMs !== null && { delayMs }) })
  return problem && `the snapshot has a row in job_control that is none (${problem})`
}

/** Whether the clock would show a time to which no call sets it. */
function clockProblem(db: Database.Database): string | undefined {
  const state = createSavedClock(db).get()
  // A clock that ticks stands still at its last time, which it may have reached since the snapshot was taken.
  const isSet = state.mode !== 'offset' || state.offset <= lastTime
  if (isSet && isClockTime(timeOf(state))) return undefined
  return `the snapshot has a row in clock whose time is not from 1970 to 9999: ${JSON.stringify(state)}`
}

/** Which message cannot be read, or that the outbox does not count those that there are. */
function messageProblem(db: Database.Database): string | undefined {
  const checkRecord = checkOf(NewOutboxMessage)
  const checkContent = checkOf(Type.Partial(NewOutboxMessage))
  for (const [table, json, check] of [
    ['messages', 'record', checkRecord],
    ['message_contents', 'content', checkContent],
  ] as const) {
    const rows = db
      .prepare<[], { seq: number; json: string }>(`SELECT seq, ${json} AS json FROM ${table}`)
      .iterate()
    for (const { seq, json } of rows) {
      const problem = check(parsed(json))
      if (problem !== undefined) {
        return `the snapshot has a row in ${table} that is no message: ${seq} (${problem})`
      }
    }
  }
  const isCounted = db
    .prepare<[], number>(
      `SELECT count(m.seq) = ifnull(o.kept, 0) AND ifnull(o.dropped_up_to <= o.last, 1)
         AND ifnull(min(m.seq) > o.dropped_up_to AND max(m.seq) <= o.last, count(m.seq) = 0)
       FROM (SELECT 1) LEFT JOIN outbox o LEFT JOIN messages m`,
    )
    .pluck()
  return isCounted.get() === 1 ? undefined : 'the snapshot has a row in outbox that does not fit its messages'
}

/** Which campaign or journey, or what of it, cannot be read: the worker would die of it again and again. */
function campaignProblem(db: Database.Database): string | undefined {
  const is = (column: string, type: string) =>
    `iif(json_valid(${column}), json_type(${column}) = '${type}', 0)`
  for (const [table, key, isReadable] of [
    ['campaign_treatments', 'campaign', is('timing', 'object')],
    [
      'campaign_activities',
      'id',
      `${is('counters', 'object')} AND (member_cursor IS NULL OR ${is('member_cursor', 'array')})`,
    ],
    ['campaign_targets', 'endpoint', `(definition IS NULL OR ${is('definition', 'object')})`],
    [
      'journeys',
      'document',
      `${is('defaults', 'object')} AND (entering IS NULL OR ${is('entering', 'object')})`,
    ],
    ['journey_participants', 'seq', is('met', 'array')],
  ] as const) {
    const unreadable = db
      .prepare<[], string | number>(`SELECT ${key} FROM ${table} WHERE NOT (${isReadable}) LIMIT 1`)
      .pluck()
      .get()
    if (unreadable !== undefined)
      return `the snapshot has a row in ${table} that cannot be read: ${unreadable}`
  }
  return undefined
}

function parsed(json: string): unknown {
  try {
    return JSON.parse(json)
  } catch {
    return undefined
  }
}
