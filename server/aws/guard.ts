import type { IncomingMessage } from 'node:http'
import type { FastifyReply, FastifyRequest } from 'fastify'
import { isControlRoute, isPageRoute } from './control-path.ts'
import { exposedHeaders } from './error-handler.ts'
import { badRequest, PinpointException } from './exceptions.ts'
import { isUsualHost, parseHost, withoutFinalDot } from './host.ts'
import { isLoopback, isOriginOf, originOf, parseOrigin } from './origin.ts'

declare module 'fastify' {
  interface FastifyRequest {
    /** The API that a request is for; undefined while the guard has not let it pass. What no route answers is Pinpoint's. */
    api: 'pinpoint' | 'control' | undefined
  }
}

/** Who may call, beside those who may by default. `*` in a list stands for everybody. */
export interface GuardSettings {
  /** The address that is listened on, which may be a name. */
  host?: string
  /** Names that a Host header may have. */
  allowedHosts?: ReadonlySet<string> | undefined
  /** Origins whose pages may call, as browsers write them. */
  allowedOrigins?: ReadonlySet<string> | undefined
}

/**
 * Decides whether a request may go on, by its Host, Origin and Sec-Fetch-Site headers and its route; sets its `api` and
 * the CORS headers of its answer if it may.
 *
 * @returns why it may not
 */
export type Guard = (request: FastifyRequest, reply: FastifyReply) => PinpointException | undefined

/**
 * Makes the guard against web pages: the emulator holds people's data on a machine where a browser is open. A page of
 * any site can send requests here, and can have its own host name lead here (DNS rebinding) to read the answers as
 * well. Programs that are no browser send neither Origin nor Sec-Fetch-Site, and pass.
 */
export function createGuard({ host = '', allowedHosts = none, allowedOrigins = none }: GuardSettings): Guard {
  const hosts = new Set([...allowedHosts, host.toLowerCase()])
  const allowsAllOrigins = allowedOrigins.has('*')

  return (request, reply) => {
    reply.header('vary', 'Origin')
    const refusal = checkHosts(request.raw, hosts) ?? checkOrigin(request, allowedOrigins)
    if (refusal !== undefined) return refusal

    request.api = isControlRoute(request.routeOptions.url) ? 'control' : 'pinpoint'
    const origin = allowsAllOrigins ? '*' : request.headers.origin
    if (origin !== undefined) {
      reply.header('access-control-allow-origin', origin)
      reply.header('access-control-expose-headers', exposedHeaders.join(', '))
    }
    return undefined
  }
}

const none: ReadonlySet<string> = new Set()

const forbidden = (message: string) => new PinpointException('ForbiddenException', message)

/**
 * Checks the host of the Host header, and that of a request target such as `http://host/path`, which takes precedence
 * over it (RFC 9112, 3.2.2). HTTP/1.0 needs no Host header; every browser sends one.
 */
function checkHosts(request: IncomingMessage, allowed: ReadonlySet<string>): PinpointException | undefined {
  const hosts = request.rawHeaders.filter((_, at) => at % 2 === 1 && isHostName(request.rawHeaders[at - 1]!))
  if (hosts.length > 1) {
    return badRequest(`A request must have one Host header; got ${hosts.map(shown).join(' and ')}`)
  }
  if (hosts.length === 0 && request.httpVersion !== '1.0') {
    return badRequest('A request must have a Host header, such as Host: localhost:7467')
  }
  const target = /^https?:\/\/([^/?]*)/i.exec(request.url!)?.[1]
  return (
    hosts.map(host => checkHost('Host', host, allowed))[0] ??
    (target === undefined ? undefined : checkHost('The host of the request target', target, allowed))
  )
}

const isHostName = (name: string): boolean => name.length === 4 && name.toLowerCase() === 'host'

function checkHost(
  header: string,
  value: string,
  allowed: ReadonlySet<string>,
): PinpointException | undefined {
  const host = parseHost(value)
  if (host === undefined) {
    return badRequest(`${header} must be a host name or address, with a port or without; got ${shown(value)}`)
  }
  const name = withoutFinalDot(host.hostname)
  if (allowed.has('*') || isUsualHost(name) || allowed.has(name)) return undefined
  return forbidden(
    `${header} is ${shown(value)}, a name by which this emulator is not known: if it should be, add the name to ALLOWED_HOSTS (--allowed-hosts)`,
  )
}

/**
 * Checks where a browser says that a request comes from. Pinpoint's operations are open to pages of the emulator's own
 * origin, of loopback and of the list; control calls to the first and the last.
 */
function checkOrigin(request: FastifyRequest, allowed: ReadonlySet<string>): PinpointException | undefined {
  const { headers, routeOptions } = request
  const isControl = isControlRoute(routeOptions.url)
  const site = headers['sec-fetch-site']
  if (allowed.has('*')) return undefined

  if (headers.origin !== undefined) {
    const origin = parseOrigin(headers.origin)
    if (origin !== undefined && allowed.has(originOf(origin))) return undefined
    const isOwn = origin !== undefined && isOriginOf(origin, headers.host)
    const mayCall = isOwn || (!isControl && origin !== undefined && isLoopback(origin))
    if (!mayCall) return forbiddenOrigin(headers.origin, isControl)
    if (!isControl || site !== 'cross-site') return undefined
  }

  // Without an Origin: what a page loads as an image, a script or a frame, a link that is followed, a download.
  const isOtherSite = site === 'cross-site' || (isControl && site === 'same-site')
  if (!isOtherSite || isLinkToPage(request, isControl)) return undefined
  return forbidden(
    `Sec-Fetch-Site is ${shown(String(site))}: a web page of another origin made this request, and gave no Origin that may. Call by fetch in the mode "cors", and add the page's origin to ALLOWED_ORIGINS (--allowed-origins)`,
  )
}

function forbiddenOrigin(origin: string, isControl: boolean): PinpointException {
  if (origin === 'null') {
    return forbidden(
      'Origin is "null", as of a file or a sandboxed frame: serve the page from http://localhost, or let pages of any origin call by ALLOWED_ORIGINS=* (--allowed-origins)',
    )
  }
  const what = isControl
    ? `a web page of another origin than the emulator's own, which may not make control calls`
    : 'whose web pages may not call'
  return forbidden(
    `Origin is ${shown(origin)}, ${what}: if it should, add it to ALLOWED_ORIGINS (--allowed-origins)`,
  )
}

/** Whether a link was followed in a whole tab: its page can neither read nor send anything. A frame is no such thing. */
function isLinkToPage({ method, headers, routeOptions }: FastifyRequest, isControl: boolean): boolean {
  return (
    method === 'GET' &&
    headers['sec-fetch-mode'] === 'navigate' &&
    [undefined, 'document'].includes(headers['sec-fetch-dest'] as string | undefined) &&
    (!isControl || isPageRoute(routeOptions.url))
  )
}

/** A header's value as part of a message: quoted, and not longer than a line. */
const shown = (value: string): string =>
  JSON.stringify(value.length > 100 ? `${value.slice(0, 100)}…` : value)
