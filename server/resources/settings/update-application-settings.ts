import type { FastifyPluginAsyncTypebox } from '@fastify/type-provider-typebox'
import { badRequest } from '../../http/errors/exceptions.ts'
import {
  ApplicationSettingsResource,
  WriteApplicationSettingsRequest,
} from '../../model/application-settings.ts'
import { ApplicationParams } from '../../model/common.ts'
import { settingsBounds as bounds } from '../../model/quotas.ts'
import { appFirst, findApp } from '../find.ts'
import { checkBounds, checkHook, checkTime } from './check-settings.ts'

/**
 * Replaces those of CampaignHook, JourneyLimits, Limits and QuietTime that are given, each as a
 * whole, and leaves the others: Terraform's provider sends only those that have changed, with all
 * their members (source: observed). CloudWatchMetricsEnabled and EventTaggingEnabled are accepted
 * and have no effect, as no answer has them (source: model).
 *
 * @see https://docs.aws.amazon.com/pinpoint/latest/apireference/apps-application-id-settings.html
 */
export const updateApplicationSettings: FastifyPluginAsyncTypebox = async app => {
  app.put(
    '/v1/apps/:applicationId/settings',
    {
      config: { operation: 'UpdateApplicationSettings' },
      schema: {
        params: ApplicationParams,
        body: WriteApplicationSettingsRequest,
        response: { 200: ApplicationSettingsResource },
      },
      preValidation: appFirst,
    },
    async request => {
      const { body } = request
      const problem = checkSettings(body)
      if (problem !== undefined) throw badRequest(problem)
      const answer = await app.store.write(() => {
        const found = findApp(app.store, request.params.applicationId)
        app.store.applicationSettings.put(found, body, app.now().toISOString())
        return app.store.applicationSettings.get(found)
      })
      app.bus.emit({ kind: 'settings', app: request.params.applicationId })
      return answer
    },
  )
}

/** Checks the values of settings. Gives a sentence on the first violation. */
function checkSettings(settings: WriteApplicationSettingsRequest): string | undefined {
  const { CampaignHook = {}, Limits = {}, QuietTime = {} } = settings
  const { TimeframeCap = {}, ...JourneyLimits } = settings.JourneyLimits ?? {}
  return (
    checkHook('CampaignHook', CampaignHook) ??
    checkBounds('Limits', Limits, bounds.Limits) ??
    checkBounds('JourneyLimits', JourneyLimits, bounds.JourneyLimits) ??
    checkBounds('JourneyLimits.TimeframeCap', TimeframeCap, bounds.TimeframeCap) ??
    checkTime('QuietTime.Start', QuietTime.Start) ??
    checkTime('QuietTime.End', QuietTime.End)
  )
}
