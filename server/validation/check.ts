import type { TSchema } from '@sinclair/typebox'
import { type TypeCheck, TypeCompiler } from '@sinclair/typebox/compiler'
import { explain, type Wording } from './explain.ts'

/**
 * A check of values against a schema: it gives one sentence on the first thing that does not fit, undefined when
 * everything does.
 *
 * It is compiled when it is first used. Compiling the schemas of all routes at the start costs more than everything
 * else that the start does.
 */
export function checkOf(schema: TSchema, wording?: Wording): (value: unknown) => string | undefined {
  let types: TypeCheck<TSchema> | undefined
  return value => {
    types ??= TypeCompiler.Compile(schema)
    return types.Check(value) ? undefined : explain(types.Errors(value).First()!, wording)
  }
}

/** Checks a value against a schema, and gives a sentence on each place that does not fit. */
export function violationsIn(schema: TSchema, value: unknown, wording: Wording): string[] {
  const violations = new Map<string, string>()
  for (const error of TypeCompiler.Compile(schema).Errors(value)) {
    if (!violations.has(error.path)) violations.set(error.path, explain(error, wording))
  }
  return [...violations.values()]
}
