import { signal } from '@preact/signals'
import type { uploadsBucket } from '../../server/buckets/uploads.ts'
import { call, get } from '../api/calls.ts'
import type { AppOverviews } from '../api/types.ts'
import { go, place, to } from '../router.ts'

/** Files that somebody wants to import, and what the import page shows of them. */
export interface Chosen {
  files: File[]
  /** Their text, if it was pasted or written here and can be edited. */
  text?: string
}

/** The files that were chosen, until they are imported or given up. Their content stays on the disk. */
export const chosen = signal<Chosen | undefined>(undefined)

/** Set while the reader has to say which of several applications the chosen files are for. */
export const askedForApp = signal(false)

/** What is wrong with something that was dropped. */
export const refused = signal<string | undefined>(undefined)

const uploads: `s3://${typeof uploadsBucket}/` = 's3://pinpoint-local-uploads/'

/** Whether a job reads files that were uploaded: one that is mended has to be uploaded again. */
export const isUpload = (s3Url: string): boolean => s3Url.startsWith(uploads)

/** The application of the page that is shown, if it is a page of one. */
export const appOfPage = (): string | undefined => {
  const [first, app] = place.value.path
  return first === 'apps' ? app : undefined
}

/**
 * Takes files to the import page of an application: that of the page that is shown, the only one,
 * a new one if there is none, or the one that the reader chooses.
 *
 * @throws CallError if the emulator does not tell which applications there are
 */
export async function importFiles(files: File[], text?: string): Promise<void> {
  if (files.length === 0) return
  chosen.value = { files, ...(text !== undefined && { text }) }
  const app = appOfPage()
  if (app !== undefined) return goToImport(app)
  const { items, nextToken } = await get<AppOverviews>('apps?page-size=2')
  if (items.length > 1 || nextToken !== undefined) askedForApp.value = true
  else goToImport(items[0]?.id ?? (await createApplication('demo')))
}

/** Opens the import page of an application, for the chosen files. */
export function goToImport(app: string): void {
  askedForApp.value = false
  refused.value = undefined
  go(to`apps/${app}/import`, { replace: appOfPage() === app && place.value.path[2] === 'import' })
}

/** @returns the id of the new application */
export async function createApplication(name: string): Promise<string> {
  const { Id } = await call<{ Id: string }>('POST', 'v1/apps', { body: { Name: name } })
  return Id
}

/**
 * Makes a file of a text that was pasted: CSV, or JSON with an object on each line. A JSON list, or
 * an object over several lines, is written so.
 *
 * @returns undefined for a text that is certainly neither
 */
export function fileOfText(text: string, name?: string): { file: File; text: string } | undefined {
  const isJson = /^\s*[{[]/.test(text)
  if (!isJson && !/[^\n][\n]./.test(text.trim())) return undefined
  const content = isJson ? asLines(text) : text
  return { file: new File([content], name ?? (isJson ? 'pasted.json' : 'pasted.csv')), text: content }
}

function asLines(text: string): string {
  try {
    const value: unknown = JSON.parse(text)
    const objects = Array.isArray(value) ? value : [value]
    return `${objects.map(object => JSON.stringify(object)).join('\n')}\n`
  } catch {
    // Lines already, or not JSON: the check of the file says what is wrong.
    return text
  }
}

/** Six rows to try an import with: the last but one lacks its address. */
export const sixRows = `Id,ChannelType,Address,User.UserId,Attributes.Plan,Metrics.Visits,Location.Country
ann-email,EMAIL,ann@example.com,ann,free,3,GB
ann-sms,SMS,+442071838750,ann,free,3,GB
ben-email,EMAIL,ben@example.com,ben,team,12.5,DE
cara-push,GCM,fcm-token-0001,cara,pro,40,FR
dan-email,EMAIL,,dan,free,1,US
eve-email,EMAIL,eve@example.com,eve,pro,7,US
`
