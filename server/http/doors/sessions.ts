import { randomBytes } from 'node:crypto'
import type { FastifyRequest } from 'fastify'
import { digest } from './secrets.ts'

/** How many sessions are kept; the oldest end first. */
const maxSessions = 1000

/**
 * Sessions of browsers that have sent the token. A session's cookie counts as the token, for
 * requests to which a browser cannot add an Authorization header (event streams, frames,
 * downloads). Its value is random, so the cookie does not reveal the token. Sessions are in memory
 * and end with the process.
 */
export class Sessions {
  /** Digests of the values, so that the time of a look-up reveals nothing about a value. */
  readonly #digests = new Set<string>()

  /** Opens a session. @returns the value of a Set-Cookie header */
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

/** The name of the cookie on the standard HTTP port; on others, a hyphen and the port follow. */
export const sessionCookie = 'pinpoint-local-session'

/**
 * Includes the port: browsers share cookies between all ports of a host, where several emulators
 * may run.
 */
const nameFor = ({ port }: FastifyRequest): string =>
  port === null ? sessionCookie : `${sessionCookie}-${port}`

/**
 * Names no path: a browser then takes the folder of the request's own path, `/_pinpoint`, with the
 * prefix that a proxy may add.
 */
const setCookie = (request: FastifyRequest, value: string): string =>
  `${nameFor(request)}=${value}; HttpOnly; SameSite=Strict`

/** The values of a request's session cookies: a browser may send several with the same name. */
function valuesOf(request: FastifyRequest): string[] {
  const start = `${nameFor(request)}=`
  const cookies = request.headers.cookie?.split(';').map(cookie => cookie.trim()) ?? []
  return cookies.filter(cookie => cookie.startsWith(start)).map(cookie => cookie.slice(start.length))
}
