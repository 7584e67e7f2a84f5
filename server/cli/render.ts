import { randomUUID } from 'node:crypto'
import { readFileSync } from 'node:fs'
import { type TSchema, Type } from '@sinclair/typebox'
import { Clock } from '../clock/clock.ts'
import { MapOf } from '../model/common.ts'
import { EndpointResponse } from '../model/endpoint.ts'
import type { Position } from '../templates/renderer.ts'
import { removeAbsent } from '../validation/absent.ts'
import { checkOf } from '../validation/check.ts'
import { explainSubstitutions } from '../validation/substitutions.ts'
import type { Outputs } from './import.ts'
import { plain } from './plain.ts'
import type { Remote } from './remote.ts'
import { type RenderOptions, readRenderOptions } from './render-options.ts'
import { reportError, UsageError } from './usage-error.ts'

/**
 * Values by the names of variables: DefaultSubstitutions of a template are any JSON object (source: guide).
 */
const Values = MapOf(Type.Unknown())

/**
 * The command `pinpoint-local render`: a template and values from files, rendered once.
 *
 * @param argv what follows `render`
 * @param outputs the process's own, but in tests
 * @returns the exit status: 0 it renders, 1 it does not, 2 where it could not be tried
 */
export async function runRender(
  env: NodeJS.ProcessEnv,
  argv: string[],
  outputs: Outputs = process,
): Promise<number> {
  try {
    const options = readRenderOptions(env, argv, outputs)
    const text = readFile(options.template)
    const values = readValues(options)
    const rendering =
      options.remote === undefined
        ? await renderHere(text, values, options)
        : await renderThere(text, values, options.remote)
    print(rendering, options, outputs)
    return rendering.failure === undefined ? 0 : 1
  } catch (error) {
    return reportError(error, outputs.stderr)
  }
}

/** What a template renders to, or why it does not. */
interface Outcome {
  text?: string | undefined
  failure?: Position & { message: string }
  /** Variables without a value. An emulator does not say where they are. */
  missing: (Partial<Position> & { name: string })[]
}

async function renderHere(
  text: string,
  values: ReturnType<typeof readValues>,
  { missingVariables }: RenderOptions,
): Promise<Outcome> {
  const { createRenderer } = await import('../templates/renderer.ts')
  const options = { missingVariables, now: new Clock().now(), uuid: randomUUID }
  return createRenderer().render(text, values, options)
}

async function renderThere(
  text: string,
  { endpoint, substitutions }: ReturnType<typeof readValues>,
  remote: Remote,
): Promise<Outcome> {
  const { createEmulatorClient } = await import('./emulator-client.ts')
  const client = createEmulatorClient(remote, new AbortController().signal)
  const { parts, missingVariables, errors } = await client.render({
    text,
    values: endpoint,
    // The first ones count first.
    substitutions: Object.assign({}, ...substitutions.toReversed()),
  })
  const [failure] = errors.map(({ message, line, column }) => ({ message, line, column }))
  return {
    text: parts.text,
    ...(failure !== undefined && { failure }),
    missing: missingVariables.map(name => ({ name })),
  }
}

function readValues({ endpoint, substitutions, defaultSubstitutions }: RenderOptions) {
  return {
    endpoint: endpoint === undefined ? {} : readJson(endpoint, EndpointResponse, unwrapped),
    substitutions: substitutions.map(readSubstitutions),
    defaults: defaultSubstitutions === undefined ? {} : readJson(defaultSubstitutions, Values),
  }
}

function readSubstitutions(file: string): object {
  const values = readJson(file, Values)
  const problem = explainSubstitutions({ ...values }, name => `${file}: ${name}`)
  if (problem !== undefined) throw new UsageError(problem)
  return values
}

/** An endpoint without what the AWS CLI and SDKs put around it. */
function unwrapped(value: unknown): unknown {
  const { EndpointResponse, EndpointRequest } = Object(value)
  return EndpointResponse ?? EndpointRequest ?? value
}

/** @throws UsageError that names the file, and what is wrong with it */
function readJson(file: string, schema: TSchema, take = (value: unknown): unknown => value): object {
  let value: unknown
  try {
    value = take(JSON.parse(readFile(file)))
  } catch (error) {
    if (error instanceof UsageError) throw error
    throw new UsageError(`${file} is not JSON: ${(error as Error).message}`)
  }
  removeAbsent(schema, value)
  const wording = { root: file, member: (parts: string[]) => `${file}: ${parts.join('.')}` }
  const violation = checkOf(schema, wording)(value)
  if (violation !== undefined) throw new UsageError(violation)
  return value as object
}

/**
 * Reads a file, without the byte order mark that it may begin with.
 *
 * @throws UsageError for a file that is not there, or cannot be read
 */
function readFile(file: string): string {
  try {
    return readFileSync(file, 'utf8').replace(/^\ufeff/, '')
  } catch (error) {
    const { code, message } = error as NodeJS.ErrnoException
    throw new UsageError(
      code === 'ENOENT' ? `there is no file ${file}` : `${file} cannot be read: ${message}`,
    )
  }
}

function print(
  { text, failure, missing }: Outcome,
  { template, json, remote }: RenderOptions,
  { stdout, stderr }: Outputs,
): void {
  if (json) {
    const missingVariables = missing.map(({ name }) => name)
    const errors = failure === undefined ? [] : [failure]
    stdout.write(`${JSON.stringify({ text, missingVariables, errors }, null, 2)}\n`)
    return
  }
  const tell = ({ line, column }: Partial<Position>, message: string) => {
    const where = line === undefined ? template : `${template}:${line}:${column}`
    stderr.write(`${plain(`${where}: ${message}`)}\n`)
  }
  if (failure === undefined) {
    stdout.write(text?.endsWith('\n') ? text : `${text}\n`)
    for (const variable of missing) tell(variable, `${variable.name} has no value, and is left blank`)
    return
  }
  tell(failure, failure.message)
  // Of a missing variable that is the failure, enough is said.
  const others = missing.filter(({ name }) => !failure.message.startsWith(`Attribute '${name}' `))
  for (const variable of others) tell(variable, `${variable.name} has no value`)
  if (missing.length > 0 && remote === undefined) {
    stderr.write(
      'Values come from --endpoint, --substitutions and --default-substitutions; --missing-variables blank does without.\n',
    )
  }
}
