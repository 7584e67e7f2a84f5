/** Where everything lives that Pinpoint does not have. */
export const controlPath = '/_pinpoint/'

/**
 * Whether a request is for the control API, and so no call of Pinpoint's.
 *
 * @param route the URL of its route; what is unknown has none, and preflights share one
 * @param path its own
 */
export const isControl = (route = '*', path: string): boolean =>
  (route === '*' ? path : route).startsWith(controlPath)
