import type { TemplateType } from '../model/template.ts'
import type { Store } from '../store/open-store.ts'
import type { TemplateKey } from '../store/templates/templates.ts'
import type { SentTemplate } from './choose-content.ts'

/**
 * Finds the number of a version of a template.
 *
 * @param version a number, or `latest`, as it stands in a request
 * @returns undefined if there is no such template or version
 */
export function versionNumber(
  { templates }: Pick<Store, 'templates'>,
  key: TemplateKey,
  version: string,
): number | undefined {
  if (version === 'latest') return templates.latestVersion(key)
  const number = /^[1-9]\d*$/.test(version) ? Number(version) : 0
  return templates.get(key, number)?.version
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
  const number = version ? versionNumber(store, key, version) : undefined
  if (version && number === undefined) return undefined
  const found = store.templates.get(key, number)
  return found && { name: found.name, version: String(found.version), body: found.body }
}
