import { createImport } from '../api/start-job.ts'
import type { ImportJob, ImportJobDefinition, Upload } from '../api/types.ts'
import { type NamedFile, run } from './current-run.ts'
import { Rate } from './rate.ts'
import { uploadFile } from './upload-file.ts'

/**
 * Uploads files, one after the other, and creates the job that imports them. To be called while no
 * other upload is under way.
 *
 * @param definition without S3Url
 * @param text of the file, if it was written here
 * @returns the job; undefined if the upload was cancelled
 * @throws CallError
 */
export async function importUploaded(
  app: string,
  files: NamedFile[],
  definition: Omit<ImportJobDefinition, 'S3Url'>,
  text?: string,
): Promise<ImportJob | undefined> {
  const abort = new AbortController()
  const rate = new Rate()
  const total = files.reduce((sum, { file }) => sum + file.size, 0)
  let before = 0
  const report = (sent: number) => {
    rate.add(sent)
    run.value = {
      app,
      files,
      cancel: () => abort.abort(),
      bytes: { sent, total },
      left: rate.left(total),
      perSecond: rate.perSecond(),
      ...(text !== undefined && { text }),
    }
  }
  report(0)
  const warn = (event: Event) => event.preventDefault()
  window.addEventListener('beforeunload', warn)
  try {
    let first: Upload | undefined
    for (const { file, name } of files) {
      const stored = await uploadFile(file, {
        name,
        beside: first?.s3Url,
        signal: abort.signal,
        onProgress: sent => report(before + Math.min(sent, file.size)),
      })
      first ??= stored
      before += file.size
      report(before)
    }
    const url = first!.s3Url
    const S3Url = files.length === 1 ? url : url.slice(0, url.lastIndexOf('/') + 1)
    const job = await createImport(app, { S3Url, ...definition })
    run.value = { ...run.value!, job: job.Id }
    return job
  } catch (error) {
    run.value = undefined
    if (abort.signal.aborted) return undefined
    throw error
  } finally {
    window.removeEventListener('beforeunload', warn)
  }
}

/** A role that every job may name: the emulator has no IAM. */
export const anyRole = 'arn:aws:iam::123456789012:role/any'

/** Names that differ: files of several folders may have the same one. */
export function distinct(files: NamedFile[]): NamedFile[] {
  const seen = new Set<string>()
  return files.map(({ file, name }) => {
    let free = name
    for (let number = 2; seen.has(free); number++) free = name.replace(/(\.|$)/, `-${number}$1`)
    seen.add(free)
    return { file, name: free }
  })
}
