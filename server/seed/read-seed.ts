import { readdirSync, readFileSync, statSync } from 'node:fs'
import { join } from 'node:path'
import { checkEndpoint, checkId, isObject, listAttributeValues } from '../endpoints/check-endpoint.ts'
import { PinpointException } from '../http/errors/exceptions.ts'
import { checkDefinition } from '../resources/import-jobs/definition.ts'
import { checkTags } from '../resources/tags/check-tags.ts'
import { violationsIn } from '../validation/check.ts'
import { SeedError } from './seed-error.ts'
import { type SeedApp, SeedFile } from './shapes.ts'

/** An application of the seed, and where it stands: `seed.json: apps[0]`. */
export interface PlacedApp {
  at: string
  app: SeedApp
}

/**
 * Reads a file, or all `.json` files of a folder in the order of their names, and checks all that can be told without the
 * database, by the rules of the API.
 *
 * @throws SeedError that names every mistake
 */
export async function readSeed(path: string): Promise<PlacedApp[]> {
  const mistakes: string[] = []
  const placed: PlacedApp[] = []
  for (const file of filesOf(path)) {
    const { apps, problems } = await readFile(file)
    placed.push(...apps.map((app, index) => ({ at: `${file}: apps[${index}]`, app })))
    mistakes.push(...problems.map(problem => `${file}: ${problem}`))
  }
  mistakes.push(...placed.flatMap(checkApp), ...checkDoubles(placed))
  if (mistakes.length > 0) throw new SeedError(mistakes)
  return placed
}

/** Gives the applications of a file, or all that is wrong with its types. */
async function readFile(file: string): Promise<SeedFile & { problems: string[] }> {
  const read = await parse(file)
  if ('problem' in read) return { apps: [], problems: [read.problem] }
  listValues(read.json)
  const problems = violationsIn(SeedFile, read.json, { root: 'the file', member: nameOf })
  return problems.length > 0 ? { apps: [], problems } : { ...(read.json as SeedFile), problems }
}

function filesOf(path: string): string[] {
  try {
    if (!statSync(path).isDirectory()) return [path]
    const names = readdirSync(path).filter(name => name.endsWith('.json') && !name.startsWith('.'))
    if (names.length === 0)
      throw new SeedError([`${path}: the folder has no file whose name ends with .json`])
    return names.sort().map(name => join(path, name))
  } catch (error) {
    if (error instanceof SeedError) throw error
    throw new SeedError([`${path}: it cannot be read (${(error as Error).message})`])
  }
}

const utf8 = new TextDecoder('utf-8', { fatal: true })

/** The JSON of a file, or what is wrong with it. */
async function parse(file: string): Promise<{ json: unknown } | { problem: string }> {
  let text: string
  try {
    text = utf8.decode(readFileSync(file))
  } catch (error) {
    const isRead = error instanceof TypeError
    return { problem: isRead ? 'the file must be UTF-8' : `it cannot be read (${(error as Error).message})` }
  }
  try {
    return { json: JSON.parse(text) }
  } catch {
    const { jsonSyntaxError } = await import('../import/read/json-syntax-error.ts')
    const { problem, line, column } = jsonSyntaxError(text)
    return { problem: `line ${line}, column ${column}: not JSON: ${problem}` }
  }
}

/** Puts attribute values that stand alone into lists, as the API does. */
function listValues(json: unknown): void {
  for (const app of membersOf(json, 'apps')) {
    for (const endpoint of membersOf(app, 'endpoints')) listAttributeValues(endpoint)
  }
}

function membersOf(value: unknown, name: string): unknown[] {
  const list = isObject(value) ? value[name] : undefined
  return Array.isArray(list) ? list : []
}

/** A place as JavaScript would name it: `apps[0].endpoints[2].Address`. */
const nameOf = (parts: string[]): string =>
  parts.reduce((name, part) => {
    if (/^\d+$/.test(part)) return `${name}[${part}]`
    return name === '' ? part : `${name}.${part}`
  }, '')

/** What the types of the members cannot say. */
function checkApp({ at, app }: PlacedApp): string[] {
  const { Id, tags = {}, endpoints = [], imports = [] } = app
  const found = [
    ...(/^[0-9a-f]{32}$/.test(Id)
      ? []
      : [`${at}.Id must be 32 lower-case hexadecimal digits, as Pinpoint's own; got ${JSON.stringify(Id)}`]),
    ...problemOf(at, () => checkTags(tags)),
    ...endpoints.flatMap((endpoint, index) => {
      const problem = checkId('Id', endpoint.Id) ?? checkEndpoint(endpoint)
      return problem === undefined ? [] : [placeProblem(`${at}.endpoints[${index}]`, problem)]
    }),
    ...imports.flatMap((request, index) =>
      problemOf(`${at}.imports[${index}]`, () => checkDefinition(request)),
    ),
  ]
  const places = new Map<string, number>()
  for (const [index, { Id }] of endpoints.entries()) {
    const first = places.get(Id.toLowerCase())
    if (first === undefined) places.set(Id.toLowerCase(), index)
    else
      found.push(
        `${at}.endpoints[${index}].Id must not be that of endpoints[${first}]; got ${JSON.stringify(Id)}`,
      )
  }
  return found
}

/** Puts a place before what is wrong there; most sentences begin with the member that they are about. */
export const placeProblem = (at: string, problem: string): string =>
  /^(tags|[A-Z])[\w.]* (must|and) /.test(problem) ? `${at}.${problem}` : `${at}: ${problem}`

function checkDoubles(placed: PlacedApp[]): string[] {
  const places = new Map<string, string>()
  return placed.flatMap(({ at, app: { Id } }) => {
    const first = places.get(Id)
    if (first !== undefined) return [`${at}.Id must not be that of another application: ${Id} is ${first}`]
    places.set(Id, at)
    return []
  })
}

/** What a check of the API refuses, where it does. */
export function problemOf(at: string, check: () => void): string[] {
  try {
    check()
    return []
  } catch (error) {
    if (error instanceof PinpointException) return [placeProblem(at, error.message)]
    throw error
  }
}
