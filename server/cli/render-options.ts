import { Argument, Command } from 'commander'
import { loadConfig } from '../process/config.ts'
import { allSettings, type Config, variablesOf } from '../process/settings.ts'
import { addRemoteFlags, type Remote, readRemote } from './remote.ts'
import { addSettings, helpConfiguration } from './settings-flags.ts'
import { UsageError } from './usage-error.ts'

/** What was typed after `render`. */
export interface RenderOptions {
  /** The file with the template. */
  template: string
  /** Files with values; those of substitutions in the order in which they count. */
  endpoint: string | undefined
  substitutions: string[]
  defaultSubstitutions: string | undefined
  missingVariables: Config['missingVariables']
  /** The emulator that is to render; undefined for this process. */
  remote: Remote | undefined
  json: boolean
}

const examples = `
A template is the text of one part, such as the HtmlPart of an e-mail. Values
come from files, and no emulator needs to run. Of two values of a variable, the
one of --substitutions counts before the one of --endpoint, and that before the
one of --default-substitutions.

  pinpoint-local render mail.hbs --endpoint ann.json
  pinpoint-local render sms.hbs --substitutions code.json --missing-variables blank

With --url, the emulator there renders, by its own clock and settings:

  pinpoint-local render mail.hbs --endpoint ann.json --url http://127.0.0.1:7467

  ann.json    what GetEndpoint answers, or an EndpointRequest
  code.json   {"OTP": "123456"}, or as in a message: {"OTP": ["123456"]}

What would be sent goes to stdout; missing variables and errors go to stderr, as
file:line:column. Exit status: 0 it renders; 1 it does not render; 2 it could not
be tried.`

/**
 * Reads the command line of `render`.
 *
 * @param argv what follows `render`
 * @throws CommanderError, with everything printed, for `--help` and what commander refuses; StartError
 */
export function readRenderOptions(
  env: NodeJS.ProcessEnv,
  argv: string[],
  { stdout, stderr }: { stdout: NodeJS.WritableStream; stderr: NodeJS.WritableStream },
): RenderOptions {
  const command = addRemoteFlags(
    new Command('pinpoint-local render'),
    'the running emulator that is to render',
  )
    .description('Renders a message template, and prints what would be sent.')
    .usage('FILE [flags]')
    .addArgument(new Argument('FILE', 'a file with a template'))
    .option('--endpoint <file>', 'JSON: the endpoint that it is rendered for')
    .option(
      '--substitutions <file>',
      'JSON: the Substitutions of a message; given twice, those of the recipient and of the message',
      (file: string, before: string[] = []) => [...before, file],
    )
    .option('--default-substitutions <file>', 'JSON: the DefaultSubstitutions of the template')
    .option('--json', 'prints one JSON document {"text", "missingVariables", "errors"} on stdout instead')
    .addHelpText('after', examples)
    .configureHelp(helpConfiguration)
    .configureOutput({ writeOut: text => stdout.write(text), writeErr: text => stderr.write(text) })
    .exitOverride()
  addSettings(command, ['missingVariables'])
  command.parse(argv, { from: 'user' })
  const { endpoint, substitutions = [], defaultSubstitutions, missingVariables, json } = command.opts()
  const remote = readRemote(env, command.opts())
  if (remote !== undefined) refuseWithUrl({ defaultSubstitutions, missingVariables })
  const variables = variablesOf(allSettings.missingVariables!).map(name => [name, env[name]])
  const config = loadConfig(Object.fromEntries(variables), { missingVariables })
  return {
    template: command.args[0]!,
    endpoint,
    substitutions,
    defaultSubstitutions,
    missingVariables: config.missingVariables,
    remote,
    json: json === true,
  }
}

/** @throws UsageError for flags that have no effect with `--url` */
function refuseWithUrl({
  defaultSubstitutions,
  missingVariables,
}: Record<'defaultSubstitutions' | 'missingVariables', string | undefined>): void {
  if (defaultSubstitutions !== undefined) {
    throw new UsageError(
      '--default-substitutions has no effect with --url: the emulator there knows them of stored templates alone',
    )
  }
  if (missingVariables !== undefined) {
    throw new UsageError(
      '--missing-variables has no effect with --url: the emulator there has its own setting',
    )
  }
}
