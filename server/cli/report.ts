import Table from 'cli-table3'
import type { ImportJobResponse } from '../model/import-job.ts'
import type { Failure, Outcome, SkippedObjects } from './emulator-client.ts'
import { plain } from './plain.ts'

/** Failures in a table, and skipped objects; more of them say nothing more to a person. */
const maxRows = 100
const maxSkipped = 20

/** Columns of a table: at least, as words would be cut, and where no terminal says how many there are. */
const widths = { min: 60, usual: 120 }

/**
 * What a person is told of a job that is over: what was counted, what was skipped, and
 * why records were refused.
 *
 * @param what what was imported, as it was typed
 * @param width columns of the terminal, into which the table is to fit; undefined where there is none
 */
export function describeJob(
  job: ImportJobResponse,
  { failures, skipped }: Outcome,
  { what, width }: { what: string; width?: number | undefined },
): string {
  const { JobStatus, TotalProcessed = 0, TotalFailures = 0, TotalPieces = 0, FailedPieces = 0 } = job
  const isDone = JobStatus === 'COMPLETED'
  const counters = [
    `${count(TotalProcessed, 'record')} read`,
    isDone ? `${TotalProcessed - TotalFailures} imported` : 'nothing imported',
    `${TotalFailures} refused`,
    count(TotalPieces, 'piece') + (FailedPieces > 0 ? `, ${FailedPieces} of them failed` : ''),
  ]
  const lines = [`${JobStatus}  ${plain(what)}: ${counters.join(', ')}`]
  if (skipped.total > 0) lines.push('', ...describeSkipped(skipped))
  if (failures.length > 0) lines.push('', tableOf(failures.slice(0, maxRows), width))
  const more = Math.max(TotalFailures, failures.length) - maxRows
  if (more > 0) lines.push(`and ${more} more`)
  return `${lines.join('\n')}\n`
}

/** The columns of the table: where a failure is, and as the last one why. */
const columns: {
  head: string
  text: (failure: Failure) => string
  align: 'left' | 'right'
  /** A share of the table's width at the most. */
  share: number
}[] = [
  { head: 'object', text: ({ object }) => plain(object), align: 'left', share: 0.35 },
  { head: 'line', text: ({ line }) => String(line ?? ''), align: 'right', share: 1 },
  { head: 'record', text: ({ number }) => String(number ?? ''), align: 'right', share: 1 },
  { head: 'Id', text: ({ id }) => plain(id ?? ''), align: 'left', share: 0.2 },
  { head: 'reason', text: ({ reason }) => plain(reason), align: 'left', share: 1 },
]

function tableOf(failures: Failure[], width: number = widths.usual): string {
  const used = columns.filter(({ text }) => failures.some(failure => text(failure) !== ''))
  const rows = failures.map(failure => used.map(({ text }) => text(failure)))
  const full = Math.max(width, widths.min)
  const colWidths = used.map(({ head, share }, index) => {
    const widest = Math.max(head.length, ...rows.map(row => row[index]!.length)) + 2
    return Math.min(widest, Math.floor(full * share))
  })
  // What the others and the frame leave.
  const others = colWidths.slice(0, -1).reduce((sum, width) => sum + width + 1, 2)
  colWidths.push(Math.min(colWidths.pop()!, full - others))
  const table = new Table({
    head: used.map(({ head }) => head),
    colAligns: used.map(({ align }) => align),
    style: { head: [], border: [], compact: true },
    colWidths,
    wordWrap: true,
  })
  table.push(...rows)
  return table.toString()
}

function describeSkipped({ total, items }: SkippedObjects): string[] {
  const named = items.slice(0, maxSkipped)
  return [
    `${count(total, 'object')} skipped:`,
    ...named.map(({ object, reason }) => `  ${plain(object)}: ${plain(reason)}`),
    ...(total > named.length ? [`  and ${total - named.length} more`] : []),
  ]
}

const count = (number: number, what: string) => `${number} ${what}${number === 1 ? '' : 's'}`
