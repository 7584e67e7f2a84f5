import { checkEndpoint, checkId, listAttributeValues } from '../../endpoints/check-endpoint.ts'
import { ChannelType } from '../../model/endpoint.ts'
import { isObject } from '../../model/is-object.ts'
import { checkOf } from '../../validation/check.ts'
import { type BadItem, type Item, isBad, joinProblems, type Line, maxReported } from './item.ts'
import { hasNoneBut, ImportedEndpoint, ignoredNames } from './record-schema.ts'

const checkTypes = checkOf(ImportedEndpoint)

/**
 * Checks each record as UpdateEndpoint checks its body. An import also accepts channel types in any
 * case, attribute values that are numbers or not in a list, null for absent members, and the
 * members that only exports have (assumed).
 */
export async function* validateEndpoints(
  batches: AsyncIterable<Item<object>[]> | Iterable<Item<object>[]>,
): AsyncGenerator<Item<ImportedEndpoint>[]> {
  for await (const batch of batches) yield batch.map(validate)
}

function validate(item: Item<object>): Item<ImportedEndpoint> {
  if (isBad(item)) {
    const { rest, ...bad } = item
    return rest === undefined ? bad : badItem(bad.line, [bad.reason, ...problemsIn(rest)], rest)
  }
  const { line, value } = item
  const problem = problemIn(value)
  if (problem === undefined) return { line, value }
  return badItem(line, [...new Set([problem, ...problemsIn(value)])], value)
}

/** Returns the first problem of a record, and normalizes the record in place. */
function problemIn(record: object): string | undefined {
  const endpoint = readEndpoint(record)
  if (typeof endpoint === 'string') return endpoint
  return (endpoint.Id === undefined ? undefined : checkId('Id', endpoint.Id)) ?? checkEndpoint(endpoint)
}

/**
 * Returns all problems of a bad record. A check stops at its first problem, so each member is
 * checked by itself. Good records never come here.
 */
function problemsIn(record: object): string[] {
  const problems: string[] = []
  for (const part of partsOf(record, levels)) {
    const problem = problemIn(part)
    if (problem !== undefined) problems.push(problem)
    if (problems.length > maxReported) break
  }
  return problems
}

/**
 * Splits an object into objects of one member each. A coordinate is accompanied by a valid other
 * one, as both must be given together.
 */
function* partsOf(object: object, levels: number): Generator<Record<string, unknown>> {
  for (const [name, value] of Object.entries(object)) {
    if (levels > 1 && isObject(value) && Object.keys(value).length > 0) {
      for (const part of partsOf(value, levels - 1)) yield { [name]: part }
    } else if (name === 'Latitude' && 'Longitude' in object) yield { Latitude: value, Longitude: 0 }
    else if (name === 'Longitude' && 'Latitude' in object) yield { Latitude: 0, Longitude: value }
    else yield { [name]: value }
  }
}

/** Makes a bad item. From its `rest` the writer sees whether address or channel are missing. */
function badItem(line: Line, problems: string[], record: object): BadItem<ImportedEndpoint> {
  const { Id, Address, ChannelType } = record as Record<string, unknown>
  const id = typeof Id === 'string' ? Id : undefined
  const isLacking = Address === undefined || ChannelType === undefined
  const isIdGood = Id === undefined || (id !== undefined && checkId('Id', id) === undefined)
  return {
    line,
    reason: joinProblems(problems),
    ...(id !== undefined && { id }),
    ...(isLacking &&
      isIdGood &&
      // A record of a user alone needs neither.
      !hasNoneBut(record, 'User') && {
        rest: {
          ...(id !== undefined && { Id: id }),
          ...(Address !== undefined && { Address: 'given' }),
          ...(ChannelType !== undefined && { ChannelType: 'EMAIL' }),
        },
      }),
  }
}

/**
 * Checks the names and types of a record's members, but not their values.
 *
 * @param record normalized in place
 * @returns the record, or its first problem
 */
export function readEndpoint(record: object): ImportedEndpoint | string {
  relax(record as Record<string, unknown>)
  return checkTypes(record) ?? record
}

const channels: ReadonlySet<string> = new Set(ChannelType.enum)

function relax(record: Record<string, unknown>): void {
  for (const name of ignoredNames) if (name in record) delete record[name]
  dropNull(record, levels)
  if (typeof record.ChannelType === 'string') {
    const channel = record.ChannelType.toUpperCase()
    // Another one stays as it was given, as the message quotes it.
    if (channels.has(channel)) record.ChannelType = channel
  }
  listAttributeValues(record, scalarAsText)
}

/** Numbers and booleans as attribute values are converted to text (assumed). */
const scalarAsText = (value: unknown) =>
  typeof value === 'number' || typeof value === 'boolean' ? String(value) : value

/** Levels of objects in a record: itself, User, UserAttributes. Deeper ones are refused anyway. */
const levels = 3

function dropNull(object: Record<string, unknown>, levels: number): void {
  for (const name in object) {
    const value = object[name]
    if (value === null) delete object[name]
    else if (levels > 1 && isObject(value)) dropNull(value, levels - 1)
  }
}
