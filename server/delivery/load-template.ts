import type { TemplateKey, TemplateType } from '../model/template.ts'
import type { Store } from '../store/open-store.ts'
import type { Template } from '../store/templates/templates.ts'
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
 * Loads a template that a campaign or a journey names, to be sent. Deleting it does not stop what is
 * scheduled (source: guide): then it is the version that was deleted, the active one by default. A
 * template that was created again under the name counts first, if it has the version (assumed).
 *
 * @param version its number, or `latest`; without one, the active version
 * @returns undefined if there has been no such template or version
 */
export function templateToSend(
  store: Pick<Store, 'templates'>,
  type: TemplateType,
  name: string | undefined,
  version?: string,
): SentTemplate | undefined {
  const found = loadTemplate(store, type, name, version)
  if (found !== undefined || !name) return found
  const deleted = store.templates.getDeleted({ type, name }, version)
  return deleted && { name, version: String(deleted.version), body: deleted.body }
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
