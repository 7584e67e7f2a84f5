import type { TemplateType } from '../model/template.ts'
import type { Store } from '../store/open-store.ts'
import type { Template, TemplateKey } from '../store/templates/templates.ts'
import type { SentTemplate } from './choose-content.ts'

/**
 * Finds a version of a template.
 *
 * @param version a number, or `latest`, as it stands in a request
 * @returns undefined if there is no such template or version
 */
export function templateVersion<Type extends TemplateType>(
  { templates }: Pick<Store, 'templates'>,
  key: TemplateKey<Type>,
  version: string,
): Template<Type> | undefined {
  const isNumber = /^[1-9]\d*$/.test(version)
  const number = version === 'latest' ? templates.latestVersion(key) : isNumber ? Number(version) : undefined
  return number === undefined ? undefined : templates.get(key, number)
}

/**
 * Loads a template that a campaign or a journey names.
 *
 * @param version its number, or `latest`; without one, the active version
 * @returns undefined if there is no such template or version
 */
export function loadTemplate(
  store: Pick<Store, 'templates'>,
  type: TemplateType,
  name: string | undefined,
  version?: string,
): SentTemplate | undefined {
  if (!name) return undefined
  const key = { type, name }
  const found = version ? templateVersion(store, key, version) : store.templates.get(key)
  return found && { name: found.name, version: String(found.version), body: found.body }
}
