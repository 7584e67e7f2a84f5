import { type TSchema, TypeGuard } from '@sinclair/typebox'
import { type ValueError, ValueErrorType } from '@sinclair/typebox/errors'
import { holdsSecrets } from './secrets.ts'

/** The wording of messages. */
export interface Wording {
  /** The name of the whole value. */
  root: string
  /** The name of a member, from the names and indexes of its path. */
  member: (parts: string[]) => string
  /** The message for an unknown member, given the known ones. */
  unknown?: (member: string, known: string[]) => string
}

export const ofRequest: Wording = {
  root: 'The request body',
  member: parts => parts.map(cut).join('.'),
}

/** A sentence on a violation: the member, what it must be, and what it is, unless it is secret. */
export function explain({ path, type, schema, value, errors }: ValueError, wording = ofRequest): string {
  if (type === ValueErrorType.Union) {
    // Of an alternative that fits but for its members, the member is named.
    const inner = errors.map(alternative => alternative.First()).find(error => error && error.path !== path)
    if (inner !== undefined) return explain(inner, wording)
  }
  if (path === '') {
    // Fastify passes null if there is no body.
    return value === undefined || value === null
      ? `${wording.root} is required: it must be a JSON object`
      : `${wording.root} must be a JSON object${butGot(schema, value)}`
  }
  const parts = path.slice(1).split('/')
  const names = parts.map(part => part.replaceAll('~1', '/').replaceAll('~0', '~') || '""')
  const member = wording.member(names)
  if (type === ValueErrorType.ArrayMaxItems || type === ValueErrorType.ObjectMaxProperties) {
    return explainCount(schema, member, Object.keys(value as object).length)
  }
  if (type === ValueErrorType.ObjectAdditionalProperties) {
    if (TypeGuard.IsRecord(schema)) {
      const map = names.length === 1 ? wording.root : wording.member(names.slice(0, -1))
      return `${map} must not have the name ${names.at(-1)}`
    }
    const known = Object.keys(schema.properties)
    return (
      wording.unknown?.(member, known) ??
      `${member} is not a name that is known here (names are case-sensitive)`
    )
  }
  if (type === ValueErrorType.ObjectRequiredProperty)
    return `${member} is required: it must be ${expected(schema)}`
  return `${member} must be ${expected(schema)}${butGot(schema, value)}`
}

const butGot = (schema: TSchema, value: unknown): string =>
  holdsSecrets(schema) ? '' : `; got ${describe(value)}`

/** A sentence on a map or list with more entries than its schema allows. */
export function explainCount(schema: TSchema, member: string, count: number): string {
  const max = TypeGuard.IsArray(schema)
    ? `${schema.maxItems} ${schema.items.type === 'string' ? 'values' : 'entries'}`
    : `${schema.maxProperties} names`
  return `${member} must have at most ${max}; got ${count}`
}

function expected(schema: TSchema): string {
  if (TypeGuard.IsUnion(schema)) return schema.anyOf.map(expected).join(' or ')
  if (Array.isArray(schema.enum)) return `one of ${schema.enum.join(', ')}`
  if (TypeGuard.IsArray(schema)) return `a list, each entry ${expected(schema.items)}`
  if (TypeGuard.IsRecord(schema)) {
    const ofValues = Object.values(schema.patternProperties)[0]!
    return TypeGuard.IsUnknown(ofValues) ? 'an object' : `an object, each member ${expected(ofValues)}`
  }
  if (schema.type === 'boolean') return 'true or false'
  if (schema.type === 'object') return 'an object'
  if (schema.type === 'integer') return `a whole number${rangeOf(schema)}`
  if (schema.type === 'number') return `a number${rangeOf(schema)}`
  if (schema.minLength === 1) return 'a string that is not empty'
  return `a ${schema.type}`
}

function rangeOf({ minimum, maximum }: TSchema): string {
  if (minimum === undefined) return ''
  return maximum === undefined ? ` from ${minimum}` : ` from ${minimum} to ${maximum}`
}

/** A short description of a value for a message. */
export function describe(value: unknown): string {
  if (Array.isArray(value)) return 'a list'
  if (typeof value === 'object' && value !== null) return 'an object'
  if (typeof value === 'number') return cut(String(value))
  // Cut first: the value may have megabytes.
  return cut(JSON.stringify(typeof value === 'string' ? value.slice(0, 100) : value))
}

const cut = (text: string): string => (text.length > 80 ? `${text.slice(0, 80)}…` : text)
