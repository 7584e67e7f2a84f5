/** The prefix of the control API: the emulator's own calls, which Pinpoint does not have. */
export const controlPath = '/_pinpoint/'

/** The prefix of the web console's pages and files. */
export const consolePath = `${controlPath}console/`

/**
 * Whether a route belongs to the control API. The control API has a catch-all route under its
 * prefix, so the router alone decides which requests belong to it; no code parses paths again.
 *
 * @param url the URL pattern of the route; undefined if no route matched
 */
export const isControlRoute = (url: string | undefined): boolean => url?.startsWith(controlPath) ?? false

/** Whether a route answers with a page to which another site may link. */
export const isPageRoute = (url: string | undefined): boolean =>
  url === controlPath || (url?.startsWith(consolePath) ?? false)

/**
 * Whether a route of the control API needs no token: health checks have none, and the pages of the
 * console ask their user for it.
 */
export const isOpenRoute = (url: string | undefined): boolean =>
  url === `${controlPath}health` || isPageRoute(url)
