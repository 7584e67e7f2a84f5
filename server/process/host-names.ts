import { isIPv4 } from 'node:net'
import { hostname } from 'node:os'

/**
 * Reads `host[:port]`, as a Host header has it. The name is normalised as browsers do it: lower
 * case, addresses in their usual form.
 *
 * @returns a URL of which only the host counts; undefined where the text is no host
 */
export function parseHost(text: string): URL | undefined {
  if (/[\s/\\?#@]/.test(text)) return undefined
  return URL.parse(`http://${text}`) ?? undefined
}

/** The name of a host without the dot that may end it. */
export const withoutFinalDot = (name: string): string => name.replace(/\.$/, '')

/**
 * Top-level domains that are never in the public DNS, so that no stranger can have a name in them.
 */
const localDomains = ['.localhost', '.local', '.internal', '.test']

/**
 * Pinpoint's own host names, in all spellings of the SDKs' endpoint rules: FIPS, dual-stack, China
 * (source: model).
 */
const pinpointHost =
  /^pinpoint(-fips)?\.[a-z]{2,4}(-[a-z]+)+-\d\.(amazonaws\.com|api\.aws|amazonaws\.com\.cn|api\.amazonwebservices\.com\.cn)$/

/**
 * Whether a name is one by which an emulator is usually called. A web page of a stranger can make a
 * name of the stranger's own lead here (DNS rebinding), but none of these: addresses, names without
 * a dot, names of domains that are not in the public DNS, the machine's own name, and AWS's.
 *
 * @param name of a URL: lower case, IPv6 addresses in brackets
 * @param machineName asked each time, as it may change with the network
 */
export function isUsualHost(name: string, machineName: () => string = hostname): boolean {
  return (
    isIPv4(name) ||
    !name.includes('.') ||
    localDomains.some(domain => name.endsWith(domain)) ||
    pinpointHost.test(name) ||
    name === machineName().toLowerCase()
  )
}
