import { templateVersion } from '../../delivery/load-template.ts'
import { orNotFound } from '../../http/errors/exceptions.ts'
import type { TemplateKey, TemplateType } from '../../model/template.ts'
import type { Store } from '../../store/open-store.ts'
import type { Template } from '../../store/templates/templates.ts'

/**
 * Finds a version of a template: the active one, where none is named.
 *
 * @param version a number, or `latest`, as it stands in the request
 * @throws NotFoundException (texts: assumed)
 */
export function findTemplate<Type extends TemplateType>(
  store: Store,
  key: TemplateKey<Type>,
  version?: string,
): Template<Type> {
  if (version === undefined) return orNotFound(store.templates.get(key), `Template not found: ${key.name}`)
  orNotFound(store.templates.latestVersion(key), `Template not found: ${key.name}`)
  const found = templateVersion(store, key, version)
  return orNotFound(found, `Template version not found: ${key.name}/${version}`)
}

/**
 * Finds the number of a version of a template.
 *
 * @throws NotFoundException
 */
export const findVersion = (store: Store, key: TemplateKey, version: string): number =>
  findTemplate(store, key, version).version
