import { createHash, timingSafeEqual } from 'node:crypto'

/** SHA-256. */
export const digest = (text: string): Buffer => createHash('sha256').update(text).digest()

/** Compares secrets in a time that tells neither where they differ nor how long they are. */
export const isSameSecret = (one: string, other: string): boolean =>
  timingSafeEqual(digest(one), digest(other))
