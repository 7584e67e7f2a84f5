import { templateVersion } from '../../delivery/load-template.ts'
import { orNotFound } from '../../http/errors/exceptions.ts'
import type { TemplateKey, TemplateType } from '../../model/template.ts'
import type { Store } from '../../store/open-store.ts'
import type { Template } from '../../store/templates/templates.ts'

/**
 * Finds a version of a template: the active one, where none is named.
 *
 * @param version a number, or `latest`, as it stands in the request
 * @param member of the request that names the template and its version, unless the path does
 * @throws NotFoundException (texts: assumed)
 */
export function findTemplate<Type extends TemplateType>(
  store: Store,
  key: TemplateKey<Type>,
  version?: string,
  member?: string,
): Template<Type> {
  const { name, type } = key
  const must = (be: string) => (member === undefined ? '' : `; ${member}.${be}`)
  const noTemplate = `Template not found: ${name}${must(`Name must be the name of a template of the type ${type}`)}`
  if (version === undefined) return orNotFound(store.templates.get(key), noTemplate)
  orNotFound(store.templates.latestVersion(key), noTemplate)
  const noVersion = `Template version not found: ${name}/${version}${must('Version must be one of that template, or latest')}`
  return orNotFound(templateVersion(store, key, version), noVersion)
}

/**
 * Finds the number of a version of a template.
 *
 * @throws NotFoundException
 */
export const findVersion = (store: Store, key: TemplateKey, version: string): number =>
  findTemplate(store, key, version).version
