/**
 * The type that a transaction's function may return: any but a promise. An async function returns at its first
 * `await`, so the transaction would be committed before the rest of it has run.
 */
export type NoPromise<T> = T extends PromiseLike<unknown> ? never : T

/**
 * Checks what a transaction's function has returned: types can be got round, by a cast or from JavaScript.
 *
 * @throws TypeError for a promise
 */
export function refusePromise<T>(result: T): T {
  if (typeof (result as PromiseLike<unknown> | undefined)?.then === 'function') {
    throw new TypeError('a transaction must be synchronous: its function returned a promise')
  }
  return result
}
