import { signal } from '@preact/signals'
import { call, controlUrl, refusal } from '../../api/calls.ts'
import { CallError } from '../../api/errors.ts'
import { forgetAnswers } from '../../api/fetched.ts'
import { sendFile } from '../../api/send-file.ts'
import { token } from '../../api/session.ts'

/** The state as it was before it was replaced. It is gone with this tab. */
export interface Undo {
  /** What replaced it. */
  what: 'reset' | 'restore'
  snapshot: Blob
  /** When it was taken, by this machine's clock. */
  taken: Date
}

export const undo = signal<Undo | undefined>(undefined)

/** The largest snapshot that a tab keeps. */
const maxBytes = 50_000_000

/** The state is too big for a tab to keep. */
export class TooBigError extends Error {
  readonly bytes: number

  constructor(bytes: number) {
    super('The state is too big to be kept by this tab.')
    this.name = 'TooBigError'
    this.bytes = bytes
  }
}

/**
 * Takes a snapshot into memory.
 *
 * @throws TooBigError before it is read, if it has more than `maxBytes` bytes
 * @throws CallError if there is none; the signal's reason if it is aborted
 */
async function takeSnapshot(signal: AbortSignal): Promise<Blob> {
  const headers = new Headers()
  if (token.value !== undefined) headers.set('authorization', `Bearer ${token.value}`)
  const url = new URL('snapshot', controlUrl)
  const name = `GET ${url.pathname}`
  const response = await fetch(url, { headers, signal }).catch(() => {
    signal.throwIfAborted()
    throw new CallError(name, 'The emulator does not answer. Is it still running?', { status: 0 })
  })
  if (!response.ok) {
    const value = await response.json().catch(() => undefined)
    throw refusal(name, response.status, value, response.headers)
  }
  const bytes = Number(response.headers.get('content-length'))
  if (bytes <= maxBytes) return response.blob()
  await response.body?.cancel()
  throw new TooBigError(bytes)
}

/**
 * Replaces the state, and keeps what was there before.
 *
 * @param what as in `Undo`
 * @param keep whether a snapshot is taken first
 * @param signal aborts it, as long as nothing is replaced
 * @throws TooBigError if it cannot be kept; nothing has changed then
 * @throws the signal's reason if it is aborted; nothing has changed then, and an earlier undo is kept
 */
export async function replaceState(
  what: Undo['what'],
  keep: boolean,
  signal: AbortSignal,
  replace: () => Promise<unknown>,
): Promise<void> {
  const taken = new Date()
  const snapshot = keep ? await takeSnapshot(signal) : undefined
  signal.throwIfAborted()
  let isReplaced = true
  try {
    await replace()
  } catch (error) {
    // What was cancelled or refused has changed nothing. Of what broke off, and of a seed that
    // failed, that is not known.
    const isRefused = what === 'restore' && error instanceof CallError && error.status >= 400
    isReplaced = !isRefused && error !== signal.reason
    throw error
  } finally {
    if (isReplaced) undo.value = snapshot && { what, snapshot, taken }
    forgetAnswers()
  }
}

/** Removes everything; with `seed`, the seed is applied again. */
export const reset = (seed: boolean): Promise<void> => call('POST', seed ? 'reset?seed=true' : 'reset')

/**
 * Replaces the state by that of a snapshot.
 *
 * @param signal aborts it until all of the snapshot is sent: after that, only the answer tells
 *   whether the state was replaced
 */
export function restore(
  snapshot: Blob,
  onProgress: (sent: number) => void,
  signal: AbortSignal,
): Promise<void> {
  const sending = new AbortController()
  const abort = () => sending.abort(signal.reason)
  signal.addEventListener('abort', abort)
  const noteProgress = (sent: number) => {
    if (sent === snapshot.size) signal.removeEventListener('abort', abort)
    onProgress(sent)
  }
  return sendFile('PUT', 'snapshot', snapshot, { onProgress: noteProgress, signal: sending.signal })
}

/** Restores the state that the latest replacement has removed. */
export async function takeBack(): Promise<void> {
  if (undo.value === undefined) return
  await call('PUT', 'snapshot', { raw: undo.value.snapshot })
  undo.value = undefined
  forgetAnswers()
}
