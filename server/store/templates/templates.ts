import type { Listed, Page } from '../../model/page.ts'
import type { Tags } from '../../model/tags.ts'
import type { TemplateBodies, TemplateBody, TemplateKey, TemplateType } from '../../model/template.ts'
import type { Documents, DocumentVersion, IdPage } from '../documents/documents.ts'
import type { DeletedTemplates } from './deleted-templates.ts'

/** A template in one of its versions. */
export interface Template<Type extends TemplateType = TemplateType>
  extends TemplateKey<Type>,
    Omit<DocumentVersion<TemplateBodies[Type]>, 'id'> {}

/** A template in a list: of its body no more than a list answers. */
export interface ListedTemplate extends Omit<Template, 'body'> {
  body: Pick<TemplateBody, (typeof listedMembers)[number]>
}

const listedMembers = ['DefaultSubstitutions', 'TemplateDescription'] as const

/** The message templates of the account: versioned documents, whose current version is the active one. */
export function createTemplates(documentsOf: Documents, deleted: DeletedTemplates) {
  const documents = documentsOf<TemplateBody, Template, null>('template', toTemplate, listedMembers)

  return {
    /**
     * A template, in its active version unless one is named.
     *
     * @param version its number
     */
    get<Type extends TemplateType>(key: TemplateKey<Type>, version?: number): Template<Type> | undefined {
      const found =
        version === undefined
          ? documents.get(null, idOf(key))
          : documents.getVersion(null, idOf(key), version)
      return found as Template<Type> | undefined
    },

    /**
     * The highest number of a version that a template has.
     *
     * @param except a version that does not count
     * @returns undefined where there is none
     */
    latestVersion: (key: TemplateKey, except?: number): number | undefined =>
      documents.highestVersion(null, idOf(key), except),

    /** How many templates there are, of all types. */
    count: (): number => documents.count(null),

    /** How many versions a template that exists has. */
    countVersions: (key: TemplateKey): number => documents.countVersions(null, idOf(key)),

    /**
     * Templates in their active versions, by name, then by type.
     *
     * @param filter the beginning of the names, and the type
     * @param page `after` is what `placeOf` gives
     */
    list({ prefix = '', type }: { prefix?: string; type?: TemplateType }, page: IdPage): ListedTemplate[] {
      const literal = prefix.replace(/[*?[]/g, '[$&]')
      return documents.listById(null, `${literal}* ${type ?? '*'}`, page)
    },

    /** Where a template stands in the list. */
    placeOf: (key: TemplateKey): string => idOf(key),

    /** The versions of a template, the newest first. */
    listVersions: (key: TemplateKey, page: Page): Listed<ListedTemplate>[] =>
      documents.listVersions(null, idOf(key), page),

    /** Creates a template with version 1, which is active. */
    create(
      key: TemplateKey,
      { arn, body, tags }: { arn: string; body: TemplateBody; tags: Tags },
      now: string,
    ): void {
      documents.create(null, { id: idOf(key), arn, body, tags }, now)
    },

    /** Writes the next version of a template that exists. The active version stays the same. */
    addVersion(key: TemplateKey, body: TemplateBody, now: string): void {
      documents.addVersion(null, idOf(key), body, now)
    },

    /** Gives a version that exists another body. */
    replaceVersion(key: TemplateKey, version: number, body: TemplateBody, now: string): void {
      documents.replaceVersion(null, idOf(key), version, body, now)
    },

    /** Makes a version that exists the active one. */
    activate: (key: TemplateKey, version: number): void => documents.makeCurrent(null, idOf(key), version),

    /** Removes a version that exists and is not active. */
    deleteVersion(key: TemplateKey, version: number): void {
      deleted.keep(key, idOf(key), version)
      documents.deleteVersion(null, idOf(key), version)
    },

    /** Deletes a template that exists, with its versions and its tags. */
    delete(key: TemplateKey): void {
      deleted.keep(key, idOf(key))
      documents.delete(null, idOf(key))
    },

    /** A version that was deleted, as long as a campaign or journey may send it. */
    getDeleted: deleted.get,
  }
}

export type Templates = ReturnType<typeof createTemplates>

/** The id of the document. A name holds no space, which sorts before all that it may hold. */
const idOf = ({ name, type }: TemplateKey): string => `${name} ${type}`

function toTemplate(_owner: null, { id, ...document }: DocumentVersion<TemplateBody>): Template {
  const [name, type] = id.split(' ') as [string, TemplateType]
  return { ...document, name, type }
}
