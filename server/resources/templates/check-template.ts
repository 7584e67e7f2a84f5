import { checkBodySize } from '../../http/body-size.ts'
import { badRequest } from '../../http/errors/exceptions.ts'
import { isObject } from '../../model/is-object.ts'
import { templateCharacters } from '../../model/quotas.ts'
import type { TemplateBody, TemplateType } from '../../model/template.ts'
import type { Store } from '../../store/open-store.ts'
import { describe } from '../../validation/explain.ts'
import { explainHeaderNames } from '../../validation/header-names.ts'

/**
 * Checks what schemas cannot express, in the transaction that writes the template. The syntax of its
 * texts is not checked: a template with a syntax error is stored, and fails when it is rendered
 * (assumed).
 *
 * @throws BadRequestException that names the member that is wrong
 */
export function checkTemplate(store: Store, type: TemplateType, body: TemplateBody): void {
  const { DefaultSubstitutions, Headers, Content = [], Layout, RecommenderId } = body
  if (DefaultSubstitutions !== undefined) checkDefaults(DefaultSubstitutions)
  for (const { members, characters } of templateCharacters[type]) checkCharacters(body, members, characters)
  const problem = explainHeaderNames('Headers', Headers)
  if (problem !== undefined) throw badRequest(problem)
  if (Content.length > 1 && Layout !== 'CAROUSEL') {
    throw badRequest(
      `Content must have at most 1 entry, unless Layout is CAROUSEL; got ${Content.length} with ${Layout ?? 'no Layout'}`,
    )
  }
  // It may be deleted later: the template is kept (assumed).
  if (RecommenderId !== undefined && store.recommenders.get(RecommenderId) === undefined) {
    throw badRequest(
      `RecommenderId must be the Id of a recommender configuration; got ${describe(RecommenderId)}`,
    )
  }
}

function checkDefaults(text: string): void {
  const tooMuch = checkBodySize(Buffer.from(text), undefined, 'DefaultSubstitutions')
  if (tooMuch !== undefined) throw badRequest(tooMuch)
  const must =
    'DefaultSubstitutions must be a JSON object as text, such as {"User.UserAttributes.FirstName":"there"}'
  let defaults: unknown
  try {
    defaults = JSON.parse(text)
  } catch (error) {
    throw badRequest(`${must}; got ${describe(text)}: ${(error as Error).message}`)
  }
  if (!isObject(defaults)) {
    throw badRequest(`${must}; got ${describe(text)}`)
  }
}

function checkCharacters(body: TemplateBody, members: readonly (keyof TemplateBody)[], max: number): void {
  const given = members.filter(name => body[name] !== undefined)
  const count = given.reduce((sum, name) => sum + charactersIn(body[name]), 0)
  const names = given.length > 1 ? `${given.slice(0, -1).join(', ')} and ${given.at(-1)} together` : given[0]!
  if (count <= max) return
  throw badRequest(`${names} must have at most ${max} characters; got ${count}`)
}

/** How many characters the strings in a value have, at whatever depth. */
function charactersIn(value: unknown): number {
  if (typeof value === 'string') return value.length
  if (typeof value !== 'object' || value === null) return 0
  return Object.values(value).reduce((sum: number, inner) => sum + charactersIn(inner), 0)
}
