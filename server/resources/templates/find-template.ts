import { versionNumber } from '../../delivery/load-template.ts'
import { orNotFound } from '../../http/errors/exceptions.ts'
import type { TemplateType } from '../../model/template.ts'
import type { Store } from '../../store/open-store.ts'
import type { Template, TemplateKey } from '../../store/templates/templates.ts'

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
  const number = version === undefined ? undefined : findVersion(store, key, version)
  return orNotFound(store.templates.get(key, number), `Template not found: ${key.name}`)
}

/**
 * Finds the number of a version of a template.
 *
 * @throws NotFoundException
 */
export function findVersion(store: Store, key: TemplateKey, version: string): number {
  orNotFound(store.templates.latestVersion(key), `Template not found: ${key.name}`)
  const number = versionNumber(store, key, version)
  return orNotFound(number, `Template version not found: ${key.name}/${version}`)
}
