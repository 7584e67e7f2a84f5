import { randomBytes } from 'node:crypto'
import type { FastifyRequest } from 'fastify'
import { controlPath } from '../control-path.ts'
import { digest } from './secrets.ts'

/** Sessions that are kept, the latest. */
const maxSessions = 1000

/**
 * Sessions of browsers that have shown the token: a cookie counts as the token for what a browser
 * cannot put an Authorization header on (event streams, frames, downloads). A session's value is
 * random, so the cookie does not give the token away. Sessions are in memory, and end with the
 * process.
 */
export class Sessions {
  /** Of the values, so that no look-up takes a time that tells anything about them. */
  readonly #digests = new Set<string>()

  /** @returns the value of a Set-Cookie header */
  open(request: FastifyRequest): string {
    const value = randomBytes(32).toString('base64url')
    this.#digests.add(digest(value).toString('hex'))
    const [oldest] = this.#digests
    if (this.#digests.size > maxSessions) this.#digests.delete(oldest!)
    return setCookie(request, value)
  }

  /** Whether a request carries the cookie of a session that has not ended. */
  has(request: FastifyRequest): boolean {
    return valuesOf(request).some(value => this.#digests.has(digest(value).toString('hex')))
  }

  /** Ends the session of a request, if it has one. @returns the value of a Set-Cookie header */
  end(request: FastifyRequest): string {
    for (const value of valuesOf(request)) this.#digests.delete(digest(value).toString('hex'))
    return `${setCookie(request, '')}; Max-Age=0`
  }
}

/** The name of the cookie, on the standard port of HTTP; on others, `-` and the port follow. */
export const sessionCookie = 'pinpoint-local-session'

/**
 * Browsers keep the cookies of all ports of a host together, and several emulators may run on one.
 */
const nameFor = ({ port }: FastifyRequest): string =>
  port === null ? sessionCookie : `${sessionCookie}-${port}`

const setCookie = (request: FastifyRequest, value: string): string =>
  `${nameFor(request)}=${value}; Path=${controlPath}; HttpOnly; SameSite=Strict`

/** The values of a request's session cookie; a browser may send several of one name. */
function valuesOf(request: FastifyRequest): string[] {
  const start = `${nameFor(request)}=`
  const cookies = request.headers.cookie?.split(';').map(cookie => cookie.trim()) ?? []
  return cookies.filter(cookie => cookie.startsWith(start)).map(cookie => cookie.slice(start.length))
}
