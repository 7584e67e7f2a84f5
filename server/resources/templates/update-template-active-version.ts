import type { FastifyPluginAsyncTypebox } from '@fastify/type-provider-typebox'
import { badRequest } from '../../http/errors/exceptions.ts'
import { MessageBody } from '../../model/common.ts'
import { TemplateActiveVersionRequest } from '../../model/template.ts'
import { findVersion } from './find-template.ts'
import { checkTemplateName, readTemplateType, TypedTemplateParams } from './shapes.ts'

/**
 * Makes a version the active one. `latest` means the version that is the latest now (assumed): later
 * ones do not become active by themselves.
 *
 * @see https://docs.aws.amazon.com/pinpoint/latest/apireference/templates-template-name-template-type-active-version.html
 */
export const updateTemplateActiveVersion: FastifyPluginAsyncTypebox = async app => {
  app.put(
    '/v1/templates/:templateName/:templateType/active-version',
    {
      config: { operation: 'UpdateTemplateActiveVersion' },
      schema: {
        params: TypedTemplateParams,
        body: TemplateActiveVersionRequest,
        response: { 200: MessageBody },
      },
      preValidation: checkTemplateName,
    },
    async request => {
      const { templateName: name, templateType } = request.params
      const key = { type: readTemplateType('template-type', templateType), name }
      const { Version } = request.body
      if (Version === undefined) throw badRequest('Version is required: it must be a number, or latest')
      await app.store.write(() => app.store.templates.activate(key, findVersion(app.store, key, Version)))
      app.bus.emit({ kind: 'template', key })
      return { Message: 'OK', RequestID: request.id }
    },
  )
}
