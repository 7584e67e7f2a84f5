import type { IncomingMessage } from 'node:http'
import type { FastifyRequest } from 'fastify'

/** The prefix of the control API: the emulator's own calls, which Pinpoint does not have. */
export const controlPath = '/_pinpoint/'

/** The prefix of the control call that LocalStack has for one-time passwords. */
export const otpAliasPath = '/_aws/pinpoint/'

/** The prefix of the web console's pages and files. */
export const consolePath = `${controlPath}console/`

/** The paths that lead a browser to the console, and tell a program which control calls there are. */
export const entryPaths = ['/', controlPath.slice(0, -1), controlPath]

/** What a browser asks for by itself when somebody opens an address that is no page of the console. */
export const faviconPath = '/favicon.ico'

/**
 * Whether a route belongs to the control API. The control API has a catch-all route under each of
 * its prefixes, so the router alone decides which requests belong to it; no code parses paths again.
 *
 * @param url the URL pattern of the route; undefined if no route matched
 */
export const isControlRoute = (url: string | undefined): boolean =>
  url !== undefined &&
  ([...entryPaths, faviconPath].includes(url) ||
    [controlPath, otpAliasPath].some(path => url.startsWith(path)))

/** Requests for operations of Pinpoint by the paths of the control API. */
const operationsByControl = new WeakSet<IncomingMessage>()

/**
 * Makes `/_pinpoint/v1/…` a second path of each operation of Pinpoint, for callers that cannot sign:
 * such a call needs what a control call needs. The path is rewritten before it is routed, as a
 * second route for each operation would slow the start. No other spelling of the prefix is
 * rewritten, and the router finds nothing there.
 *
 * @returns the path to be routed
 */
export function routeOperationsByControl(request: IncomingMessage): string {
  const { url = '' } = request
  const [, origin = '', path] = /^(https?:\/\/[^/?]*)?\/_pinpoint(\/v1\/.*)$/s.exec(url) ?? []
  if (path === undefined) return url
  operationsByControl.add(request)
  return origin + path
}

/** Whether a request is for the control API: by its route, or as `routeOperationsByControl` says. */
export const isControlRequest = ({ raw, routeOptions }: FastifyRequest): boolean =>
  operationsByControl.has(raw) || isControlRoute(routeOptions.url)

/**
 * Whether a request that no route matched is meant for the control API: the router reads no path with a
 * broken escape. For the log of calls alone, as who may call is decided by the route.
 */
export const isUnroutedControlCall = ({ originalUrl, routeOptions }: FastifyRequest): boolean =>
  routeOptions.url === undefined && isControlRoute(originalUrl.replace(/^https?:\/\/[^/?]*/i, ''))

/** Whether a route answers with a page to which another site may link. */
export const isPageRoute = (url: string | undefined): boolean =>
  url !== undefined &&
  ([...entryPaths, faviconPath, consolePath.slice(0, -1)].includes(url) || url.startsWith(consolePath))

/**
 * Whether a route of the control API needs no token: health checks have none, and the pages of the
 * console ask their user for it.
 */
export const isOpenRoute = (url: string | undefined): boolean =>
  url === `${controlPath}health` || isPageRoute(url)
