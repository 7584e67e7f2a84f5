import operations from '../../fixtures/operations.json' with { type: 'json' }
import { awsLine, shellQuote } from './aws-line.ts'

type Operation = (typeof operations)[number]

/** A call of one of Pinpoint's operations, to be written down for a terminal. */
export interface PinpointCall {
  operation: string
  /** Path and query, as they were called: `/v1/apps/…`. */
  path: string
  body?: string | undefined
}

/** `GetApnsVoipChannel`, `ApplicationId` → `get-apns-voip-channel`, `application-id`, as the AWS CLI does. */
const kebab = (name: string): string =>
  name
    .replace(/([a-z0-9])([A-Z])/g, '$1-$2')
    .replace(/([A-Z])([A-Z][a-z])/g, '$1-$2')
    .toLowerCase()

/**
 * The call as a line for the AWS CLI, with this emulator's endpoint and credentials that need no
 * configuration.
 *
 * @returns undefined if the path is not the operation's
 */
export function awsCli({ operation, path, body }: PinpointCall, endpoint: string): string | undefined {
  const found: Operation | undefined = operations.find(({ name }) => name === operation)
  const parameters = found && readPath(found, path)
  if (found === undefined || parameters === undefined) return undefined
  const words = [kebab(operation)]
  for (const [name, values] of parameters) words.push(...optionOf(kebab(name), values))
  if ('payload' in found && body) words.push(`--${kebab(found.payload as string)}`, body)
  return awsLine(words, endpoint)
}

/** A parameter of the path or the query as an option of the AWS CLI. */
function optionOf(name: string, values: string[]): string[] {
  const [value = ''] = values
  // The only booleans; the CLI has them as flags.
  if (name === 'create-new-version') return [value === 'true' ? `--${name}` : `--no-${name}`]
  // The only lists. Written as JSON, a value may begin with a dash or a bracket.
  if (name === 'tag-keys') return [`--${name}`, JSON.stringify(values)]
  return value.startsWith('-') ? [`--${name}=${value}`] : [`--${name}`, value]
}

/** The call as a line for curl. */
export const curl = (method: string, path: string, body: string | undefined, endpoint: string): string =>
  [
    'curl',
    // Brackets and braces are patterns to curl.
    ...(/[[\]{}]/.test(path) ? ['--globoff'] : []),
    ...(method === 'GET' ? [] : ['-X', method]),
    endpoint + path,
    // With `--data`, a text that begins with @ would be the name of a file.
    ...(body ? ['-H', 'Content-Type: application/json', '--data-raw', body] : []),
  ]
    .map(shellQuote)
    .join(' ')

/** The values of the path's and the query's parameters, by their names. */
function readPath({ uri, query }: Operation, path: string): Map<string, string[]> | undefined {
  const [named = '', ...rest] = path.split('?')
  // An ARN may have been sent with its slashes as they are.
  const pattern = uri
    .replace(/\/$/, '')
    .replaceAll(/\{([^}]+)\}/g, (_, name) => (name === 'resource-arn' ? '(.+)' : '([^/]+)'))
  const match = new RegExp(`^${pattern}/?$`).exec(named)
  if (match === null) return undefined
  const names = [...uri.matchAll(/\{([^}]+)\}/g)].map(([, name]) => name!)
  const values = new Map<string, string[]>()
  try {
    for (const [index, name] of names.entries()) values.set(name, [decodeURIComponent(match[index + 1]!)])
  } catch {
    // A bad escape was refused, and the CLI cannot send one.
    return undefined
  }
  const given = new URLSearchParams(rest.join('?'))
  for (const name of query) if (given.has(name)) values.set(name, given.getAll(name))
  return values
}
