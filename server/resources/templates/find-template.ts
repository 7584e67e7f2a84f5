import { templateVersion } from '../../delivery/load-template.ts'
import { orNotFound } from '../../http/errors/exceptions.ts'
import type { TemplateKey, TemplateType } from '../../model/template.ts'
import type { Store } from '../../store/open-store.ts'
import type { Template } from '../../store/templates/templates.ts'

/**
 * Finds a version of a template: the active one, where none is named. An empty text names none, since
 * generated requests have it (assumed).
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
  if (version) return findNamed(store, key, version, member)
  return orNotFound(store.templates.get(key), noTemplate(key, member))
}

/**
 * Finds the number of a version of a template, for calls that write: an empty text is a version that
 * does not exist, so that none is deleted or replaced by it (assumed).
 *
 * @throws NotFoundException
 */
export const findVersion = (store: Store, key: TemplateKey, version: string): number =>
  findNamed(store, key, version).version

function findNamed<Type extends TemplateType>(
  store: Store,
  key: TemplateKey<Type>,
  version: string,
  member?: string,
): Template<Type> {
  orNotFound(store.templates.latestVersion(key), noTemplate(key, member))
  const must = mustBe(member, 'Version must be one of that template, or latest')
  return orNotFound(
    templateVersion(store, key, version),
    `Template version not found: ${key.name}/${version}${must}`,
  )
}

const noTemplate = ({ name, type }: TemplateKey, member?: string): string =>
  `Template not found: ${name}${mustBe(member, `Name must be the name of a template of the type ${type}`)}`

const mustBe = (member: string | undefined, sentence: string): string =>
  member === undefined ? '' : `; ${member}.${sentence}`
