import { controlUrl, get, refusal } from '../api/calls.ts'
import { CallError } from '../api/errors.ts'
import { token } from '../api/session.ts'
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
 * Uploads a file, which the browser reads as it is sent. By XMLHttpRequest, as fetch tells no
 * progress.
 *
 * @throws CallError if it is refused or breaks off; the signal's reason if that is why
 */
export function uploadFile(file: Blob, { name, beside, onProgress, signal }: UploadOptions): Promise<Upload> {
  const address = to`uploads/${name}` + (beside === undefined ? '' : to`?beside=${beside}`)
  const url = new URL(address, controlUrl)
  const calledAs = `PUT ${url.pathname}`
  return new Promise((resolve, reject) => {
    const request = new XMLHttpRequest()
    const abort = () => request.abort()
    request.open('PUT', url)
    if (token.value !== undefined) request.setRequestHeader('authorization', `Bearer ${token.value}`)
    request.upload.addEventListener('progress', ({ loaded }) => onProgress(loaded))
    request.addEventListener('load', () => {
      const value = read(request)
      if (request.status === 201) resolve(value as Upload)
      else reject(refusal(calledAs, request.status, value, headersOf(request)))
    })
    request.addEventListener('error', () => explain(calledAs).then(reject))
    request.addEventListener('abort', () => reject(signal.reason))
    request.addEventListener('loadend', () => signal.removeEventListener('abort', abort))
    signal.addEventListener('abort', abort)
    request.send(file)
  })
}

function read(request: XMLHttpRequest): unknown {
  try {
    return JSON.parse(request.responseText)
  } catch {
    return undefined
  }
}

const headersOf = (request: XMLHttpRequest) =>
  new Headers(
    ['x-amzn-errortype', 'x-amzn-requestid'].flatMap(name => {
      const value = request.getResponseHeader(name)
      return value === null ? [] : [[name, value] as [string, string]]
    }),
  )

/** A browser does not tell why a request broke off. If the emulator answers, it was the file. */
async function explain(calledAs: string): Promise<CallError> {
  const isThere = await get('health').then(
    () => true,
    error => (error as CallError).status !== 0,
  )
  return new CallError(
    calledAs,
    isThere
      ? 'The upload broke off, and nothing of it was kept. If the file was changed or moved meanwhile, choose it again; else import it once more.'
      : 'The upload broke off, and nothing of it was kept: the emulator does not answer. Start it again, then import once more.',
    { status: 0 },
  )
}
