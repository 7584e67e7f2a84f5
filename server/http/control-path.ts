/** The prefix of all control calls: what the emulator has and Pinpoint does not. */
export const controlPath = '/_pinpoint/'

/** The prefix of the web console's pages and files. */
export const consolePath = `${controlPath}console/`

/**
 * Whether a route belongs to the control API. The control API has a route for everything under its
 * prefix, unknown paths included, so the router alone decides what lies there: no path is read a
 * second time.
 *
 * @param url the pattern of the route; undefined for what no route answers
 */
export const isControlRoute = (url: string | undefined): boolean => url?.startsWith(controlPath) ?? false

/** Whether a route answers with a page that a link of another site may lead to. */
export const isPageRoute = (url: string | undefined): boolean =>
  url === controlPath || (url?.startsWith(consolePath) ?? false)

/**
 * Whether a route of the control API needs no token: health checks send none, and the console asks
 * for it.
 */
export const isOpenRoute = (url: string | undefined): boolean =>
  url === `${controlPath}health` || isPageRoute(url)
