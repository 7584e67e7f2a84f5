import type { TSchema } from '@sinclair/typebox'
import { type TypeCheck, TypeCompiler } from '@sinclair/typebox/compiler'
import { type ValueError, type ValueErrorIterator, ValueErrorType } from '@sinclair/typebox/errors'
import { explain, type Wording } from './explain.ts'

/**
 * Makes a validator of values. It gives a sentence on the first violation of the schema, undefined
 * if there is none.
 *
 * It is compiled when it is first used: compiling the schemas of all routes would take more than
 * half of a start.
 */
export function checkOf(schema: TSchema, wording?: Wording): (value: unknown) => string | undefined {
  let types: TypeCheck<TSchema> | undefined
  return value => {
    types ??= TypeCompiler.Compile(schema)
    return types.Check(value) ? undefined : explain(mainViolation(types.Errors(value), wording), wording)
  }
}

/**
 * The first violation. A wording that names unknown members has one of those named before a missing
 * member: it is probably the missing one, misspelt.
 */
function mainViolation(errors: ValueErrorIterator, wording: Wording | undefined): ValueError {
  const first = errors.First()!
  if (wording?.unknown === undefined || first.type !== ValueErrorType.ObjectRequiredProperty) return first
  for (const error of errors) if (error.type === ValueErrorType.ObjectAdditionalProperties) return error
  return first
}

/** Validates a value. Gives one sentence for each member that violates the schema. */
export function violationsIn(schema: TSchema, value: unknown, wording: Wording): string[] {
  const violations = new Map<string, string>()
  for (const error of TypeCompiler.Compile(schema).Errors(value)) {
    if (!violations.has(error.path)) violations.set(error.path, explain(error, wording))
  }
  return [...violations.values()]
}
