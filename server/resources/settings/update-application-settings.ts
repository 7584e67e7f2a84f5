import type { FastifyPluginAsyncTypebox } from '@fastify/type-provider-typebox'
import { badRequest } from '../../http/errors/exceptions.ts'
import {
  ApplicationSettingsResource,
  WriteApplicationSettingsRequest,
} from '../../model/application-settings.ts'
import { ApplicationParams } from '../../model/common.ts'
import { settingsBounds as bounds } from '../../model/quotas.ts'
import { appFirst, findApp } from '../find.ts'

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
      return app.store.write(() => {
        const found = findApp(app.store, request.params.applicationId)
        app.store.applicationSettings.put(found, body, app.now().toISOString())
        return app.store.applicationSettings.get(found)
      })
    },
  )
}

/** Checks the values of settings. Gives a sentence on the first violation. */
function checkSettings(settings: WriteApplicationSettingsRequest): string | undefined {
  const { Limits = {}, QuietTime = {} } = settings
  const { TimeframeCap = {}, ...JourneyLimits } = settings.JourneyLimits ?? {}
  return (
    checkBounds('Limits', Limits, bounds.Limits) ??
    checkBounds('JourneyLimits', JourneyLimits, bounds.JourneyLimits) ??
    checkBounds('JourneyLimits.TimeframeCap', TimeframeCap, bounds.TimeframeCap) ??
    checkTime('QuietTime.Start', QuietTime.Start) ??
    checkTime('QuietTime.End', QuietTime.End)
  )
}

/**
 * Checks limits. 0 means no limit (source: API reference for journeys; assumed for campaigns, as
 * Terraform's provider sends 0 for each limit that is not set).
 */
function checkBounds<Name extends string>(
  member: string,
  limits: { [name in Name]?: number },
  bounds: Readonly<Record<Name, readonly [least: number, most: number]>>,
): string | undefined {
  for (const name in bounds) {
    const [least, most] = bounds[name]
    const value = limits[name] ?? 0
    if (value === 0 || (value >= least && value <= most)) continue
    return `${member}.${name} must be from ${least} to ${most}, or 0 for no limit; got ${value}`
  }
  return undefined
}

/**
 * Checks a time: HH:MM (source: API reference), or empty, as Terraform's provider sends a time that
 * is not set (assumed).
 */
function checkTime(member: string, time = ''): string | undefined {
  if (time === '' || /^([01]\d|2[0-3]):[0-5]\d$/.test(time)) return undefined
  return `${member} must be a time from 00:00 to 23:59 in the form HH:MM; got ${JSON.stringify(time)}`
}
