import { createWriteStream } from 'node:fs'
import { pipeline } from 'node:stream/promises'
import { columns, dataSet, type Edition, type Row } from './data-set.ts'

/** How many rows are written at once. */
const batchSize = 500

/** Writes the data set as a CSV file with a header. */
export async function writeCsv(file: string, count: number, edition?: Edition): Promise<void> {
  await write(file, `${columns.join()}\n`, count, csvLine, edition)
}

/** Writes the same rows as a file with one JSON object a line. */
export async function writeNdjson(file: string, count: number): Promise<void> {
  await write(file, '', count, jsonLine)
}

async function write(
  file: string,
  header: string,
  count: number,
  toLine: (row: Row) => string,
  edition?: Edition,
): Promise<void> {
  async function* batches() {
    let batch = header
    let size = 0
    for (const row of dataSet(count, edition)) {
      batch += `${toLine(row)}\n`
      if (++size % batchSize > 0) continue
      yield batch
      batch = ''
    }
    yield batch
  }
  await pipeline(batches(), createWriteStream(file))
}

const csvLine = (row: Row) => row.map(cell => (cell.includes(',') ? `"${cell}"` : cell)).join()

const paths = columns.map(column => column.split('.'))
const isList = columns.map(column => column.includes('Attributes.'))
const isNumber = columns.map(column => /^Metrics|tude$/.test(column))

function jsonLine(row: Row): string {
  // biome-ignore lint/suspicious/noExplicitAny: maps of maps of values
  const record: any = {}
  row.forEach((cell, index) => {
    if (cell === '') return
    const path = paths[index]!
    const name = path.at(-1)!
    let parent = record
    for (const step of path.slice(0, -1)) {
      parent[step] ??= {}
      parent = parent[step]
    }
    if (isList[index]) parent[name] = [...(parent[name] ?? []), cell]
    else parent[name] = isNumber[index] ? Number(cell) : cell
  })
  return JSON.stringify(record)
}
