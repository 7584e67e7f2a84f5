import type { IncomingMessage } from 'node:http'
import type { FastifyReply, FastifyRequest } from 'fastify'
import { isUsualHost, parseHost, withoutFinalDot } from '../../process/host-names.ts'
import { isLoopback, isOriginOf, originOf, parseOrigin } from '../../process/web-origins.ts'
import { isControlRequest, isPageRoute } from '../control-path.ts'
import { exposedHeaders } from '../errors/error-handler.ts'
import { badRequest, PinpointException } from '../errors/exceptions.ts'

declare module 'fastify' {
  interface FastifyRequest {
    /**
     * The API that a request is for; undefined until the guard has let it pass. An unknown route
     * outside of the control API's prefix counts as Pinpoint's.
     */
    api: 'pinpoint' | 'control' | undefined
  }
}

/** Hosts and origins that are allowed besides the default ones. `*` in a list allows all. */
export interface GuardSettings {
  /** The address or host name that the server listens on. */
  host?: string
  /** Host names that a Host header may have. */
  allowedHosts?: ReadonlySet<string> | undefined
  /** Web origins that may call, as browsers write them. */
  allowedOrigins?: ReadonlySet<string> | undefined
}

/**
 * Allows or refuses a request by its Host, Origin and Sec-Fetch-Site headers and its route. Sets
 * `api` and the CORS headers of the answer if the request is allowed.
 *
 * @returns the refusal, undefined if the request is allowed
 */
export type Guard = (request: FastifyRequest, reply: FastifyReply) => PinpointException | undefined

/**
 * Makes the guard against web pages. The emulator holds people's data on a machine where a browser
 * is open: a page of any site can send requests here, and by DNS rebinding (pointing its own host
 * name here) read the answers as well. Other programs send neither Origin nor Sec-Fetch-Site, and
 * pass.
 */
export function createGuard({ host = '', allowedHosts = none, allowedOrigins = none }: GuardSettings): Guard {
  const hosts = new Set([...allowedHosts, host.toLowerCase()])

  return (request, reply) => {
    reply.header('vary', 'Origin')
    const { url } = request.routeOptions
    const refusal = checkHosts(request.raw, hosts) ?? checkOrigin(request, url, allowedOrigins)
    if (refusal !== undefined) return refusal

    request.api = isControlRequest(request) ? 'control' : 'pinpoint'
    const origin = allowedOrigins.has('*') ? '*' : request.headers.origin
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
 * Checks the Host header, and the host in a request target such as `http://host/path`, which takes
 * precedence (RFC 9112, 3.2.2). HTTP/1.0 does not require a Host header; every browser sends one.
 */
function checkHosts(request: IncomingMessage, allowed: ReadonlySet<string>): PinpointException | undefined {
  const { rawHeaders, httpVersion, url = '' } = request
  // `headers` has only one of two headers with the same name.
  const hosts = rawHeaders.filter((_, at) => at % 2 === 1 && rawHeaders[at - 1]!.toLowerCase() === 'host')
  if (hosts.length > 1) {
    return badRequest(`A request must have one Host header; got ${hosts.map(shown).join(' and ')}`)
  }
  const [host] = hosts
  if (host === undefined && httpVersion !== '1.0') {
    return badRequest('A request must have a Host header, such as Host: localhost:7467')
  }
  const target = /^https?:\/\/([^/?]*)/i.exec(url)?.[1]
  return checkHost('The Host header', host, allowed) ?? checkHost('The request target', target, allowed)
}

/** @param place the part of the request that has the host, for messages */
function checkHost(
  place: string,
  text: string | undefined,
  allowed: ReadonlySet<string>,
): PinpointException | undefined {
  if (text === undefined) return undefined
  const host = parseHost(text)
  if (host === undefined) {
    return badRequest(
      `${place} must have a host name or an address, with or without a port; got ${shown(text)}`,
    )
  }
  const name = withoutFinalDot(host.hostname)
  if (isUsualHost(name) || allowed.has(name) || allowed.has('*')) return undefined
  return forbidden(
    `${place} has ${shown(text)}, which is no name of this emulator. To allow it, add it to ALLOWED_HOSTS (--allowed-hosts)`,
  )
}

/**
 * Checks the origin that a browser names. Pinpoint's operations are open to the emulator's own
 * origin, loopback origins and allowed origins; control calls only to its own and allowed ones.
 *
 * @param url the URL pattern of the route
 */
function checkOrigin(
  request: FastifyRequest,
  url: string | undefined,
  allowed: ReadonlySet<string>,
): PinpointException | undefined {
  const isControl = isControlRequest(request)
  const { headers } = request
  const site = headers['sec-fetch-site']
  if (allowed.has('*')) return undefined

  if (headers.origin !== undefined) {
    const origin = parseOrigin(headers.origin)
    if (origin === undefined) return forbiddenOrigin(headers.origin, isControl)
    if (allowed.has(originOf(origin))) return undefined
    const mayCall = isOriginOf(origin, headers.host) || (!isControl && isLoopback(origin))
    if (!mayCall) return forbiddenOrigin(headers.origin, isControl)
    if (!isControl || site !== 'cross-site') return undefined
  }

  // Requests without Origin: images, scripts, frames, followed links and downloads.
  const isOtherSite = site === 'cross-site' || (isControl && site === 'same-site')
  if (!isOtherSite || (isLinkFollowed(request) && (!isControl || isPageRoute(url)))) return undefined
  return forbidden(
    `The Sec-Fetch-Site header is ${shown(String(site))}: a page of another origin made this request, without an Origin that may. To allow it, have the page call by fetch, and add its origin to ALLOWED_ORIGINS (--allowed-origins)`,
  )
}

function forbiddenOrigin(origin: string, isControl: boolean): PinpointException {
  const who = isControl
    ? "web pages of other origins than the emulator's own may not make control calls"
    : 'its web pages may not call'
  const how =
    origin === 'null'
      ? 'A file and a sandboxed frame have this origin; to allow it, and so every page, set ALLOWED_ORIGINS=* (--allowed-origins)'
      : 'To allow it, add it to ALLOWED_ORIGINS (--allowed-origins)'
  return forbidden(`The Origin header is ${shown(origin)}: ${who}. ${how}`)
}

/**
 * Whether a link was followed as a top-level navigation: the page with the link can then neither
 * read nor send anything. A frame does not count.
 */
function isLinkFollowed({ method, headers }: FastifyRequest): boolean {
  const dest = headers['sec-fetch-dest']
  return (
    method === 'GET' &&
    headers['sec-fetch-mode'] === 'navigate' &&
    (dest === undefined || dest === 'document')
  )
}

/** A header's value for a message: quoted, cut to 100 characters. */
const shown = (value: string): string =>
  JSON.stringify(value.length > 100 ? `${value.slice(0, 100)}…` : value)
