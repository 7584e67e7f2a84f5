import { access, constants, realpath, stat } from 'node:fs/promises'
import { basename, dirname, join } from 'node:path'
import { type BucketObject, UnreadableError } from '../buckets/bucket.ts'
import { openFolder } from '../buckets/folder-bucket.ts'
import { readContent } from '../import/read/object-content.ts'
import { importedNames } from '../import/read/record-schema.ts'
import { formatOf, isData, isUnreadableFolder } from '../import/read/select-objects.ts'
import type { Format } from '../model/import-job.ts'
import { readS3Url } from '../model/s3-url.ts'
import { isS3 } from './import-options.ts'
import { UsageError } from './usage-error.ts'

/** Where an import reads from. */
export interface ImportSource {
  s3Url: string
  format: Format
  /** The folder that is the bucket of the `s3Url`, where what is imported is on this machine. */
  folder?: string
  /** The path of what is imported, where that is one file of this machine. */
  file?: string
}

/** The bucket that a folder of this machine becomes. */
export const localBucket = 'local'

/**
 * Finds what is to be imported, and its format: by its name where that tells, else by what the first of its
 * files begins with. Of an S3 URL only the name is looked at, as only the emulator knows where it leads.
 *
 * @param given the format that the caller names, if any
 * @throws UsageError when there is nothing, or its format is unknown
 */
export async function findSource(
  what: string,
  given: Format | undefined,
  signal: AbortSignal,
): Promise<ImportSource> {
  if (isS3(what)) {
    if (readS3Url(what) === undefined) {
      throw new UsageError(`an S3 URL must be s3://bucket/key or s3://bucket/prefix; got ${what}`)
    }
    return { s3Url: what, format: given ?? named(formatOf(what, true)) ?? untold(what) }
  }
  const { path, isFolder } = await look(what)
  const folder = isFolder ? path : dirname(path)
  const key = isFolder ? '' : basename(path)
  return {
    s3Url: `s3://${localBucket}/${key}`,
    format: given ?? named(formatOf(what, true)) ?? (await guess(what, folder, key, signal)) ?? untold(what),
    folder,
    ...(!isFolder && { file: path }),
  }
}

/** The real path of a file or folder: a link to a file may lead out of the folder that becomes the bucket. */
async function look(what: string): Promise<{ path: string; isFolder: boolean }> {
  try {
    const entry = await stat(what)
    if (entry.isDirectory() || entry.isFile()) {
      // Only now, as that of a shell's pipe (/dev/stdin) leads nowhere.
      const path = await realpath(what)
      await access(path, constants.R_OK)
      return { path, isFolder: entry.isDirectory() }
    }
  } catch (error) {
    const { code, message } = error as NodeJS.ErrnoException
    throw new UsageError(
      code === 'ENOENT' ? `there is no file or folder ${what}` : `${what} cannot be read: ${message}`,
    )
  }
  throw new UsageError(`${what} is neither a file nor a folder`)
}

const named = (format: Format | 'other' | undefined) => (format === 'other' ? undefined : format)

function untold(what: string): never {
  throw new UsageError(`cannot tell whether ${what} is CSV or JSON: add --format CSV or --format JSON`)
}

/**
 * The format of a file, or of all files of a folder that have one by their names; else
 * what the first begins with.
 */
async function guess(
  what: string,
  folder: string,
  key: string,
  signal: AbortSignal,
): Promise<Format | undefined> {
  const bucket = openFolder(folder)
  const formats = new Set<Format>()
  let first: BucketObject | undefined
  for await (const object of bucket.list(key, signal)) {
    if (key !== '' ? object.key !== key : !isData(object) && !isUnreadableFolder(object)) continue
    if (first === undefined || first.unreadable !== undefined) first = object
    const format = named(formatOf(object.key, true))
    if (format !== undefined) formats.add(format)
  }
  if (formats.size === 2) {
    throw new UsageError(`${what} holds CSV and JSON: say which to import by --format CSV or --format JSON`)
  }
  if (first === undefined) throw new UsageError(`there is nothing to import in ${what}`)
  const [format] = formats
  if (format !== undefined) return format
  try {
    for await (const chunk of readContent(bucket, first, 0, signal)) {
      return formatOfText(Buffer.from(chunk).toString())
    }
  } catch (error) {
    if (!(error instanceof UnreadableError)) throw error
    throw new UsageError(`${key === '' ? join(what, first.key) : what}: ${error.message}`)
  }
  return undefined
}

/**
 * An object begins a JSON file, and a list one that the import explains; a line that has a column's name for
 * a cell begins a CSV file, whatever separates them.
 */
function formatOfText(text: string): Format | undefined {
  const start = text.replace(/^\uFEFF/, '').trimStart()
  if (/^[{[]/.test(start)) return 'JSON'
  if (/^"?sep=/i.test(start)) return 'CSV'
  const cells = start
    .split(/[\r\n]/, 1)[0]!
    .split(/[,;\t]/)
    .map(cell => cell.replaceAll('"', '').trim())
  const isColumn = (cell: string) =>
    importedNames.single.has(cell) || importedNames.attributes.some(name => cell.startsWith(`${name}.`))
  return cells.some(isColumn) ? 'CSV' : undefined
}
