import { sendFile } from '../api/send-file.ts'
import type { Upload } from '../api/types.ts'
import { to } from '../router.ts'

interface UploadOptions {
  /** The name to store it by. */
  name: string
  /** The URL of an upload to be under one prefix with. */
  beside: string | undefined
  /** Gets the bytes that were sent so far. */
  onProgress: (sent: number) => void
  signal: AbortSignal
}

/**
 * Uploads a file, for imports to read.
 *
 * @throws CallError if it is refused or breaks off; the signal's reason if that is why
 */
export const uploadFile = (
  file: Blob,
  { name, beside, onProgress, signal }: UploadOptions,
): Promise<Upload> =>
  sendFile('PUT', to`uploads/${name}` + (beside === undefined ? '' : to`?beside=${beside}`), file, {
    onProgress,
    signal,
  })
