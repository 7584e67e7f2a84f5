import {
  allSettings,
  type Config,
  type NoSettings,
  type Setting,
  type Settings,
  settings,
  variablesOf,
} from './settings.ts'
import { StartError } from './start-error.ts'

/**
 * Kubernetes sets PINPOINT_LOCAL_PORT=tcp://10.0.0.1:7467 and the like where a
 * service is named pinpoint-local.
 */
const serviceLink = /^(tcp|udp|sctp):\/\//

/**
 * Reads all settings from flags and environment variables; the flag wins, then PINPOINT_LOCAL_<NAME>. An
 * empty variable counts as not set.
 *
 * @param flags by the settings' names, as the command line gave them: text, or true for
 *   a flag that stands alone
 * @throws StartError that names every bad setting
 */
export function loadConfig(
  env: Record<string, string | undefined>,
  flags: Readonly<Record<string, unknown>> = {},
): Readonly<Config> {
  const given = (name: string, setting: Setting): Given | undefined => {
    if (flags[name] !== undefined) return { value: flags[name], as: setting.flag }
    const variable = variablesOf(setting).find(variable => env[variable] && !serviceLink.test(env[variable]))
    return variable === undefined ? undefined : { value: env[variable], as: variable }
  }
  return readSettings(given, { s3Credentials: readCredentials(env), keepProcessAlive: true }, [])
}

/**
 * Every setting of docs/settings.md as a member, its name in camel case, its value as the setting means it: a
 * number for `port`, a boolean for `quotas`. `s3Credentials` sign requests to an S3 endpoint and to event
 * streams; with `keepProcessAlive`, the process does not end before the emulator is closed. (A setting's text
 * does as well, for callers that have nothing else.)
 */
export type Options = {
  [Name in keyof Settings]?: Config[Name] extends string | number | boolean | undefined
    ? Config[Name]
    : string
} & Partial<NoSettings>

/**
 * Reads all settings from options. Nothing is read from the environment: there, AWS_ENDPOINT_URL may be what
 * leads a program that is under test to the emulator.
 *
 * @param defaults what counts for an option that is missing or undefined, before the table's own defaults
 * @throws StartError that names every bad option, and every one that does not exist
 */
export function configOf(options: Options, defaults: Options = {}): Readonly<Config> {
  if (typeof options !== 'object' || options === null || Array.isArray(options)) {
    throw new StartError(`the options must be an object; got ${JSON.stringify(options)}`)
  }
  const known = [...Object.keys(allSettings), 's3Credentials', 'keepProcessAlive']
  const problems = Object.keys(options)
    .filter(name => !known.includes(name))
    .map(name => `there is no option ${name}; the options are ${known.join(', ')}`)
  const { s3Credentials = noCredentials, keepProcessAlive = false } = options
  const { accessKeyId, secretAccessKey } = s3Credentials ?? {}
  if (typeof accessKeyId !== 'string' || typeof secretAccessKey !== 'string') {
    problems.push('s3Credentials must be an object with the texts accessKeyId and secretAccessKey')
  }
  if (typeof keepProcessAlive !== 'boolean') {
    problems.push(`keepProcessAlive must be true or false; got ${JSON.stringify(keepProcessAlive)}`)
  }
  const isGiven = ([, value]: [string, unknown]) => value !== undefined
  const values = new Map<string, unknown>([defaults, options].flatMap(Object.entries).filter(isGiven))
  const given = (name: string) => (values.has(name) ? { value: values.get(name), as: name } : undefined)
  return readSettings(given, { s3Credentials, keepProcessAlive }, problems)
}

/** A setting's value or its text, and the name by which it was given. */
interface Given {
  value: unknown
  as: string
}

/**
 * Reads the whole table of settings.
 *
 * @param problems what is known to be wrong already
 * @throws StartError that names every bad setting
 */
function readSettings(
  given: (name: string, setting: Setting) => Given | undefined,
  others: NoSettings,
  problems: string[],
): Readonly<Config> {
  const values: Record<string, unknown> = {}
  for (const [name, setting] of Object.entries(allSettings)) {
    const { value, as } = given(name, setting) ?? { value: setting.default, as: name }
    try {
      if (value !== undefined) values[name] = readValue(setting, value)
    } catch (error) {
      problems.push(`${as} must be ${(error as Error).message}; got ${shown(setting, value)}`)
    }
  }
  const config = { ...values, ...others } as unknown as Config
  const [ephemeral, dataDir] = [given('ephemeral', settings.ephemeral), given('dataDir', settings.dataDir)]
  if (config.ephemeral && dataDir !== undefined) {
    problems.push(
      `${ephemeral?.as} and ${dataDir.as} exclude each other, as an ephemeral emulator has a temporary data folder: leave one of them out`,
    )
  }
  if (isItself(config)) {
    problems.push(
      `the S3 endpoint (s3Endpoint, --s3-endpoint, AWS_ENDPOINT_URL_S3 or AWS_ENDPOINT_URL) must not be this emulator itself; got ${hideUser(config.s3Endpoint!)} (to point an SDK at the emulator, AWS_ENDPOINT_URL_PINPOINT is enough)`,
    )
  }
  if (problems.length > 0) {
    throw new StartError(
      `pinpoint-local cannot start, as these settings are wrong:\n  ${problems.join('\n  ')}`,
    )
  }
  return Object.freeze(config)
}

/** A value as messages show it. */
function shown({ isSecret, isUrl }: Setting, value: unknown): string {
  if (isSecret) return 'a value that is not shown, as it is secret'
  const text = String(JSON.stringify(value))
  return isUrl ? hideUser(text) : text
}

/** Masks whatever may be a user and a password in a URL, or in a text that was meant to be one. */
const hideUser = (url: string): string => url.replace(/^("?(?:[a-z][\w+.-]*:\/\/)?).*@/is, '$1***@')

/** Reads a text; or a value by its text, so that both are held to the same rule. */
function readValue({ read, write = String }: Setting, value: unknown): unknown {
  if (typeof value === 'string') return read(value)
  const result = read(write(value))
  // A map or a set is given as its text alone.
  const type = typeof result === 'object' ? 'string' : typeof result
  if (typeof value !== type) throw new Error(`a ${type}`)
  return result
}

/** What signs requests to an S3 endpoint where nothing else is said. */
const noCredentials = { accessKeyId: 'pinpoint-local', secretAccessKey: 'pinpoint-local' }

function readCredentials(env: Record<string, string | undefined>): Config['s3Credentials'] {
  const {
    AWS_ACCESS_KEY_ID: accessKeyId,
    AWS_SECRET_ACCESS_KEY: secretAccessKey,
    AWS_SESSION_TOKEN: token,
  } = env
  if (!accessKeyId || !secretAccessKey) return noCredentials
  return { accessKeyId, secretAccessKey, ...(token && { sessionToken: token }) }
}

/** Whether the S3 endpoint leads back here, as it does when AWS_ENDPOINT_URL was set for the SDK's sake. */
function isItself({ s3Endpoint, host, port }: Partial<Config>): boolean {
  if (s3Endpoint === undefined) return false
  const url = new URL(s3Endpoint)
  const endpointPort = url.port || (url.protocol === 'https:' ? '443' : '80')
  const here = ['localhost', '127.0.0.1', '[::1]', '0.0.0.0', '[::]', host, `[${host}]`]
  return here.includes(url.hostname) && endpointPort === String(port)
}
