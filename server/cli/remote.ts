import type { Command } from 'commander'
import { loadConfig } from '../process/config.ts'
import { UsageError } from './usage-error.ts'

/** A running emulator, and the credentials that it may want. */
export interface Remote {
  /** Without a slash at the end. */
  url: string
  controlToken: string | undefined
  /** Signs requests, if the emulator wants that and there is no token. */
  keys: AccessKeys | undefined
}

/** An access key, and the Region that its signatures name. */
export interface AccessKeys {
  accessKeyId: string
  secretAccessKey: string
  region: string
}

/** Adds the flags that name a running emulator. @param url the meaning of `--url` */
export const addRemoteFlags = (command: Command, url: string): Command =>
  command
    .option('--url <url>', url)
    .option('--control-token <token>', 'with --url: what opens its control calls (CONTROL_TOKEN)')

/**
 * Reads what names a running emulator, from flags and variables.
 *
 * @returns undefined without `--url`
 * @throws UsageError; StartError for a token that is none
 */
export function readRemote(
  env: NodeJS.ProcessEnv,
  { url, controlToken }: { url?: string; controlToken?: string },
): Remote | undefined {
  if (url === undefined) {
    if (controlToken === undefined) return undefined
    throw new UsageError('--control-token goes with --url: without it, no other emulator is called')
  }
  const { AWS_ACCESS_KEY_ID: accessKeyId, AWS_SECRET_ACCESS_KEY: secretAccessKey } = env
  const settings = loadConfig(
    pick(env, ['CONTROL_TOKEN', 'PINPOINT_LOCAL_CONTROL_TOKEN', 'AWS_REGION', 'PINPOINT_LOCAL_AWS_REGION']),
    { controlToken },
  )
  return {
    url: readUrl(url),
    controlToken: settings.controlToken,
    keys:
      accessKeyId && secretAccessKey ? { accessKeyId, secretAccessKey, region: settings.region } : undefined,
  }
}

function readUrl(text: string): string {
  const url = URL.parse(text)
  if (url === null || !/^https?:$/.test(url.protocol)) {
    throw new UsageError(`--url must be a URL such as http://127.0.0.1:7467; got ${JSON.stringify(text)}`)
  }
  return text.replace(/\/+$/, '')
}

/** Those of some variables that are set. */
export const pick = (env: NodeJS.ProcessEnv, names: readonly string[]): NodeJS.ProcessEnv =>
  Object.fromEntries(names.map(name => [name, env[name]]))
