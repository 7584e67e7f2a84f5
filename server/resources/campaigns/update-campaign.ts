import { isDeepStrictEqual } from 'node:util'
import type { FastifyPluginAsyncTypebox } from '@fastify/type-provider-typebox'
import { planChanged } from '../../campaigns/plan.ts'
import { meaningOf } from '../../campaigns/schedule.ts'
import { CampaignResponse, WriteCampaignRequest } from '../../model/campaign.ts'
import { findApp } from '../find.ts'
import { checkEventStart, checkWebhooks, deliveryUrisOf } from '../strict-checks.ts'
import { answerCampaign } from './answer-campaign.ts'
import { checkCampaign, checkReferences } from './check-campaign.ts'
import { checkChangeable, checkSentTreatments } from './check-changeable.ts'
import { checkCounts } from './check-counts.ts'
import { campaignFirst, findCampaign } from './find-campaign.ts'
import { CampaignParams } from './shapes.ts'

/**
 * Changes the members that are given, each as a whole, as a new version (assumed). A campaign that is
 * COMPLETED cannot be changed; of one that is EXECUTING, only IsPaused; and none of what a treatment
 * has sent (all assumed, after the console). What is sent as it is answered counts as unchanged, so
 * that an answer can be sent back. Tags stay: TagResource changes them (assumed).
 *
 * @see https://docs.aws.amazon.com/pinpoint/latest/apireference/apps-application-id-campaigns-campaign-id.html
 */
export const updateCampaign: FastifyPluginAsyncTypebox = async app => {
  const { store } = app
  app.put(
    '/v1/apps/:applicationId/campaigns/:campaignId',
    {
      config: { operation: 'UpdateCampaign' },
      schema: { params: CampaignParams, body: WriteCampaignRequest, response: { 200: CampaignResponse } },
      preValidation: campaignFirst,
    },
    async (request, reply) => {
      const { applicationId, campaignId } = request.params
      const { tags: _, ...sent } = request.body
      await checkWebhooks(app, applicationId, deliveryUrisOf(sent), reply.disconnectSignal())
      const answer = await store.write(() => {
        const found = findApp(store, applicationId)
        const campaign = findCampaign(store, found, campaignId)
        const current = answerCampaign(found, campaign)
        const change = changedMembers(sent, current)
        checkChangeable(current, change)
        const now = app.now()
        const { inherited, ...said } = campaign.body
        const changed: WriteCampaignRequest = { ...said, ...change }
        if (change.SegmentId !== undefined && sent.SegmentVersion === undefined) delete changed.SegmentVersion
        checkCampaign(changed, now.getTime(), campaign)
        checkEventStart(app, changed, campaign.body)
        const SegmentVersion = checkReferences(store, found, changed, campaign.body)
        const body = { ...changed, SegmentVersion, inherited }
        checkSentTreatments(campaign, body)
        store.campaigns.update(found, campaignId, body, now.toISOString())
        store.campaigns.planAll(campaign.seq, planChanged(campaign, body, now.getTime()))
        const updated = findCampaign(store, found, campaignId)
        if (app.quotas) checkCounts(store, found, updated, campaign)
        return answerCampaign(found, updated)
      })
      app.jobWorker.wake()
      return answer
    },
  )
}

/** The members of a request that say something else than the campaign does, as it is answered. */
function changedMembers(sent: WriteCampaignRequest, answer: CampaignResponse): WriteCampaignRequest {
  const treatments = answer.AdditionalTreatments!.map(({ Id, State, ...treatment }) => treatment)
  const before = withMeanings({ ...answer, AdditionalTreatments: treatments })
  const after = withMeanings(sent)
  return Object.fromEntries(
    Object.entries(sent).filter(([name]) => !isDeepStrictEqual(after[name], before[name])),
  )
}

/** Members of a campaign, to compare them: how a schedule is written makes no difference. */
const withMeanings = (campaign: WriteCampaignRequest): Record<string, unknown> => ({
  ...campaign,
  Schedule: campaign.Schedule && meaningOf(campaign.Schedule),
  AdditionalTreatments: campaign.AdditionalTreatments?.map(({ Schedule, ...treatment }) => ({
    ...treatment,
    ...(Schedule && { Schedule: meaningOf(Schedule) }),
  })),
})
