import { Type } from '@sinclair/typebox'
import type { FastifyInstance, HTTPMethods } from 'fastify'
import { PinpointException } from '../http/errors/exceptions.ts'

/** Name, method, status on success, URL and query parameters of an operation. */
type Operation = [name: string, method: HTTPMethods, status: number, url: string, ...query: string[]]

/** The operations of Pinpoint that have no behaviour here yet (source: model). */
const operations: Operation[] = [
  // campaigns
  ['GetCampaigns', 'GET', 200, '/v1/apps/:applicationId/campaigns', 'page-size', 'token'],
  ['CreateCampaign', 'POST', 201, '/v1/apps/:applicationId/campaigns'],
  ['DeleteCampaign', 'DELETE', 200, '/v1/apps/:applicationId/campaigns/:campaignId'],
  ['GetCampaign', 'GET', 200, '/v1/apps/:applicationId/campaigns/:campaignId'],
  ['UpdateCampaign', 'PUT', 200, '/v1/apps/:applicationId/campaigns/:campaignId'],
  [
    'GetCampaignActivities',
    'GET',
    200,
    '/v1/apps/:applicationId/campaigns/:campaignId/activities',
    'page-size',
    'token',
  ],
  [
    'GetCampaignVersions',
    'GET',
    200,
    '/v1/apps/:applicationId/campaigns/:campaignId/versions',
    'page-size',
    'token',
  ],
  ['GetCampaignVersion', 'GET', 200, '/v1/apps/:applicationId/campaigns/:campaignId/versions/:version'],
  // channels
  ['GetChannels', 'GET', 200, '/v1/apps/:applicationId/channels'],
  ['DeleteAdmChannel', 'DELETE', 200, '/v1/apps/:applicationId/channels/adm'],
  ['GetAdmChannel', 'GET', 200, '/v1/apps/:applicationId/channels/adm'],
  ['UpdateAdmChannel', 'PUT', 200, '/v1/apps/:applicationId/channels/adm'],
  ['DeleteApnsChannel', 'DELETE', 200, '/v1/apps/:applicationId/channels/apns'],
  ['GetApnsChannel', 'GET', 200, '/v1/apps/:applicationId/channels/apns'],
  ['UpdateApnsChannel', 'PUT', 200, '/v1/apps/:applicationId/channels/apns'],
  ['DeleteApnsSandboxChannel', 'DELETE', 200, '/v1/apps/:applicationId/channels/apns_sandbox'],
  ['GetApnsSandboxChannel', 'GET', 200, '/v1/apps/:applicationId/channels/apns_sandbox'],
  ['UpdateApnsSandboxChannel', 'PUT', 200, '/v1/apps/:applicationId/channels/apns_sandbox'],
  ['DeleteApnsVoipChannel', 'DELETE', 200, '/v1/apps/:applicationId/channels/apns_voip'],
  ['GetApnsVoipChannel', 'GET', 200, '/v1/apps/:applicationId/channels/apns_voip'],
  ['UpdateApnsVoipChannel', 'PUT', 200, '/v1/apps/:applicationId/channels/apns_voip'],
  ['DeleteApnsVoipSandboxChannel', 'DELETE', 200, '/v1/apps/:applicationId/channels/apns_voip_sandbox'],
  ['GetApnsVoipSandboxChannel', 'GET', 200, '/v1/apps/:applicationId/channels/apns_voip_sandbox'],
  ['UpdateApnsVoipSandboxChannel', 'PUT', 200, '/v1/apps/:applicationId/channels/apns_voip_sandbox'],
  ['DeleteBaiduChannel', 'DELETE', 200, '/v1/apps/:applicationId/channels/baidu'],
  ['GetBaiduChannel', 'GET', 200, '/v1/apps/:applicationId/channels/baidu'],
  ['UpdateBaiduChannel', 'PUT', 200, '/v1/apps/:applicationId/channels/baidu'],
  ['DeleteEmailChannel', 'DELETE', 200, '/v1/apps/:applicationId/channels/email'],
  ['GetEmailChannel', 'GET', 200, '/v1/apps/:applicationId/channels/email'],
  ['UpdateEmailChannel', 'PUT', 200, '/v1/apps/:applicationId/channels/email'],
  ['DeleteGcmChannel', 'DELETE', 200, '/v1/apps/:applicationId/channels/gcm'],
  ['GetGcmChannel', 'GET', 200, '/v1/apps/:applicationId/channels/gcm'],
  ['UpdateGcmChannel', 'PUT', 200, '/v1/apps/:applicationId/channels/gcm'],
  ['DeleteSmsChannel', 'DELETE', 200, '/v1/apps/:applicationId/channels/sms'],
  ['GetSmsChannel', 'GET', 200, '/v1/apps/:applicationId/channels/sms'],
  ['UpdateSmsChannel', 'PUT', 200, '/v1/apps/:applicationId/channels/sms'],
  ['DeleteVoiceChannel', 'DELETE', 200, '/v1/apps/:applicationId/channels/voice'],
  ['GetVoiceChannel', 'GET', 200, '/v1/apps/:applicationId/channels/voice'],
  ['UpdateVoiceChannel', 'PUT', 200, '/v1/apps/:applicationId/channels/voice'],
  // endpoints
  ['GetInAppMessages', 'GET', 200, '/v1/apps/:applicationId/endpoints/:endpointId/inappmessages'],
  // events
  ['PutEvents', 'POST', 202, '/v1/apps/:applicationId/events'],
  // journeys
  ['ListJourneys', 'GET', 200, '/v1/apps/:applicationId/journeys', 'page-size', 'token'],
  ['CreateJourney', 'POST', 201, '/v1/apps/:applicationId/journeys'],
  ['DeleteJourney', 'DELETE', 200, '/v1/apps/:applicationId/journeys/:journeyId'],
  ['GetJourney', 'GET', 200, '/v1/apps/:applicationId/journeys/:journeyId'],
  ['UpdateJourney', 'PUT', 200, '/v1/apps/:applicationId/journeys/:journeyId'],
  [
    'GetJourneyExecutionActivityMetrics',
    'GET',
    200,
    '/v1/apps/:applicationId/journeys/:journeyId/activities/:journeyActivityId/execution-metrics',
    'next-token',
    'page-size',
  ],
  [
    'GetJourneyExecutionMetrics',
    'GET',
    200,
    '/v1/apps/:applicationId/journeys/:journeyId/execution-metrics',
    'next-token',
    'page-size',
  ],
  ['GetJourneyRuns', 'GET', 200, '/v1/apps/:applicationId/journeys/:journeyId/runs', 'page-size', 'token'],
  [
    'GetJourneyRunExecutionActivityMetrics',
    'GET',
    200,
    '/v1/apps/:applicationId/journeys/:journeyId/runs/:runId/activities/:journeyActivityId/execution-metrics',
    'next-token',
    'page-size',
  ],
  [
    'GetJourneyRunExecutionMetrics',
    'GET',
    200,
    '/v1/apps/:applicationId/journeys/:journeyId/runs/:runId/execution-metrics',
    'next-token',
    'page-size',
  ],
  ['UpdateJourneyState', 'PUT', 200, '/v1/apps/:applicationId/journeys/:journeyId/state'],
  // kpis
  [
    'GetCampaignDateRangeKpi',
    'GET',
    200,
    '/v1/apps/:applicationId/campaigns/:campaignId/kpis/daterange/:kpiName',
    'end-time',
    'next-token',
    'page-size',
    'start-time',
  ],
  [
    'GetJourneyDateRangeKpi',
    'GET',
    200,
    '/v1/apps/:applicationId/journeys/:journeyId/kpis/daterange/:kpiName',
    'end-time',
    'next-token',
    'page-size',
    'start-time',
  ],
  [
    'GetApplicationDateRangeKpi',
    'GET',
    200,
    '/v1/apps/:applicationId/kpis/daterange/:kpiName',
    'end-time',
    'next-token',
    'page-size',
    'start-time',
  ],
  // messages
  ['SendMessages', 'POST', 200, '/v1/apps/:applicationId/messages'],
  ['SendOTPMessage', 'POST', 200, '/v1/apps/:applicationId/otp'],
  ['SendUsersMessages', 'POST', 200, '/v1/apps/:applicationId/users-messages'],
  ['VerifyOTPMessage', 'POST', 200, '/v1/apps/:applicationId/verify-otp'],
  // phone
  ['PhoneNumberValidate', 'POST', 200, '/v1/phone/number/validate'],
  // recommenders
  ['GetRecommenderConfigurations', 'GET', 200, '/v1/recommenders', 'page-size', 'token'],
  ['CreateRecommenderConfiguration', 'POST', 201, '/v1/recommenders'],
  ['DeleteRecommenderConfiguration', 'DELETE', 200, '/v1/recommenders/:recommenderId'],
  ['GetRecommenderConfiguration', 'GET', 200, '/v1/recommenders/:recommenderId'],
  ['UpdateRecommenderConfiguration', 'PUT', 200, '/v1/recommenders/:recommenderId'],
  // templates
  ['ListTemplates', 'GET', 200, '/v1/templates', 'next-token', 'page-size', 'prefix', 'template-type'],
  ['DeleteEmailTemplate', 'DELETE', 202, '/v1/templates/:templateName/email', 'version'],
  ['GetEmailTemplate', 'GET', 200, '/v1/templates/:templateName/email', 'version'],
  ['CreateEmailTemplate', 'POST', 201, '/v1/templates/:templateName/email'],
  ['UpdateEmailTemplate', 'PUT', 202, '/v1/templates/:templateName/email', 'create-new-version', 'version'],
  ['DeleteInAppTemplate', 'DELETE', 202, '/v1/templates/:templateName/inapp', 'version'],
  ['GetInAppTemplate', 'GET', 200, '/v1/templates/:templateName/inapp', 'version'],
  ['CreateInAppTemplate', 'POST', 201, '/v1/templates/:templateName/inapp'],
  ['UpdateInAppTemplate', 'PUT', 202, '/v1/templates/:templateName/inapp', 'create-new-version', 'version'],
  ['DeletePushTemplate', 'DELETE', 202, '/v1/templates/:templateName/push', 'version'],
  ['GetPushTemplate', 'GET', 200, '/v1/templates/:templateName/push', 'version'],
  ['CreatePushTemplate', 'POST', 201, '/v1/templates/:templateName/push'],
  ['UpdatePushTemplate', 'PUT', 202, '/v1/templates/:templateName/push', 'create-new-version', 'version'],
  ['DeleteSmsTemplate', 'DELETE', 202, '/v1/templates/:templateName/sms', 'version'],
  ['GetSmsTemplate', 'GET', 200, '/v1/templates/:templateName/sms', 'version'],
  ['CreateSmsTemplate', 'POST', 201, '/v1/templates/:templateName/sms'],
  ['UpdateSmsTemplate', 'PUT', 202, '/v1/templates/:templateName/sms', 'create-new-version', 'version'],
  ['DeleteVoiceTemplate', 'DELETE', 202, '/v1/templates/:templateName/voice', 'version'],
  ['GetVoiceTemplate', 'GET', 200, '/v1/templates/:templateName/voice', 'version'],
  ['CreateVoiceTemplate', 'POST', 201, '/v1/templates/:templateName/voice'],
  ['UpdateVoiceTemplate', 'PUT', 202, '/v1/templates/:templateName/voice', 'create-new-version', 'version'],
  ['UpdateTemplateActiveVersion', 'PUT', 200, '/v1/templates/:templateName/:templateType/active-version'],
  [
    'ListTemplateVersions',
    'GET',
    200,
    '/v1/templates/:templateName/:templateType/versions',
    'next-token',
    'page-size',
  ],
]

/** Answers each of them with 501 and a message that names it. */
export async function notServed(app: FastifyInstance): Promise<void> {
  for (const [operation, method, status, url, ...query] of operations) {
    const parameters = [...url.matchAll(/:(\w+)/g)].map(([, name]) => name!)
    app.route({
      method,
      url,
      config: { operation },
      schema: {
        hide: true,
        params: strings(parameters),
        querystring: strings(query),
        response: { [status]: Type.Unknown() },
      },
      // Before the body is read and checked: no request to it could be right.
      onRequest: async () => {
        throw new PinpointException(
          'NotImplementedException',
          `${operation} is not served yet by pinpoint-local; the README lists the operations that are`,
        )
      },
      handler: async () => {},
    })
  }
}

const strings = (names: string[]) =>
  Type.Object(Object.fromEntries(names.map(name => [name, Type.Optional(Type.String())])))
