import { readdirSync, readFileSync, statSync } from 'node:fs'
import { join } from 'node:path'
import { checkEndpoint, checkId, listAttributeValues } from '../endpoints/check-endpoint.ts'
import { PinpointException } from '../http/errors/exceptions.ts'
import { isObject } from '../model/is-object.ts'
import type { PhoneNumberFacts } from '../model/phone-number.ts'
import { checkDefinition } from '../resources/import-jobs/definition.ts'
import { readSaidNumber } from '../resources/phone-numbers/validate-number.ts'
import { checkTags } from '../resources/tags/check-tags.ts'
import { violationsIn } from '../validation/check.ts'
import { SeedError } from './seed-error.ts'
import { type SeedApp, SeedFile } from './shapes.ts'

/** An application of the seed. */
export interface LocatedApp {
  /** Where it stands in the seed: `seed.json: apps[0]`. */
  location: string
  app: SeedApp
}

/** What all files of the seed say. */
export interface ReadSeed {
  apps: LocatedApp[]
  /** As `phoneDigits` makes them, each with what is said of it. */
  phoneNumbers: Map<string, PhoneNumberFacts>
}

/**
 * Reads a file, or all `.json` files of a folder in the order of their names, and checks everything
 * that can be checked without the database, by the rules of the API.
 *
 * @throws SeedError that names every mistake
 */
export async function readSeed(path: string): Promise<ReadSeed> {
  const mistakes: string[] = []
  const located: LocatedApp[] = []
  const phoneNumbers: ReadSeed['phoneNumbers'] = new Map()
  for (const file of filesOf(path)) {
    const { apps, phoneNumbers: said = [], problems } = await readFile(file)
    located.push(...apps.map((app, index) => ({ location: `${file}: apps[${index}]`, app })))
    mistakes.push(...problems.map(problem => `${file}: ${problem}`))
    for (const [index, { PhoneNumber, ...facts }] of said.entries()) {
      const location = `${file}: phoneNumbers[${index}]`
      const add = () => phoneNumbers.set(readSaidNumber('PhoneNumber', PhoneNumber), facts)
      mistakes.push(...problemOf(location, add))
    }
  }
  mistakes.push(...located.flatMap(checkApp), ...checkDuplicates(located))
  if (mistakes.length > 0) throw new SeedError(mistakes)
  return { apps: located, phoneNumbers }
}

/** Reads what a file says, or everything that does not fit their schema. */
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

/** Parses a file, or returns what is wrong with it. */
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

/** Makes lists of single attribute values, as the API does. */
function listValues(json: unknown): void {
  for (const app of membersOf(json, 'apps')) {
    for (const endpoint of membersOf(app, 'endpoints')) listAttributeValues(endpoint)
  }
}

function membersOf(value: unknown, name: string): unknown[] {
  const list = isObject(value) ? value[name] : undefined
  return Array.isArray(list) ? list : []
}

/** A path in JavaScript's notation: `apps[0].endpoints[2].Address`. */
const nameOf = (parts: string[]): string =>
  parts.reduce((name, part) => {
    if (/^\d+$/.test(part)) return `${name}[${part}]`
    return name === '' ? part : `${name}.${part}`
  }, '')

/** Checks what the schema cannot express. */
function checkApp({ location, app }: LocatedApp): string[] {
  const { Id, tags = {}, endpoints = [], imports = [] } = app
  const found = [
    ...(/^[0-9a-f]{32}$/.test(Id)
      ? []
      : [
          `${location}.Id must be 32 lower-case hexadecimal digits, as Pinpoint's own; got ${JSON.stringify(Id)}`,
        ]),
    ...problemOf(location, () => checkTags(tags)),
    ...endpoints.flatMap((endpoint, index) => {
      const problem = checkId('Id', endpoint.Id) ?? checkEndpoint(endpoint)
      return problem === undefined ? [] : [locateProblem(`${location}.endpoints[${index}]`, problem)]
    }),
    ...imports.flatMap((request, index) =>
      problemOf(`${location}.imports[${index}]`, () => checkDefinition(request)),
    ),
  ]
  const indexes = new Map<string, number>()
  for (const [index, { Id }] of endpoints.entries()) {
    const first = indexes.get(Id.toLowerCase())
    if (first === undefined) indexes.set(Id.toLowerCase(), index)
    else
      found.push(
        `${location}.endpoints[${index}].Id must not be that of endpoints[${first}]; got ${JSON.stringify(Id)}`,
      )
  }
  return found
}

/** Prefixes a problem with its location. Most problems begin with the name of the member. */
export const locateProblem = (location: string, problem: string): string =>
  /^(tags|[A-Z])[\w.]* (must|and) /.test(problem) ? `${location}.${problem}` : `${location}: ${problem}`

/** Checks that no two applications have the same id. */
function checkDuplicates(apps: LocatedApp[]): string[] {
  const locations = new Map<string, string>()
  return apps.flatMap(({ location, app: { Id } }) => {
    const first = locations.get(Id)
    if (first !== undefined)
      return [`${location}.Id must not be that of another application: ${Id} is ${first}`]
    locations.set(Id, location)
    return []
  })
}

/** Runs a check of the API, and returns its exception's message as a problem. */
export function problemOf(location: string, check: () => void): string[] {
  try {
    check()
    return []
  } catch (error) {
    if (error instanceof PinpointException) return [locateProblem(location, error.message)]
    throw error
  }
}
