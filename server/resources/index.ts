import type { FastifyPluginAsyncTypebox } from '@fastify/type-provider-typebox'
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
const operations = [
  // Applications
  createApp,
  getApp,
  getApps,
  deleteApp,
  getApplicationSettings,
  updateApplicationSettings,
  // Endpoints
  updateEndpoint,
  updateEndpointsBatch,
  getEndpoint,
  deleteEndpoint,
  // Users
  getUserEndpoints,
  deleteUserEndpoints,
  // Attributes
  removeAttributes,
  // Import and export jobs
  createImportJob,
  createExportJob,
  readJobs,
  // Segments
  createSegment,
  getSegment,
  getSegments,
  getSegmentVersion,
  getSegmentVersions,
  updateSegment,
  deleteSegment,
  // Campaigns
  createCampaign,
  getCampaign,
  getCampaigns,
  getCampaignVersion,
  getCampaignVersions,
  getCampaignActivities,
  updateCampaign,
  deleteCampaign,
  getInAppMessages,
  // Channels
  channels,
  getChannels,
  // Journeys
  createJourney,
  getJourney,
  listJourneys,
  updateJourney,
  deleteJourney,
  updateJourneyState,
  getJourneyRuns,
  executionMetrics,
  // Messages
  sendMessages,
  sendUsersMessages,
  // Recommender configurations
  createRecommenderConfiguration,
  getRecommenderConfiguration,
  getRecommenderConfigurations,
  updateRecommenderConfiguration,
  deleteRecommenderConfiguration,
  // Events and event streams
  putEvents,
  putEventStream,
  getEventStream,
  deleteEventStream,
  // KPIs
  kpis,
  // Templates
  templates,
  listTemplates,
  listTemplateVersions,
  updateTemplateActiveVersion,
  // One-time passwords
  sendOTPMessage,
  verifyOTPMessage,
  // Phone numbers
  phoneNumberValidate,
  // Tags
  listTagsForResource,
  tagResource,
  untagResource,
]

/** Gives every operation its route. None needs a plugin of its own, and a hundred would slow the start. */
export const resources: FastifyPluginAsyncTypebox = async app => {
  for (const operation of operations) await operation(app, {})
}
