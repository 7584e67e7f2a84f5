import type { FastifyPluginAsyncTypebox } from '@fastify/type-provider-typebox'
import { Type } from '@sinclair/typebox'
import { NextTokenQuery, readPage } from '../../http/paging.ts'
import { TemplatesResponse, templateTypes } from '../../model/template.ts'
import { readTemplateType, summaryOf } from './shapes.ts'

const TemplatesQuery = Type.Object({
  ...NextTokenQuery.properties,
  prefix: Type.Optional(Type.String({ description: 'What the names begin with; case-sensitive' })),
  'template-type': Type.Optional(
    Type.String({ description: `Templates of one type only: ${templateTypes.join(', ')}` }),
  ),
})

/**
 * Lists templates by name, then by type (assumed), each in its active version: without Arn, tags,
 * DefaultSubstitutions and TemplateDescription (source: model).
 *
 * @see https://docs.aws.amazon.com/pinpoint/latest/apireference/templates.html
 */
export const listTemplates: FastifyPluginAsyncTypebox = async app => {
  app.get(
    '/v1/templates',
    {
      config: { operation: 'ListTemplates' },
      schema: { querystring: TemplatesQuery, response: { 200: TemplatesResponse } },
    },
    async request => {
      const { prefix = '', 'template-type': typeText } = request.query
      const type = typeText === undefined ? undefined : readTemplateType('template-type', typeText)
      const { templates } = app.store
      const list = `templates/${type ?? ''}/${prefix}`
      const isPlace = (value: unknown) => typeof value === 'string'
      const { values, token } = readPage(request.query, list, '', isPlace, (limit, after: string) =>
        templates
          .list({ prefix, type }, { limit, after })
          .map(template => ({ at: templates.placeOf(template), value: summaryOf(template) })),
      )
      return { Item: values, ...(token !== undefined && { NextToken: token }) }
    },
  )
}
