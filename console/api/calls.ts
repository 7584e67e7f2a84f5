import { isAbove, whyNoAddress } from '../router.ts'
import { CallError } from './errors.ts'
import { askForToken, token } from './session.ts'

/** The address of the control API, `…/_pinpoint/`, behind whatever prefix a proxy has put. */
export const controlUrl = new URL('..', new URL('.', document.baseURI))

/** The emulator's own URL, as a client of this page's reader must set it. */
export const emulatorUrl = new URL('..', controlUrl).href.replace(/\/$/, '')

/** What a call may have besides its address. */
export interface CallOptions {
  /** Sent as JSON. */
  body?: unknown
  /** Sent as it is, in place of `body`. */
  raw?: Blob | string
  signal?: AbortSignal
}

/**
 * Calls the control API. Pinpoint's own operations are below `v1/`.
 *
 * @param address relative to `/_pinpoint/`, such as `apps?page-size=10`; see `to` for escaping
 * @returns the body: parsed if it is JSON, `undefined` if there is none, else text
 * @throws CallError if the answer is no success, or there is none, or the address names what is above
 */
export async function call<T>(method: string, address: string, options: CallOptions = {}): Promise<T> {
  // What a reader has typed as an id or a name would make it another call.
  if (address.split('?', 1)[0]!.split('/').some(isAbove)) {
    throw new CallError(`${method} ${address}`, whyNoAddress, { status: 0 })
  }
  const url = new URL(address, controlUrl)
  const name = `${method} ${url.pathname}`
  const headers = new Headers()
  if (token.value !== undefined) headers.set('authorization', `Bearer ${token.value}`)
  let body: Blob | string | undefined = options.raw
  if (options.body !== undefined) {
    headers.set('content-type', 'application/json')
    body = JSON.stringify(options.body)
  }
  let response: Response
  let value: unknown
  try {
    response = await fetch(url, { method, headers, body: body ?? null, signal: options.signal ?? null })
    value = await readBody(response)
  } catch (error) {
    if (options.signal?.aborted) throw error
    throw new CallError(name, 'The emulator does not answer. Is it still running?', { status: 0 })
  }
  if (response.ok) return value as T
  throw refusal(name, response.status, value, response.headers)
}

/**
 * Opens a session, where there is a token: it stands for the token in what cannot send a header, such as
 * an event stream, a frame or a download.
 */
export async function openSession(signal?: AbortSignal): Promise<void> {
  if (token.value !== undefined) await call('POST', 'session', signal === undefined ? {} : { signal })
}

/** Reads a list or one thing: `call` with the method GET. */
export const get = <T>(address: string, signal?: AbortSignal): Promise<T> =>
  call<T>('GET', address, signal === undefined ? {} : { signal })

async function readBody(response: Response): Promise<unknown> {
  const text = await response.text()
  if (text === '') return undefined
  return response.headers.get('content-type')?.includes('json') ? JSON.parse(text) : text
}

/**
 * The error of an answer that is no success. A call without a token, or with a wrong one, makes the
 * console ask for it.
 */
export function refusal(name: string, status: number, value: unknown, headers: Headers): CallError {
  // A fault rule may answer an operation of Pinpoint with any status.
  const isControl = !name.includes('/_pinpoint/v1/')
  if (isControl && (status === 401 || (status === 403 && token.value !== undefined))) askForToken()
  const { Message: message } = (value ?? {}) as { Message?: string }
  return new CallError(name, message ?? `The emulator answered ${status}.`, {
    status,
    exception: headers.get('x-amzn-errortype') ?? undefined,
    requestId: headers.get('x-amzn-requestid') ?? undefined,
  })
}
