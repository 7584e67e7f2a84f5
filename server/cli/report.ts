import Table from 'cli-table3'
import type { ImportJobResponse } from '../shapes/import-job.ts'
import type { Failure } from './emulator-client.ts'

/** Failures in a table; a longer one says nothing more to a person. */
const mostRows = 100

/** Columns of a table: at least, as words would be cut, and where no terminal says how many there are. */
const widths = { least: 60, usual: 120 }

/**
 * What a person is told of a job that is over: what was counted, and why records were refused.
 *
 * @param what what was imported, as it was typed
 * @param width columns of the terminal, into which the table is to fit; undefined where there is none
 */
export function describeJob(
  job: ImportJobResponse,
  failures: Failure[],
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
  if (failures.length > 0) lines.push('', tableOf(failures.slice(0, mostRows), width))
  const more = Math.max(TotalFailures, failures.length) - mostRows
  if (more > 0) lines.push(`and ${more} more`)
  return `${lines.join('\n')}\n`
}

function tableOf(failures: Failure[], width: number = widths.usual): string {
  const head = ['object', 'line', 'reason']
  const rows = failures.map(({ object, line, reason }) => [plain(object), line ?? '', plain(reason)])
  const widest = (column: number) => Math.max(...[head, ...rows].map(row => String(row[column]).length)) + 2
  const [objects, lines] = [Math.min(widest(0), 42), widest(1)]
  // Four lines of the frame.
  const reasons = Math.max(width, widths.least) - objects - lines - 4
  const table = new Table({
    head,
    colAligns: ['left', 'right', 'left'],
    style: { head: [], border: [], compact: true },
    colWidths: [objects, lines, Math.min(widest(2), reasons)],
    wordWrap: true,
  })
  table.push(...rows)
  return table.toString()
}

const count = (number: number, what: string) => `${number} ${what}${number === 1 ? '' : 's'}`

/** Text that a terminal prints as it is: a file may hold what moves its cursor. */
const plain = (text: string) => text.replace(/\p{Cc}/gu, char => JSON.stringify(char).slice(1, -1))
