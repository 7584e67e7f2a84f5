import type { FastifyInstance } from 'fastify'
import { createApp } from './apps/create-app.ts'
import { deleteApp } from './apps/delete-app.ts'
import { getApp } from './apps/get-app.ts'
import { getApps } from './apps/get-apps.ts'
import { removeAttributes } from './attributes/remove-attributes.ts'
import { createCampaign } from './campaigns/create-campaign.ts'
import { deleteCampaign } from './campaigns/delete-campaign.ts'
import { getCampaign } from './campaigns/get-campaign.ts'
import { getCampaignActivities } from './campaigns/get-campaign-activities.ts'
import { getCampaignVersion } from './campaigns/get-campaign-version.ts'
import { getCampaignVersions } from './campaigns/get-campaign-versions.ts'
import { getCampaigns } from './campaigns/get-campaigns.ts'
import { updateCampaign } from './campaigns/update-campaign.ts'
import { channels } from './channels/channels.ts'
import { getChannels } from './channels/get-channels.ts'
import { deleteEndpoint } from './endpoints/delete-endpoint.ts'
import { getEndpoint } from './endpoints/get-endpoint.ts'
import { updateEndpoint } from './endpoints/update-endpoint.ts'
import { updateEndpointsBatch } from './endpoints/update-endpoints-batch.ts'
import { deleteEventStream } from './event-stream/delete-event-stream.ts'
import { getEventStream } from './event-stream/get-event-stream.ts'
import { putEventStream } from './event-stream/put-event-stream.ts'
import { putEvents } from './events/put-events.ts'
import { createExportJob } from './export-jobs/create-export-job.ts'
import { createImportJob } from './import-jobs/create-import-job.ts'
import { getInAppMessages } from './in-app-messages/get-in-app-messages.ts'
import { readJobs } from './jobs/read-jobs.ts'
import { createJourney } from './journeys/create-journey.ts'
import { deleteJourney } from './journeys/delete-journey.ts'
import { executionMetrics } from './journeys/execution-metrics.ts'
import { getJourney } from './journeys/get-journey.ts'
import { getJourneyRuns } from './journeys/get-journey-runs.ts'
import { listJourneys } from './journeys/list-journeys.ts'
import { updateJourney } from './journeys/update-journey.ts'
import { updateJourneyState } from './journeys/update-journey-state.ts'
import { kpis } from './kpis/kpis.ts'
import { sendMessages } from './messages/send-messages.ts'
import { sendUsersMessages } from './messages/send-users-messages.ts'
import { sendOTPMessage } from './otp/send-otp-message.ts'
import { verifyOTPMessage } from './otp/verify-otp-message.ts'
import { phoneNumberValidate } from './phone-numbers/phone-number-validate.ts'
import { createRecommenderConfiguration } from './recommenders/create-recommender-configuration.ts'
import { deleteRecommenderConfiguration } from './recommenders/delete-recommender-configuration.ts'
import { getRecommenderConfiguration } from './recommenders/get-recommender-configuration.ts'
import { getRecommenderConfigurations } from './recommenders/get-recommender-configurations.ts'
import { updateRecommenderConfiguration } from './recommenders/update-recommender-configuration.ts'
import { createSegment } from './segments/create-segment.ts'
import { deleteSegment } from './segments/delete-segment.ts'
import { getSegment } from './segments/get-segment.ts'
import { getSegmentVersion } from './segments/get-segment-version.ts'
import { getSegmentVersions } from './segments/get-segment-versions.ts'
import { getSegments } from './segments/get-segments.ts'
import { updateSegment } from './segments/update-segment.ts'
import { getApplicationSettings } from './settings/get-application-settings.ts'
import { updateApplicationSettings } from './settings/update-application-settings.ts'
import { listTagsForResource } from './tags/list-tags-for-resource.ts'
import { tagResource } from './tags/tag-resource.ts'
import { untagResource } from './tags/untag-resource.ts'
import { listTemplateVersions } from './templates/list-template-versions.ts'
import { listTemplates } from './templates/list-templates.ts'
import { templates } from './templates/templates.ts'
import { updateTemplateActiveVersion } from './templates/update-template-active-version.ts'
import { deleteUserEndpoints } from './users/delete-user-endpoints.ts'
import { getUserEndpoints } from './users/get-user-endpoints.ts'

/** Every operation of Pinpoint, by resource. */
export async function resources(app: FastifyInstance): Promise<void> {
  // Applications
  app.register(createApp)
  app.register(getApp)
  app.register(getApps)
  app.register(deleteApp)
  app.register(getApplicationSettings)
  app.register(updateApplicationSettings)

  // Endpoints
  app.register(updateEndpoint)
  app.register(updateEndpointsBatch)
  app.register(getEndpoint)
  app.register(deleteEndpoint)

  // Users
  app.register(getUserEndpoints)
  app.register(deleteUserEndpoints)

  // Attributes
  app.register(removeAttributes)

  // Import and export jobs
  app.register(createImportJob)
  app.register(createExportJob)
  app.register(readJobs)

  // Segments
  app.register(createSegment)
  app.register(getSegment)
  app.register(getSegments)
  app.register(getSegmentVersion)
  app.register(getSegmentVersions)
  app.register(updateSegment)
  app.register(deleteSegment)

  // Campaigns
  app.register(createCampaign)
  app.register(getCampaign)
  app.register(getCampaigns)
  app.register(getCampaignVersion)
  app.register(getCampaignVersions)
  app.register(getCampaignActivities)
  app.register(updateCampaign)
  app.register(deleteCampaign)
  app.register(getInAppMessages)

  // Channels
  app.register(channels)
  app.register(getChannels)

  // Journeys
  app.register(createJourney)
  app.register(getJourney)
  app.register(listJourneys)
  app.register(updateJourney)
  app.register(deleteJourney)
  app.register(updateJourneyState)
  app.register(getJourneyRuns)
  app.register(executionMetrics)

  // Messages
  app.register(sendMessages)
  app.register(sendUsersMessages)

  // Recommender configurations
  app.register(createRecommenderConfiguration)
  app.register(getRecommenderConfiguration)
  app.register(getRecommenderConfigurations)
  app.register(updateRecommenderConfiguration)
  app.register(deleteRecommenderConfiguration)

  // Events and event streams
  app.register(putEvents)
  app.register(putEventStream)
  app.register(getEventStream)
  app.register(deleteEventStream)

  // KPIs
  app.register(kpis)

  // Templates
  app.register(templates)
  app.register(listTemplates)
  app.register(listTemplateVersions)
  app.register(updateTemplateActiveVersion)

  // One-time passwords
  app.register(sendOTPMessage)
  app.register(verifyOTPMessage)

  // Phone numbers
  app.register(phoneNumberValidate)

  // Tags
  app.register(listTagsForResource)
  app.register(tagResource)
  app.register(untagResource)
}
