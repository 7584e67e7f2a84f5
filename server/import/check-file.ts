import { createGunzip, constants as zlib } from 'node:zlib'
import { UnreadableError } from '../buckets/bucket.ts'
import { checkComplete } from '../endpoints/check-endpoint.ts'
import type { Format } from '../model/import-job.ts'
import { recognizeKind } from './content-kind.ts'
import { type DecodedLine, decodeLines, isBlank } from './read/decode-lines.ts'
import { type Item, isBad } from './read/item.ts'
import { looksLikeJson, refuseDocuments } from './read/json-document.ts'
import { checkHeader, looksLikeHeader, parseCsv } from './read/parse-csv.ts'
import { parseNdjson } from './read/parse-ndjson.ts'
import { createPreparation, type PreparedRecord } from './read/prepare.ts'
import type { ImportedEndpoint } from './read/record-schema.ts'
import { formatOf } from './read/select-objects.ts'
import { validateEndpoints } from './read/validate.ts'

/** Records that are shown of a file. */
const shownRecords = 5

/** Most bytes of decompressed content that are looked at. */
const maxContent = 256 * 1024

/** The beginning of a file, which is not stored. */
export interface FileBegin {
  /** Its name; the format is guessed from its content first. */
  name: string
  bytes: Buffer
  /** Whether these are all its bytes. */
  isWhole: boolean
}

/** A record as an import reads it. */
export interface CheckedRecord {
  line: number
  /** The text of the record. */
  record: string
  /** As it would be imported; absent for a bad record. */
  endpoint?: ImportedEndpoint
  /** Why it cannot be imported. */
  reason?: string
  /** What must be there already for it to be imported. */
  note?: string
}

/** What an import would make of a file, as far as its beginning shows. */
export interface FileCheck {
  /** Absent if it is neither. */
  format?: Format
  /** Whether it is compressed with gzip, by its bytes. */
  isGzip: boolean
  /** The name by which an import recognizes what the file is. */
  name: string
  /** The columns of a CSV file, and why those with a problem cannot be used. */
  columns: { name: string; problem?: string }[]
  /** The first records. */
  records: CheckedRecord[]
  /** Why the file as a whole cannot be imported. */
  problem?: string
  /** What else is to be known of it. */
  note?: string
}

const withoutRecords = 'an import of it is COMPLETED, and imports nothing'
const onlyBlanks = `the file has nothing but blank lines: ${withoutRecords}`
const onlyHeader = `the file has a header, and no records: ${withoutRecords}`

/**
 * Reads the first records of a file as an import does, without the database.
 *
 * @throws nothing for bad content: `problem` says what is wrong, and what would be right
 */
export async function checkFile({ name, bytes, isWhole }: FileBegin): Promise<FileCheck> {
  const isGzip = bytes[0] === 0x1f && bytes[1] === 0x8b
  const check: FileCheck = { isGzip, name, columns: [], records: [] }
  try {
    const content = isGzip ? await gunzipBegin(bytes) : bytes
    const kind = recognizeKind(content)
    if (kind !== undefined) throw new UnreadableError(`the file is ${kind}`)
    const isAll = isWhole && content.length < maxContent
    const lines = await linesOf(content, isAll)
    if (content.length === 0) throw new UnreadableError('the file is empty: there is nothing to import')
    const first = lines.find(line => !isBlank(line))
    check.format = first === undefined ? formatOfBlank(name) : guessFormat(first, name)
    check.name = nameFor(name, check.format, isGzip)
    if (first !== undefined) {
      // All columns first: the parser stops at the first one that is not usable.
      if (check.format === 'CSV' && first.problem === undefined) check.columns = checkHeader(first.text)
      check.records = await firstRecords(lines, check.format)
    }
    if (isAll && check.records.length === 0) check.note = first === undefined ? onlyBlanks : onlyHeader
  } catch (error) {
    if (!(error instanceof UnreadableError)) throw error
    check.problem = error.line === undefined ? error.message : `line ${error.line}: ${error.message}`
  }
  return check
}

/** @throws UnreadableError if it is neither CSV nor JSON */
function guessFormat({ text, problem, beginning }: DecodedLine, name: string): Format {
  const begin = beginning ?? text
  if (looksLikeJson(begin)) return 'JSON'
  if (looksLikeHeader(begin) || (problem === undefined && /[,;\t]/.test(begin))) return 'CSV'
  const named = namedFormat(name)
  // The parser of the format says what is wrong.
  if (named !== undefined) return named
  throw new UnreadableError(
    'the file is neither CSV nor newline-delimited JSON: the first line of a CSV file names its columns, such as Id,ChannelType,Address, and each line of the other is one JSON object',
  )
}

/** @throws UnreadableError if the name does not say it either */
function formatOfBlank(name: string): Format {
  const named = namedFormat(name)
  if (named !== undefined) return named
  throw new UnreadableError(
    'there is nothing to import: the file has nothing but blank lines, and a name that says neither CSV nor JSON',
  )
}

/** The format that a name says. */
function namedFormat(name: string): Format | undefined {
  const named = formatOf(name, true)
  return named === 'other' ? undefined : named
}

/** A name whose extensions say what the file is. An import knows compressed objects by it alone. */
function nameFor(name: string, format: Format, isGzip: boolean): string {
  const plain = name.replace(/\.gz$/i, '')
  const named = formatOf(plain, true) === format ? plain : `${plain}.${format === 'CSV' ? 'csv' : 'json'}`
  return isGzip ? `${named}.gz` : named
}

/** Decompresses what there is of a compressed file, which may have been cut anywhere. */
async function gunzipBegin(bytes: Buffer): Promise<Buffer> {
  const gunzip = createGunzip({ finishFlush: zlib.Z_SYNC_FLUSH })
  gunzip.end(bytes)
  const chunks: Buffer[] = []
  let length = 0
  try {
    for await (const chunk of gunzip as AsyncIterable<Buffer>) {
      chunks.push(chunk)
      length += chunk.length
      if (length >= maxContent) break
    }
  } catch (error) {
    throw new UnreadableError(`the file cannot be decompressed as gzip: ${(error as Error).message}`)
  }
  return Buffer.concat(chunks)
}

/** The lines of content, without the last one if it may have been cut. */
async function linesOf(content: Buffer, isWhole: boolean): Promise<DecodedLine[]> {
  const lines: DecodedLine[] = []
  for await (const batch of decodeLines([content])) lines.push(...batch)
  if (!isWhole && lines.length > 1 && lines.at(-1)?.lineBreak === '') lines.pop()
  return lines
}

/** @throws UnreadableError if the file as a whole cannot be read */
async function firstRecords(lines: DecodedLine[], format: Format): Promise<CheckedRecord[]> {
  // One line at a time, so that no more are parsed than are shown.
  const batches = lines.map(line => [line])
  const records: CheckedRecord[] = []
  for await (const batch of validateEndpoints(
    format === 'JSON' ? parseNdjson(refuseDocuments(batches)) : parseCsv(batches),
  )) {
    for (const item of batch) {
      records.push(await checkRecord(item))
      if (records.length === shownRecords) return records
    }
  }
  return records
}

/** Keys of no application: nothing is looked up. */
const prepare = createPreparation({ seq: 0, id: '' }, { isSoleWriter: false })

async function checkRecord(item: Item<ImportedEndpoint>): Promise<CheckedRecord> {
  const { number: line, text: record } = item.line
  // Copied, as the preparation may take the record apart.
  const endpoint = isBad(item) ? undefined : structuredClone(item.value)
  for await (const { items } of prepare([[item]])) {
    const [prepared] = items
    if (prepared === undefined) continue
    if (isBad(prepared)) return { line, record, reason: prepared.reason }
    const note = noteOn(prepared.value)
    return { line, record, endpoint: endpoint!, ...(note !== undefined && { note }) }
  }
  throw new Error('a record was lost on its way')
}

/** What must be there already for a record to be imported. */
function noteOn({ endpoint, change }: PreparedRecord): string | undefined {
  if (endpoint === null) return 'stands for the endpoints that the user has already'
  const missing = checkComplete(change)
  return missing && `${missing}: only an endpoint that exists already can do without`
}
