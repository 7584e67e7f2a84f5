import { accessKeyId, credentials } from './credentials.ts'

/** Quotes a word for a POSIX shell, where it needs that. */
export const shellQuote = (word: string): string =>
  /^[\w@%+=:,./-]+$/.test(word) ? word : `'${word.replaceAll("'", `'\\''`)}'`

const region = 'us-east-1'

/**
 * A line for the AWS CLI that calls the emulator at an endpoint: any version of the CLI takes it, and
 * nothing needs to be configured; see `credentials`.
 *
 * @param words the command and its options: `['get-app', '--application-id', app]`
 * @param variable name of a shell variable: its value is put where a word has `$` and this name
 */
export function awsLine([command = '', ...options]: string[], endpoint: string, variable?: string): string {
  const { id, secret } = credentials()
  return [
    ...[`AWS_ACCESS_KEY_ID=${id}`, `AWS_SECRET_ACCESS_KEY=${secret}`, 'aws', 'pinpoint', command],
    ...['--region', region, '--endpoint-url', endpoint, ...options],
  ]
    .map(word => (variable === undefined ? shellQuote(word) : quoteAround(variable, word)))
    .join(' ')
}

/** Quotes a word but for a variable in it: `{"Id":"$APP"}` becomes `'{"Id":"'"$APP"'"}'`. */
const quoteAround = (variable: string, word: string): string =>
  word
    .split(`$${variable}`)
    .map(text => text && shellQuote(text))
    .join(`"$${variable}"`)

/**
 * A line that keeps an id in a shell variable, for the lines after it.
 *
 * @param words a command that creates something, and its options
 * @param query where the id stands in what it prints: `ApplicationResponse.Id`
 */
export const variableLine = (variable: string, words: string[], query: string, endpoint: string): string =>
  `${variable}=$(${awsLine([...words, '--query', query, '--output', 'text'], endpoint)})`

/** The options of curl that sign a call, where it must be signed. */
export function signing(): string[] {
  if (accessKeyId.value === undefined) return []
  const { id, secret } = credentials()
  return ['--user', `${id}:${secret}`, '--aws-sigv4', `aws:amz:${region}:mobiletargeting`]
}

/** What a client of an AWS SDK for JavaScript is made with, as code. */
export function clientOptions(endpoint: string): string {
  const { id, secret } = credentials()
  return `{
  endpoint: '${endpoint}',
  region: '${region}',
  credentials: { accessKeyId: '${id}', secretAccessKey: '${secret}' },
}`
}

/** The variables with which SDKs and the AWS CLI call the emulator at an endpoint, as a script. */
export function clientVariables(endpoint: string): string {
  const { id, secret } = credentials()
  return [
    `export AWS_ENDPOINT_URL_PINPOINT=${endpoint}`,
    `export AWS_ACCESS_KEY_ID=${id} AWS_SECRET_ACCESS_KEY=${secret}`,
    `export AWS_REGION=${region} AWS_DEFAULT_REGION=${region}`,
  ].join('\n')
}
