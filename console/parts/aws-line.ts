/** Quotes a word for a POSIX shell, where it needs that. */
export const shellQuote = (word: string): string =>
  /^[\w@%+=:,./-]+$/.test(word) ? word : `'${word.replaceAll("'", `'\\''`)}'`

/**
 * A line for the AWS CLI that calls the emulator at an endpoint: any version of the CLI takes it, and
 * nothing needs to be configured.
 *
 * @param words the command and its options: `['get-app', '--application-id', app]`
 */
export const awsLine = ([command = '', ...options]: string[], endpoint: string): string =>
  [
    ...['AWS_ACCESS_KEY_ID=test', 'AWS_SECRET_ACCESS_KEY=test', 'aws', 'pinpoint', command],
    ...['--region', 'us-east-1', '--endpoint-url', endpoint, ...options],
  ]
    .map(shellQuote)
    .join(' ')

/** The variables with which SDKs and the AWS CLI call the emulator at an endpoint, as a script. */
export const clientVariables = (endpoint: string): string =>
  [
    `export AWS_ENDPOINT_URL_PINPOINT=${endpoint}`,
    'export AWS_ACCESS_KEY_ID=test AWS_SECRET_ACCESS_KEY=test AWS_REGION=us-east-1 AWS_DEFAULT_REGION=us-east-1',
  ].join('\n')
