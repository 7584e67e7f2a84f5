import { type Static, Type } from '@sinclair/typebox'
import type { FastifyRequest } from 'fastify'
import { badRequest } from '../../http/errors/exceptions.ts'
import { pathParams } from '../../model/common.ts'
import { templateNameLength } from '../../model/quotas.ts'
import { type TemplateType, templateTypes } from '../../model/template.ts'
import type { ListedTemplate } from '../../store/templates/templates.ts'
import { describe } from '../../validation/explain.ts'

const templateName = 'Name of the template'

/** Path of every operation on one template whose type the URL says. */
export const TemplateParams = pathParams({ templateName })

/** Path of the operations on a template of any type. */
export const TypedTemplateParams = pathParams({
  templateName,
  templateType: `Type of the template: ${templateTypes.join(', ')}`,
})

export const VersionQuery = Type.Object({
  version: Type.Optional(Type.String({ description: 'Number of the version, or latest' })),
})

/**
 * For `preValidation`: a name that no template can have is refused before anything that is wrong
 * with the body (assumed). What a name can be is from the API reference.
 *
 * @throws BadRequestException
 */
export async function checkTemplateName({ params }: FastifyRequest): Promise<void> {
  const { templateName } = params as Static<typeof TemplateParams>
  const hasLength = templateName.length <= templateNameLength
  if (hasLength && /^[A-Za-z0-9][A-Za-z0-9_-]*$/.test(templateName)) return
  throw badRequest(
    `template-name must be 1 to ${templateNameLength} letters (A to Z), digits, underscores and hyphens, the first one a letter or digit; got ${describe(templateName)}`,
  )
}

/**
 * Reads the type of a template, in upper or lower case (assumed).
 *
 * @param member where it stands
 * @throws BadRequestException
 */
export function readTemplateType(member: string, text: string): TemplateType {
  const type = templateTypes.find(type => type === text.toUpperCase())
  if (type !== undefined) return type
  throw badRequest(`${member} must be one of ${templateTypes.join(', ')}; got ${describe(text)}`)
}

/** What all answers say of a template, in one of its versions. */
export const summaryOf = (template: ListedTemplate) => ({
  CreationDate: template.creationDate,
  LastModifiedDate: template.lastModifiedDate,
  TemplateName: template.name,
  TemplateType: template.type,
  Version: String(template.version),
})
