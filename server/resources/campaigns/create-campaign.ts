import type { FastifyPluginAsyncTypebox } from '@fastify/type-provider-typebox'
import { planNew } from '../../campaigns/plan.ts'
import { newId } from '../../model/arn.ts'
import { CampaignResponse, WriteCampaignRequest } from '../../model/campaign.ts'
import { ApplicationParams } from '../../model/common.ts'
import { appFirst, findApp } from '../find.ts'
import { checkEventStart, checkWebhooks, deliveryUrisOf } from '../strict-checks.ts'
import { newTags } from '../tags/check-tags.ts'
import { answerCampaign } from './answer-campaign.ts'
import { checkCampaign, checkReferences } from './check-campaign.ts'
import { checkCounts } from './check-counts.ts'
import { findCampaign } from './find-campaign.ts'

/**
 * Creates a campaign, SCHEDULED also when it starts IMMEDIATE (source: observed). The worker runs it
 * when it is due. The version of its segment is fixed now (assumed), and so are the application's
 * settings, for what the campaign does not say itself (source: guide).
 *
 * @see https://docs.aws.amazon.com/pinpoint/latest/apireference/apps-application-id-campaigns.html
 */
export const createCampaign: FastifyPluginAsyncTypebox = async app => {
  const { store } = app
  app.post(
    '/v1/apps/:applicationId/campaigns',
    {
      config: { operation: 'CreateCampaign' },
      schema: {
        params: ApplicationParams,
        body: WriteCampaignRequest,
        response: { 201: CampaignResponse },
      },
      preValidation: appFirst,
    },
    async (request, reply) => {
      const tags = newTags(request.body)
      const { tags: _, ...campaign } = request.body
      checkCampaign(campaign, app.now().getTime())
      checkEventStart(app, campaign)
      await checkWebhooks(
        app,
        request.params.applicationId,
        deliveryUrisOf(campaign),
        reply.disconnectSignal(),
      )
      const created = await store.write(() => {
        const found = findApp(store, request.params.applicationId)
        const SegmentVersion = checkReferences(store, found, campaign)
        const { Limits = {}, QuietTime = {}, CampaignHook: Hook = {} } = store.applicationSettings.get(found)
        const body = { ...campaign, SegmentVersion, inherited: { Limits, QuietTime, Hook } }
        const now = app.now()
        const { seq, id } = store.campaigns.create(found, { id: newId(), body, tags }, now.toISOString())
        store.campaigns.planAll(seq, planNew(body, now.getTime()))
        const made = findCampaign(store, found, id)
        if (app.quotas) checkCounts(store, found, made)
        return answerCampaign(found, made)
      })
      app.jobWorker.wake()
      return reply.code(201).send(created)
    },
  )
}
