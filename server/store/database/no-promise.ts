/**
 * What a transaction's function may return: anything but a promise. An async function returns at
 * its first `await`, so the transaction would be committed before the rest of it has run.
 */
export type NoPromise<T> = T extends PromiseLike<unknown> ? never : T

/**
 * Checks at run time what a transaction's function has returned, as types can be circumvented.
 *
 * @throws TypeError for a promise
 */
export function refusePromise<T>(result: T): T {
  if (typeof (result as PromiseLike<unknown> | undefined)?.then === 'function') {
    throw new TypeError('a transaction must be synchronous: its function returned a promise')
  }
  return result
}
