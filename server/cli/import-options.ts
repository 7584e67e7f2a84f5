import { Argument, Command, Option } from 'commander'
import type { Format } from '../model/import-job.ts'
import { loadConfig } from '../process/config.ts'
import { allSettings, type Config, variablesOf } from '../process/settings.ts'
import { addRemoteFlags, pick, type Remote, readRemote } from './remote.ts'
import { addSettings, helpConfiguration } from './settings-flags.ts'
import { UsageError } from './usage-error.ts'

/** What was typed after `import`. */
export interface ImportOptions {
  /** A file, a folder or an S3 URL, as it was typed. */
  what: string
  format: Format | undefined
  /** The emulator that is to import; undefined for one that is thrown away. */
  remote: Remote | undefined
  application: string | undefined
  segmentName: string | undefined
  json: boolean
  /** How many records may be refused of a job that counts as a success; undefined for any number. */
  maxFailures: MaxFailures | undefined
  /** How the emulator that is thrown away is set. */
  config: Readonly<Config>
}

/**
 * The settings of an emulator that is thrown away: where S3 is, and what an import can be seen to depend on.
 */
const s3Settings = ['s3Dir', 's3Endpoint', 's3AllowAws', 's3ForcePathStyle', 'region']
const settings = [...s3Settings, 'pieceBytes']

/**
 * The variables that the command reads for any import, and for one from S3. Others are about a
 * server, and may be set for one.
 */
const variables = variablesOf(allSettings.pieceBytes!)
const s3Variables = [
  ...s3Settings.flatMap(name => variablesOf(allSettings[name]!)),
  ...['AWS_ACCESS_KEY_ID', 'AWS_SECRET_ACCESS_KEY', 'AWS_SESSION_TOKEN'],
]

const examples = `
Without --url, an emulator runs in this process for as long as the import does,
and nothing is kept: will this file import, and if not, why not?

  pinpoint-local import users.csv
  pinpoint-local import exports/ --format JSON
  pinpoint-local import s3://demo/users.csv --s3-dir ./buckets

With --url, the emulator there imports, from a file that is uploaded to it or an
S3 URL that it can read, and keeps what it has imported:

  pinpoint-local import users.csv --url http://127.0.0.1:7467
  pinpoint-local import s3://demo/users.csv --url http://127.0.0.1:7467

What comes out goes to stdout, progress to stderr. Exit status: 0 the job is
COMPLETED, whatever number of records was refused, unless --max-failures says
how many may be; 1 it is FAILED, or more were refused; 2 it could not be run.`

/**
 * Reads the command line of `import`.
 *
 * @param argv what follows `import`
 * @throws CommanderError, with everything printed, for `--help` and what commander
 *   refuses; UsageError; StartError
 */
export function readImportOptions(
  env: NodeJS.ProcessEnv,
  argv: string[],
  { stdout, stderr }: { stdout: NodeJS.WritableStream; stderr: NodeJS.WritableStream },
): ImportOptions {
  const command = addRemoteFlags(
    new Command('pinpoint-local import'),
    'the running emulator that is to import',
  )
    .description('Imports endpoints once, and prints what was counted and what was refused.')
    .usage('FILE [flags]')
    .addArgument(new Argument('FILE', 'a file, a folder of them, or s3://bucket/key-or-prefix'))
    .addOption(
      new Option(
        '--format <CSV|JSON>',
        "needed where neither the name nor a file's content tells it",
      ).argParser(readFormat),
    )
    .option('--application <id>', 'with --url: where to import; a new one by default')
    .option('--segment-name <name>', 'makes a segment of this name of the endpoints')
    .addOption(
      new Option(
        '--max-failures <n|n%>',
        'exit status 1 when more records are refused: a number of them, or a part of all, such as 10 or 1%; by default any number may be',
      ).argParser(readMaxFailures),
    )
    .option(
      '--json',
      'prints one JSON document {"job", "failures", "skipped", "skippedTotal"} on stdout instead',
    )
    .addHelpText('after', examples)
    .configureHelp(helpConfiguration)
    .configureOutput({ writeOut: text => stdout.write(text), writeErr: text => stderr.write(text) })
    .exitOverride()
  addSettings(command, settings)
  command.parse(argv, { from: 'user' })
  const given = command.opts()
  const what = command.args[0]!
  const remote = readRemote(env, given)
  refuse(given, { isS3: isS3(what) })
  // An emulator that is thrown away is on no known port, and no AWS_ENDPOINT_URL is its own.
  const read = isS3(what) ? [...variables, ...s3Variables] : variables
  const config = loadConfig(given.url === undefined ? pick(env, read) : {}, {
    ...Object.fromEntries(settings.map(name => [name, given[name]])),
    port: '0',
    ephemeral: 'true',
    logLevel: 'silent',
  })
  return {
    what,
    format: given.format,
    remote,
    application: given.application,
    segmentName: given.segmentName,
    json: given.json === true,
    maxFailures: given.maxFailures,
    config,
  }
}

/** Whether what is to be imported is in S3, by its name. */
export const isS3 = (what: string): boolean => /^s3:/i.test(what)

/** Refuses flags that would be without an effect. */
function refuse(given: Record<string, unknown>, { isS3 }: { isS3: boolean }): void {
  if (given.url === undefined && given.application !== undefined) {
    throw new UsageError(
      '--application goes with --url: without it, the emulator is new, and so is its application',
    )
  }
  const idle = (given.url === undefined ? s3Settings : settings).find(name => given[name] !== undefined)
  if (idle === undefined || (given.url === undefined && isS3)) return
  const flag = `--${idle.replace(/[A-Z]/g, letter => `-${letter.toLowerCase()}`)}`
  throw new UsageError(
    given.url === undefined
      ? `${flag} goes with an s3:// URL: a file or folder is read where it is`
      : `${flag} is without an effect with --url: the emulator there has settings of its own`,
  )
}

function readFormat(text: string): Format {
  const format = text.toUpperCase()
  if (format === 'CSV' || format === 'JSON') return format
  throw new UsageError(`--format must be CSV or JSON (one object a line); got ${JSON.stringify(text)}`)
}

/** How many records may be refused, as it was typed. */
export interface MaxFailures {
  text: string
  allows: (refused: number, read: number) => boolean
}

function readMaxFailures(text: string): MaxFailures {
  const [, number, percent] = text.match(/^(\d+(?:\.\d+)?)(%?)$/) ?? []
  const limit = Number(number)
  const isPart = percent === '%'
  if (number === undefined || (isPart ? limit > 100 : !Number.isSafeInteger(limit))) {
    throw new UsageError(
      `--max-failures must be a number of records such as 10, or a part of all such as 1%; got ${JSON.stringify(text)}`,
    )
  }
  return { text, allows: (refused, read) => (isPart ? refused * 100 <= read * limit : refused <= limit) }
}
