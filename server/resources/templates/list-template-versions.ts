import type { FastifyPluginAsyncTypebox } from '@fastify/type-provider-typebox'
import { answerPage, NextTokenQuery } from '../../http/paging.ts'
import { TemplateVersionsResponse } from '../../model/template.ts'
import { findVersion } from './find-template.ts'
import { checkTemplateName, readTemplateType, summaryOf, TypedTemplateParams } from './shapes.ts'

/**
 * Lists the versions of a template, newest first, as the console does (source: guide). CreationDate
 * is that of the version (source: model).
 *
 * @see https://docs.aws.amazon.com/pinpoint/latest/apireference/templates-template-name-template-type-versions.html
 */
export const listTemplateVersions: FastifyPluginAsyncTypebox = async app => {
  app.get(
    '/v1/templates/:templateName/:templateType/versions',
    {
      config: { operation: 'ListTemplateVersions' },
      schema: {
        params: TypedTemplateParams,
        querystring: NextTokenQuery,
        response: { 200: TemplateVersionsResponse },
      },
      preValidation: checkTemplateName,
    },
    async request => {
      const { templateName: name, templateType } = request.params
      const key = { type: readTemplateType('template-type', templateType), name }
      const { templates } = app.store
      const page = app.store.read(() => {
        // For its 404.
        findVersion(app.store, key, 'latest')
        return answerPage(request.query, `template-versions/${key.type}/${name}`, page =>
          templates.listVersions(key, page).map(({ seq, value: version }) => ({
            seq,
            value: { ...version.body, ...summaryOf(version), CreationDate: version.versionDate },
          })),
        )
      })
      return { ...page, Message: 'OK', RequestID: request.id }
    },
  )
}
