import { controlUrl, get, refusal } from './calls.ts'
import { CallError } from './errors.ts'
import { token } from './session.ts'

/**
 * Sends a file as the body of a call. The browser reads it as it is sent, so it may have any size.
 * By XMLHttpRequest, as fetch tells no progress.
 *
 * @param onProgress gets the bytes that were sent so far
 * @throws CallError if it is refused or breaks off; the signal's reason if that is why
 */
export function sendFile<T>(
  method: string,
  address: string,
  file: Blob,
  { onProgress, signal }: { onProgress: (sent: number) => void; signal: AbortSignal },
): Promise<T> {
  const url = new URL(address, controlUrl)
  const name = `${method} ${url.pathname}`
  return new Promise((resolve, reject) => {
    const request = new XMLHttpRequest()
    const abort = () => request.abort()
    request.open(method, url)
    if (token.value !== undefined) request.setRequestHeader('authorization', `Bearer ${token.value}`)
    request.upload.addEventListener('progress', ({ loaded }) => onProgress(loaded))
    request.addEventListener('load', () => {
      const value = read(request)
      if (request.status < 300) resolve(value as T)
      else reject(refusal(name, request.status, value, headersOf(request)))
    })
    request.addEventListener('error', () => explain(name).then(reject))
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
async function explain(name: string): Promise<CallError> {
  const isThere = await get('health').then(
    () => true,
    error => (error as CallError).status !== 0,
  )
  return new CallError(
    name,
    isThere
      ? 'The upload broke off, and nothing of it was kept. If the file was changed or moved meanwhile, choose it again; else send it once more.'
      : 'The upload broke off, and nothing of it was kept: the emulator does not answer. Start it again, then send the file once more.',
    { status: 0 },
  )
}
