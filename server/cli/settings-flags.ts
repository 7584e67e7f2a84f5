import { Command, type HelpConfiguration, Option } from 'commander'
import { allSettings, ownPrefix } from '../process/settings.ts'
import { StartError } from '../process/start-error.ts'
import { version } from '../version.ts'

/** `--help` is as wide on everything on which it is printed. */
export const helpConfiguration: HelpConfiguration = { helpWidth: 80 }

/**
 * Reads the flags of `serve`. Answers `--help` and `--version` and ends the process for them, and for a
 * flag that does not exist.
 *
 * @param argv what follows the program's name
 * @returns the flags that are there, by the settings' names: text, or true for one that stands alone
 * @throws StartError when there is more than flags
 */
export function readFlags(argv: string[]): Record<string, unknown> {
  const program = new Command('pinpoint-local')
    .description(
      'An emulator of Amazon Pinpoint that really imports your endpoints.\n\nCommands:\n  serve         runs the emulator until a signal ends it; need not be named\n  import FILE   imports a file or an S3 URL once, and says what became of it:\n                see pinpoint-local import --help\n  render FILE   renders a message template once, and says what is missing:\n                see pinpoint-local render --help',
    )
    .version(version)
    .usage('[serve] [flags]')
    .addHelpText(
      'after',
      `\nEvery setting is a flag and an environment variable; the flag wins.\n${ownPrefix}<NAME>, as ${ownPrefix}PORT, is read as well, and wins over\n<NAME>, which may be set for another program.`,
    )
    .configureHelp({ ...helpConfiguration, visibleArguments: () => [] })
    .argument('[command...]')
  addSettings(program, Object.keys(allSettings))
  program.parse(argv, { from: 'user' })
  serveOnly(program.args)
  return program.opts()
}

/** Adds the flags of some settings to a command. */
export function addSettings(command: Command, names: readonly string[]): void {
  for (const name of names) {
    const { flag, argument, variables, meaning, default: byDefault } = allSettings[name]!
    const fallback = byDefault === undefined ? '' : `; default ${byDefault}`
    const option = new Option(
      `${flag} ${argument === undefined ? '[true|false]' : `<${argument}>`}`,
      `${meaning} (${variables.join(', ')}${fallback})`,
    )
    command.addOption(option)
    if (option.attributeName() !== name) throw new Error(`the setting ${name} has the flag ${flag}`)
  }
}

function serveOnly([command = 'serve', ...more]: string[]): void {
  if (command !== 'serve') {
    throw new StartError(
      `there is no command ${command}: the commands are serve, import and render, and come before all flags`,
    )
  }
  if (more.length > 0) throw new StartError(`serve takes flags alone; got ${more.join(' ')}`)
}
