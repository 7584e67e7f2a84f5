import type { TemplateType } from '../model/template.ts'
import type { Store } from '../store/open-store.ts'
import type { SentTemplate } from './choose-content.ts'

/**
 * Loads a template that a campaign or a journey names.
 *
 * @param version its number, or `latest`; without one, the active version
 * @returns undefined if there is no such template or version
 */
export function loadTemplate(
  { templates }: Pick<Store, 'templates'>,
  type: TemplateType,
  name: string | undefined,
  version?: string,
): SentTemplate | undefined {
  if (!name) return undefined
  const key = { type, name }
  const numberOf = (text: string) => (/^[1-9]\d*$/.test(text) ? Number(text) : 0)
  const number = !version
    ? undefined
    : version === 'latest'
      ? templates.latestVersion(key)
      : numberOf(version)
  const found = templates.get(key, number)
  return found && { name: found.name, version: String(found.version), body: found.body }
}
