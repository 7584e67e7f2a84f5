import operations from '../../fixtures/operations.json'

type Operation = (typeof operations)[number]

/** A call of one of Pinpoint's operations, to be written down for a terminal. */
export interface PinpointCall {
  operation: string
  /** Path and query, as they were called: `/v1/apps/…`. */
  path: string
  body?: string | undefined
}

/** Quotes a word for a POSIX shell, where it needs that. */
export const shellQuote = (word: string): string =>
  /^[\w@%+=:,./-]+$/.test(word) ? word : `'${word.replaceAll("'", `'\\''`)}'`

/** `GetApnsVoipChannel`, `ApplicationId` → `get-apns-voip-channel`, `application-id`, as the AWS CLI does. */
export const kebab = (name: string): string =>
  name
    .replace(/([a-z0-9])([A-Z])/g, '$1-$2')
    .replace(/([A-Z])([A-Z][a-z])/g, '$1-$2')
    .toLowerCase()

/**
 * The call as a line for the AWS CLI, with this emulator's endpoint.
 *
 * @returns undefined if the path is not the operation's
 */
export function awsCli({ operation, path, body }: PinpointCall, endpoint: string): string | undefined {
  const found: Operation | undefined = operations.find(({ name }) => name === operation)
  const values = found && readPath(found, path)
  if (found === undefined || values === undefined) return undefined
  const words = ['aws', 'pinpoint', kebab(operation), '--endpoint-url', endpoint]
  for (const [name, all] of values) words.push(`--${kebab(name)}`, ...all)
  if ('payload' in found && body) words.push(`--${kebab(found.payload as string)}`, body)
  return words.map(shellQuote).join(' ')
}

/** The call as a line for curl. */
export const curl = (method: string, path: string, body: string | undefined, endpoint: string): string =>
  [
    'curl',
    ...(method === 'GET' ? [] : ['-X', method]),
    endpoint + path,
    ...(body ? ['-H', 'Content-Type: application/json', '--data-binary', body] : []),
  ]
    .map(shellQuote)
    .join(' ')

/** The values of the path's and the query's parameters, by their names. */
function readPath({ uri, query }: Operation, path: string): Map<string, string[]> | undefined {
  const url = new URL(path, 'http://emulator')
  const pattern = uri.replace(/\/$/, '').replaceAll(/\{([^}]+)\}/g, '([^/]+)')
  const match = new RegExp(`^${pattern}/?$`).exec(url.pathname)
  if (match === null) return undefined
  const names = [...uri.matchAll(/\{([^}]+)\}/g)].map(([, name]) => name!)
  const values = new Map(names.map((name, index) => [name, [decodeURIComponent(match[index + 1]!)]]))
  for (const name of query) if (url.searchParams.has(name)) values.set(name, url.searchParams.getAll(name))
  return values
}
