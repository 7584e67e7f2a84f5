import { createHash, timingSafeEqual } from 'node:crypto'

/** The SHA-256 digest of a text. */
export const digest = (text: string): Buffer => createHash('sha256').update(text).digest()

/** Compares secrets in constant time, whatever their content and length. */
export const isSameSecret = (one: string, other: string): boolean =>
  timingSafeEqual(digest(one), digest(other))
