import operations from '../../fixtures/operations.json' with { type: 'json' }
import { awsLine, clientOptions, shellQuote, signing } from './aws-line.ts'

/** A call of Pinpoint's API, to be written down for a terminal or a program. */
export interface PinpointCall {
  method: string
  /** Path and query, as they were called: `/v1/apps/…`. */
  path: string
  body?: string | undefined
}

/** A call as its operation takes it. */
interface Input {
  /** `GetApp` */
  operation: string
  /** The values of parameters of the path and the query, by their names there: `application-id`. */
  parameters: Map<string, string[]>
  /** The member that the body is: `WriteSegmentRequest`. */
  payload: string | undefined
}

/** @returns undefined if no operation is called so, or the path has a bad escape */
function readInput({ method, path }: PinpointCall): Input | undefined {
  const [named = '', ...rest] = path.split('?')
  for (const operation of operations) {
    if (operation.method !== method) continue
    const values = matchUri(operation.uri, named)
    if (values === undefined) continue
    const names = [...operation.uri.matchAll(/\{([^}]+)\}/g)].map(([, name]) => name!)
    const parameters = new Map<string, string[]>()
    try {
      for (const [index, name] of names.entries()) parameters.set(name, [decodeURIComponent(values[index]!)])
    } catch {
      // A bad escape was refused, and neither the CLI nor an SDK can send one.
      return undefined
    }
    const given = new URLSearchParams(rest.join('?'))
    for (const name of operation.query) if (given.has(name)) parameters.set(name, given.getAll(name))
    const payload = 'payload' in operation ? (operation.payload as string) : undefined
    return { operation: operation.name, parameters, payload }
  }
  return undefined
}

/** The values of the parameters of an operation's path; undefined if the path is not its own. */
function matchUri(uri: string, path: string): string[] | undefined {
  // An ARN may have been sent with its slashes as they are.
  const pattern = uri
    .replace(/\/$/, '')
    .replaceAll(/\{([^}]+)\}/g, (_, name) => (name === 'resource-arn' ? '(.+)' : '([^/]+)'))
  return new RegExp(`^${pattern}/?$`).exec(path)?.slice(1)
}

/**
 * The call as a line for the AWS CLI, with this emulator's endpoint and credentials that need no
 * configuration.
 *
 * @returns undefined if it is no call of an operation
 */
export function awsCli(call: PinpointCall, endpoint: string): string | undefined {
  const input = readInput(call)
  if (input === undefined) return undefined
  const words = [kebab(input.operation)]
  for (const [name, values] of input.parameters) words.push(...optionOf(kebab(name), values))
  if (input.payload !== undefined && call.body) words.push(`--${kebab(input.payload)}`, call.body)
  return awsLine(words, endpoint)
}

/** `GetApnsVoipChannel`, `ApplicationId` → `get-apns-voip-channel`, `application-id`, as the AWS CLI does. */
const kebab = (name: string): string =>
  name
    .replace(/([a-z0-9])([A-Z])/g, '$1-$2')
    .replace(/([A-Z])([A-Z][a-z])/g, '$1-$2')
    .toLowerCase()

/** A parameter of the path or the query as an option of the AWS CLI. */
function optionOf(name: string, values: string[]): string[] {
  const [value = ''] = values
  // The only booleans; the CLI has them as flags.
  if (name === 'create-new-version') return [value === 'true' ? `--${name}` : `--no-${name}`]
  // The only lists. Written as JSON, a value may begin with a dash or a bracket.
  if (name === 'tag-keys') return [`--${name}`, JSON.stringify(values)]
  return value.startsWith('-') ? [`--${name}=${value}`] : [`--${name}`, value]
}

/** The call as a line for curl; it is signed where ACCESS_KEYS are set. */
export const curl = ({ method, path, body }: PinpointCall, endpoint: string): string =>
  [
    'curl',
    ...signing(),
    // Brackets and braces are patterns to curl.
    ...(/[[\]{}]/.test(path) ? ['--globoff'] : []),
    ...(method === 'GET' ? [] : ['-X', method]),
    endpoint + path,
    // With `--data`, a text that begins with @ would be the name of a file.
    ...(body ? ['-H', 'Content-Type: application/json', '--data-raw', body] : []),
  ]
    .map(shellQuote)
    .join(' ')

/**
 * The call as a module that makes it by the AWS SDK for JavaScript v3, with this emulator's endpoint.
 *
 * @returns undefined if it is no call of an operation, or its body is no JSON
 */
export function sdkModule(call: PinpointCall, endpoint: string): string | undefined {
  const input = readInput(call)
  if (input === undefined) return undefined
  const { operation, parameters, payload } = input
  const members = [...parameters].map(([name, values]) => `${pascal(name)}: ${valueCode(name, values)}`)
  if (payload !== undefined && call.body) {
    const code = bodyCode(payload, call.body)
    if (code === undefined) return undefined
    members.push(`${payload}: ${code}`)
  }
  const lines = members.map(member => `\n${member},`.replaceAll('\n', '\n  '))
  return `import { ${operation}Command, PinpointClient } from '@aws-sdk/client-pinpoint'

const client = new PinpointClient(${clientOptions(endpoint)})
const input = {${lines.join('')}${lines.length > 0 ? '\n' : ''}}
console.log(await client.send(new ${operation}Command(input)))
`
}

/** `application-id`, `tagKeys` → `ApplicationId`, `TagKeys`, as the SDK does. */
const pascal = (name: string): string =>
  name.replaceAll(/(?:^|-)([a-z])/g, (_, letter: string) => letter.toUpperCase())

/** A parameter of the path or the query as code. */
function valueCode(name: string, values: string[]): string {
  const [value = ''] = values
  if (name === 'create-new-version') return String(value === 'true')
  if (name === 'tagKeys') return JSON.stringify(values)
  const text = JSON.stringify(value)
  // The only dates: those of KPIs.
  return name === 'start-time' || name === 'end-time' ? `new Date(${text})` : text
}

/** A body as code. Its times are strings in the SDK too, but for those of a journey's schedule. */
function bodyCode(payload: string, body: string): string | undefined {
  let code: string
  try {
    code = JSON.stringify(JSON.parse(body), null, 2)
  } catch {
    return undefined
  }
  if (payload !== 'WriteJourneyRequest') return code
  return code.replaceAll(/^ {4}"(StartTime|EndTime)": ("[^"]*")/gm, '    "$1": new Date($2)')
}
