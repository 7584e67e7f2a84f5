import type { SentTemplate } from '../delivery/choose-content.ts'
import type { Store } from '../store/open-store.ts'
import type { MessageActivityKind } from './graph.ts'

/** The template that an activity names. */
export interface TemplateName {
  TemplateName?: string
  TemplateVersion?: string
}

/**
 * Finds the template of an activity: in its active version, unless it names another, or `latest`.
 *
 * @returns undefined if there is no such template or version
 */
export function findSentTemplate(
  store: Pick<Store, 'templates'>,
  type: Exclude<MessageActivityKind, 'CUSTOM'>,
  { TemplateName: name, TemplateVersion: version }: TemplateName,
): SentTemplate | undefined {
  if (!name) return undefined
  const key = { type, name }
  const number = !version
    ? undefined
    : version === 'latest'
      ? store.templates.latestVersion(key)
      : /^[1-9]\d*$/.test(version)
        ? Number(version)
        : 0
  const found = store.templates.get(key, number)
  return found && { name, version: String(found.version), body: found.body }
}
