import { checkEndpoint, checkId, isObject, listAttributeValues } from '../endpoint-rules/check-endpoint.ts'
import { checkOf } from '../shapes/check.ts'
import { ImportedEndpoint, ignoredNames } from './imported-names.ts'
import { eachGood, type Item } from './item.ts'

const checkTypes = checkOf(ImportedEndpoint)

/**
 * Checks each record as UpdateEndpoint checks its body. What an import takes more lightly: a channel in any case, an
 * attribute's value outside a list or as a number, null for absent, and the members of an export that say nothing
 * here (assumed).
 */
export const validateEndpoints = (batches: AsyncIterable<Item<object>[]> | Iterable<Item<object>[]>) =>
  eachGood<object, ImportedEndpoint>(batches, record => {
    const endpoint = readEndpoint(record)
    if (typeof endpoint === 'string') return endpoint
    if (endpoint.Id !== undefined) {
      const problem = checkId('Id', endpoint.Id)
      if (problem !== undefined) return problem
    }
    return checkEndpoint(endpoint) ?? endpoint
  })

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
