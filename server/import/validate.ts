import { TypeCompiler } from '@sinclair/typebox/compiler'
import { checkEndpoint, checkId, isObject, listAttributeValues } from '../endpoint-rules/check-endpoint.ts'
import { explain } from '../shapes/explain.ts'
import { ImportedEndpoint, ignoredNames } from './imported-names.ts'
import { eachGood, type Item } from './item.ts'

const types = TypeCompiler.Compile(ImportedEndpoint)

/**
 * Checks each record as UpdateEndpoint checks its body. What an import takes more lightly: a channel in any case, an
 * attribute's value outside a list, null for absent, and the members of an export that say nothing here (assumed).
 */
export const validateEndpoints = (batches: AsyncIterable<Item<object>[]> | Iterable<Item<object>[]>) =>
  eachGood<object, ImportedEndpoint>(batches, record => {
    relax(record as Record<string, unknown>)
    if (!types.Check(record)) return explain(types.Errors(record).First()!)
    if (record.Id !== undefined) {
      const problem = checkId('Id', record.Id)
      if (problem !== undefined) return problem
    }
    return checkEndpoint(record) ?? record
  })

function relax(record: Record<string, unknown>): void {
  for (const name of ignoredNames) if (name in record) delete record[name]
  dropNull(record, levels)
  if (typeof record.ChannelType === 'string') record.ChannelType = record.ChannelType.toUpperCase()
  listAttributeValues(record)
}

/** Levels of objects in a record: itself, User, UserAttributes. What lies deeper is refused anyway. */
const levels = 3

function dropNull(object: Record<string, unknown>, levels: number): void {
  for (const name in object) {
    const value = object[name]
    if (value === null) delete object[name]
    else if (levels > 1 && isObject(value)) dropNull(value, levels - 1)
  }
}
