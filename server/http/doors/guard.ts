import type { IncomingMessage } from 'node:http'
import type { FastifyReply, FastifyRequest } from 'fastify'
import { isUsualHost, parseHost, withoutFinalDot } from '../../process/host-names.ts'
import { isLoopback, isOriginOf, originOf, parseOrigin } from '../../process/web-origins.ts'
import { isControlRoute, isPageRoute } from '../control-path.ts'
import { exposedHeaders } from '../errors/error-handler.ts'
import { badRequest, PinpointException } from '../errors/exceptions.ts'

declare module 'fastify' {
  interface FastifyRequest {
    /**
     * The API that a request is for; undefined while the guard has not let it pass. What no route
     * answers is Pinpoint's.
     */
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
 * Decides whether a request may go on, by its Host, Origin and Sec-Fetch-Site headers and its
 * route; sets its `api` and the CORS headers of its answer if it may.
 *
 * @returns why it may not
 */
export type Guard = (request: FastifyRequest, reply: FastifyReply) => PinpointException | undefined

/**
 * Makes the guard against web pages: the emulator holds people's data on a machine where a browser
 * is open. A page of any site can send requests here, and can have its own host name lead here (DNS
 * rebinding) to read the answers as well. Programs that are no browser send neither Origin nor
 * Sec-Fetch-Site, and pass.
 */
export function createGuard({ host = '', allowedHosts = none, allowedOrigins = none }: GuardSettings): Guard {
  const hosts = new Set([...allowedHosts, host.toLowerCase()])

  return (request, reply) => {
    reply.header('vary', 'Origin')
    const { url } = request.routeOptions
    const refusal = checkHosts(request.raw, hosts) ?? checkOrigin(request, url, allowedOrigins)
    if (refusal !== undefined) return refusal

    request.api = isControlRoute(url) ? 'control' : 'pinpoint'
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
 * Checks the Host header, and the host of a request target such as `http://host/path`, which takes
 * precedence over it (RFC 9112, 3.2.2). HTTP/1.0 needs no Host header; every browser sends one.
 */
function checkHosts(request: IncomingMessage, allowed: ReadonlySet<string>): PinpointException | undefined {
  const { rawHeaders, httpVersion, url = '' } = request
  // Of a header that comes twice, `headers` has one alone.
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

/** @param place where the host stands */
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
 * Checks where a browser says that a request comes from. Pinpoint's operations are open to pages of
 * the emulator's own origin, of loopback and of the list; control calls to the first and the last.
 *
 * @param url of the route
 */
function checkOrigin(
  request: FastifyRequest,
  url: string | undefined,
  allowed: ReadonlySet<string>,
): PinpointException | undefined {
  const isControl = isControlRoute(url)
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

  // Without an Origin: an image, a script or a frame of a page, a followed link, a download.
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
 * Whether a link was followed in a tab of its own: its page can neither read nor send anything. A
 * frame is not that.
 */
function isLinkFollowed({ method, headers }: FastifyRequest): boolean {
  const dest = headers['sec-fetch-dest']
  return (
    method === 'GET' &&
    headers['sec-fetch-mode'] === 'navigate' &&
    (dest === undefined || dest === 'document')
  )
}

/** A header's value as part of a message: quoted, and not longer than a line. */
const shown = (value: string): string =>
  JSON.stringify(value.length > 100 ? `${value.slice(0, 100)}…` : value)
