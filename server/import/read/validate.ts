import { checkEndpoint, checkId, isObject, listAttributeValues } from '../../endpoints/check-endpoint.ts'
import { checkOf } from '../../validation/check.ts'
import { type BadItem, type Item, isBad, joinProblems, type Line, maxTold } from './item.ts'
import { hasNoneBut, ImportedEndpoint, ignoredNames } from './record-schema.ts'

const checkTypes = checkOf(ImportedEndpoint)

/**
 * Checks each record as UpdateEndpoint checks its body. What an import takes more lightly: a channel in any case, an
 * attribute's value outside a list or as a number, null for absent, and the members of an export that say nothing
 * here (assumed).
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

/** Gives the first thing that is wrong with a record, and changes the record to the form in which it is kept. */
function problemIn(record: object): string | undefined {
  const endpoint = readEndpoint(record)
  if (typeof endpoint === 'string') return endpoint
  return (endpoint.Id === undefined ? undefined : checkId('Id', endpoint.Id)) ?? checkEndpoint(endpoint)
}

/**
 * Gives all that is wrong with a record that is bad. A check ends at the first thing that it finds, so each member is
 * checked by itself: this costs nothing but where something is wrong.
 */
function problemsIn(record: object): string[] {
  const problems: string[] = []
  for (const part of partsOf(record, levels)) {
    const problem = problemIn(part)
    if (problem !== undefined) problems.push(problem)
    if (problems.length > maxTold) break
  }
  return problems
}

/** Each member in an object of its own; coordinates, which must be given together, with a good one beside them. */
function* partsOf(object: object, levels: number): Generator<Record<string, unknown>> {
  for (const [name, value] of Object.entries(object)) {
    if (levels > 1 && isObject(value) && Object.keys(value).length > 0) {
      for (const part of partsOf(value, levels - 1)) yield { [name]: part }
    } else if (name === 'Latitude' && 'Longitude' in object) yield { Latitude: value, Longitude: 0 }
    else if (name === 'Longitude' && 'Latitude' in object) yield { Latitude: 0, Longitude: value }
    else yield { [name]: value }
  }
}

/** A bad record, with what tells whether its endpoint would lack an address or a channel as well. */
function badItem(line: Line, problems: string[], record: object): BadItem<ImportedEndpoint> {
  const { Id, Address, ChannelType } = record as Record<string, unknown>
  const id = typeof Id === 'string' ? Id : undefined
  const isLacking = Address === undefined || ChannelType === undefined
  const isIdGood = Id === undefined || (id !== undefined && checkId('Id', id) === undefined)
  return {
    ...{ line, reason: joinProblems(problems) },
    ...(id !== undefined && { id }),
    ...(isLacking &&
      isIdGood &&
      // It may be meant as one of a user alone, which needs neither.
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
 * Reads a record as an endpoint: its names and types are Pinpoint's, whatever its values are.
 *
 * @param record is changed in place
 * @returns the record, or which of its members is wrong
 */
export function readEndpoint(record: object): ImportedEndpoint | string {
  relax(record as Record<string, unknown>)
  return checkTypes(record) ?? record
}

function relax(record: Record<string, unknown>): void {
  for (const name of ignoredNames) if (name in record) delete record[name]
  dropNull(record, levels)
  if (typeof record.ChannelType === 'string') record.ChannelType = record.ChannelType.toUpperCase()
  listAttributeValues(record, scalarAsText)
}

/** Numbers and truth values of attributes are taken as the text that they are written as (assumed). */
const scalarAsText = (value: unknown) =>
  typeof value === 'number' || typeof value === 'boolean' ? String(value) : value

/** Levels of objects in a record: itself, User, UserAttributes. What lies deeper is refused anyway. */
const levels = 3

function dropNull(object: Record<string, unknown>, levels: number): void {
  for (const name in object) {
    const value = object[name]
    if (value === null) delete object[name]
    else if (levels > 1 && isObject(value)) dropNull(value, levels - 1)
  }
}
