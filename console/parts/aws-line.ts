/** Quotes a word for a POSIX shell, where it needs that. */
export const shellQuote = (word: string): string =>
  /^[\w@%+=:,./-]+$/.test(word) ? word : `'${word.replaceAll("'", `'\\''`)}'`

/** The credentials in lines and examples. Without ACCESS_KEYS, the emulator takes any. */
export const testCredentials = 'test'

const region = 'us-east-1'

/**
 * A line for the AWS CLI that calls the emulator at an endpoint: any version of the CLI takes it, and
 * nothing needs to be configured.
 *
 * @param words the command and its options: `['get-app', '--application-id', app]`
 * @param variable name of a shell variable: its value is put where a word has `$` and this name
 */
export const awsLine = ([command = '', ...options]: string[], endpoint: string, variable?: string): string =>
  [
    `AWS_ACCESS_KEY_ID=${testCredentials}`,
    `AWS_SECRET_ACCESS_KEY=${testCredentials}`,
    ...['aws', 'pinpoint', command, '--region', region, '--endpoint-url', endpoint],
    ...options,
  ]
    .map(word => (variable === undefined ? shellQuote(word) : quoteAround(variable, word)))
    .join(' ')

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

/** What a client of an AWS SDK for JavaScript is made with, as code. */
export const clientOptions = (endpoint: string): string =>
  `{
  endpoint: '${endpoint}',
  region: '${region}',
  credentials: { accessKeyId: '${testCredentials}', secretAccessKey: '${testCredentials}' },
}`

/** The variables with which SDKs and the AWS CLI call the emulator at an endpoint, as a script. */
export const clientVariables = (endpoint: string): string =>
  [
    `export AWS_ENDPOINT_URL_PINPOINT=${endpoint}`,
    `export AWS_ACCESS_KEY_ID=${testCredentials} AWS_SECRET_ACCESS_KEY=${testCredentials}`,
    `export AWS_REGION=${region} AWS_DEFAULT_REGION=${region}`,
  ].join('\n')
