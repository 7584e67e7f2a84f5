import { emulatorUrl } from '../../api/calls.ts'

/** A text as one word of a shell's line. */
export const shellWord = (text: string): string =>
  /^[\w@%+=:,./-]+$/.test(text) ? text : `'${text.replaceAll("'", `'\\''`)}'`

/** The line that makes a call with the AWS CLI, to this emulator. */
export function awsCli(command: string, options: Record<string, unknown>): string {
  const words = Object.entries(options).map(
    ([name, value]) => `--${name} ${shellWord(typeof value === 'string' ? value : JSON.stringify(value))}`,
  )
  const credentials =
    'AWS_ACCESS_KEY_ID=test AWS_SECRET_ACCESS_KEY=test AWS_REGION=us-east-1 AWS_DEFAULT_REGION=us-east-1'
  return [
    `${credentials} aws pinpoint ${command}`,
    `--endpoint-url ${shellWord(emulatorUrl)}`,
    ...words,
  ].join(' \\\n  ')
}
