import { isIPv4 } from 'node:net'
import { withoutFinalDot } from './host-names.ts'

/**
 * Reads a web origin, `scheme://host[:port]`, of any scheme.
 *
 * @returns undefined where the text is anything else, such as `null`, the origin of sandboxed
 *   frames and files
 */
export function parseOrigin(text: string): URL | undefined {
  const url = URL.parse(text)
  return url !== null && originOf(url) === text.toLowerCase() ? url : undefined
}

/**
 * An origin as text, as browsers write it. (`URL.origin` is `null` for schemes such as
 * `capacitor:`.)
 */
export const originOf = ({ protocol, host }: URL): string => `${protocol}//${host.toLowerCase()}`

/** Whether an origin is of this machine: localhost, `*.localhost`, 127.0.0.0/8 or ::1. */
export function isLoopback({ hostname }: URL): boolean {
  const name = withoutFinalDot(hostname.toLowerCase())
  return (
    name === 'localhost' ||
    name.endsWith('.localhost') ||
    (isIPv4(name) && name.startsWith('127.')) ||
    name === '[::1]'
  )
}

/**
 * Whether an origin is that of a server which is called by this Host header. The scheme is left
 * out, as a proxy may have ended TLS; a missing port is that of the origin's scheme.
 */
export const isOriginOf = (origin: URL, host: string | undefined): boolean =>
  host !== undefined &&
  /^https?:$/.test(origin.protocol) &&
  URL.parse(`${origin.protocol}//${host}`)?.host === origin.host
