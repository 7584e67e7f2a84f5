import type * as sdk from '@aws-sdk/client-pinpoint'
import type { Static, TSchema } from '@sinclair/typebox'
import t from 'tap'
import type {
  ApplicationResponse,
  ApplicationsResponse,
  CreateApplicationRequest,
} from '../../server/model/application.ts'
import type {
  ApplicationSettingsResource,
  WriteApplicationSettingsRequest,
} from '../../server/model/application-settings.ts'
import type { AttributesResource, UpdateAttributesRequest } from '../../server/model/attributes.ts'
import type * as campaign from '../../server/model/campaign.ts'
import type * as channel from '../../server/model/channel.ts'
import type { MessageBody } from '../../server/model/common.ts'
import type {
  EndpointBatchItem,
  EndpointRequest,
  EndpointResponse,
  EndpointsResponse,
} from '../../server/model/endpoint.ts'
import type * as event from '../../server/model/event.ts'
import type * as eventFilter from '../../server/model/event-filter.ts'
import type { EventStream, WriteEventStream } from '../../server/model/event-stream.ts'
import type {
  ExportJobRequest,
  ExportJobResponse,
  ExportJobsResponse,
} from '../../server/model/export-job.ts'
import type {
  ImportJobRequest,
  ImportJobResponse,
  ImportJobsResponse,
} from '../../server/model/import-job.ts'
import type * as journey from '../../server/model/journey.ts'
import type * as message from '../../server/model/message.ts'
import type * as recommender from '../../server/model/recommender.ts'
import type {
  SegmentImportResource,
  SegmentResponse,
  SegmentsResponse,
  WriteSegmentRequest,
} from '../../server/model/segment.ts'
import type {
  AttributeDimension,
  GPSPointDimension,
  MetricDimension,
  RecencyDimension,
  SegmentDemographics,
  SegmentDimensions,
  SegmentGroup,
  SegmentGroupList,
  SegmentLocation,
  SegmentReference,
  SetDimension,
} from '../../server/model/segment-dimensions.ts'
import type { TagsModel } from '../../server/model/tags.ts'
import type * as template from '../../server/model/template.ts'

/**
 * A type with `undefined` taken out of every member at every depth, and every member made required.
 * A blob, which the SDK takes as bytes, is text in base64 on the wire.
 */
type Plain<T> = T extends Uint8Array
  ? string
  : T extends (infer Item)[]
    ? Plain<Item>[]
    : T extends object
      ? { [Name in keyof T]-?: Plain<Exclude<T[Name], undefined>> }
      : T

type Same<A, B> = (<T>() => T extends A ? 1 : 2) extends <T>() => T extends B ? 1 : 2 ? true : false

/**
 * Names of the members that may be left out. The SDK writes required ones as `string | undefined`, without
 * `?`.
 */
type OptionalNames<T> = { [Name in keyof T]-?: object extends Pick<T, Name> ? Name : never }[keyof T]

/** Whether our shape has the same members as the SDK's, of the same types, and the same of them optional. */
type Equal<Ours extends TSchema, Theirs> = [
  Same<Plain<Static<Ours>>, Plain<Theirs>>,
  Same<OptionalNames<Static<Ours>>, OptionalNames<Theirs>>,
] extends [true, true]
  ? true
  : false

/** Each line compiles only as long as our shape is AWS's own. */
const checked: true[] = [
  true satisfies Equal<typeof CreateApplicationRequest, sdk.CreateApplicationRequest>,
  true satisfies Equal<typeof ApplicationResponse, sdk.ApplicationResponse>,
  true satisfies Equal<typeof ApplicationsResponse, sdk.ApplicationsResponse>,
  true satisfies Equal<typeof WriteApplicationSettingsRequest, sdk.WriteApplicationSettingsRequest>,
  true satisfies Equal<typeof ApplicationSettingsResource, sdk.ApplicationSettingsResource>,
  true satisfies Equal<typeof EndpointRequest, sdk.EndpointRequest>,
  true satisfies Equal<typeof EndpointBatchItem, sdk.EndpointBatchItem>,
  true satisfies Equal<typeof EndpointResponse, sdk.EndpointResponse>,
  true satisfies Equal<typeof EndpointsResponse, sdk.EndpointsResponse>,
  true satisfies Equal<typeof UpdateAttributesRequest, sdk.UpdateAttributesRequest>,
  true satisfies Equal<typeof AttributesResource, sdk.AttributesResource>,
  true satisfies Equal<typeof WriteEventStream, sdk.WriteEventStream>,
  true satisfies Equal<typeof EventStream, sdk.EventStream>,
  true satisfies Equal<typeof MessageBody, sdk.MessageBody>,
  true satisfies Equal<typeof ImportJobRequest, sdk.ImportJobRequest>,
  true satisfies Equal<typeof ImportJobResponse, sdk.ImportJobResponse>,
  true satisfies Equal<typeof ImportJobsResponse, sdk.ImportJobsResponse>,
  true satisfies Equal<typeof ExportJobRequest, sdk.ExportJobRequest>,
  true satisfies Equal<typeof ExportJobResponse, sdk.ExportJobResponse>,
  true satisfies Equal<typeof ExportJobsResponse, sdk.ExportJobsResponse>,
  true satisfies Equal<typeof SegmentResponse, sdk.SegmentResponse>,
  true satisfies Equal<typeof SegmentsResponse, sdk.SegmentsResponse>,
  true satisfies Equal<typeof WriteSegmentRequest, sdk.WriteSegmentRequest>,
  true satisfies Equal<typeof SegmentImportResource, sdk.SegmentImportResource>,
  true satisfies Equal<typeof AttributeDimension, sdk.AttributeDimension>,
  true satisfies Equal<typeof GPSPointDimension, sdk.GPSPointDimension>,
  true satisfies Equal<typeof MetricDimension, sdk.MetricDimension>,
  true satisfies Equal<typeof RecencyDimension, sdk.RecencyDimension>,
  true satisfies Equal<typeof SegmentDemographics, sdk.SegmentDemographics>,
  true satisfies Equal<typeof SegmentDimensions, sdk.SegmentDimensions>,
  true satisfies Equal<typeof SegmentGroup, sdk.SegmentGroup>,
  true satisfies Equal<typeof SegmentGroupList, sdk.SegmentGroupList>,
  true satisfies Equal<typeof SegmentLocation, sdk.SegmentLocation>,
  true satisfies Equal<typeof SegmentReference, sdk.SegmentReference>,
  true satisfies Equal<typeof SetDimension, sdk.SetDimension>,
  true satisfies Equal<typeof TagsModel, sdk.TagsModel>,
  true satisfies Equal<typeof template.EmailTemplateRequest, sdk.EmailTemplateRequest>,
  true satisfies Equal<typeof template.EmailTemplateResponse, sdk.EmailTemplateResponse>,
  true satisfies Equal<typeof template.PushNotificationTemplateRequest, sdk.PushNotificationTemplateRequest>,
  true satisfies Equal<
    typeof template.PushNotificationTemplateResponse,
    sdk.PushNotificationTemplateResponse
  >,
  true satisfies Equal<typeof template.SMSTemplateRequest, sdk.SMSTemplateRequest>,
  true satisfies Equal<typeof template.SMSTemplateResponse, sdk.SMSTemplateResponse>,
  true satisfies Equal<typeof template.VoiceTemplateRequest, sdk.VoiceTemplateRequest>,
  true satisfies Equal<typeof template.VoiceTemplateResponse, sdk.VoiceTemplateResponse>,
  true satisfies Equal<typeof template.InAppTemplateRequest, sdk.InAppTemplateRequest>,
  true satisfies Equal<typeof template.InAppTemplateResponse, sdk.InAppTemplateResponse>,
  true satisfies Equal<typeof template.CreateTemplateMessageBody, sdk.CreateTemplateMessageBody>,
  true satisfies Equal<typeof template.TemplatesResponse, sdk.TemplatesResponse>,
  true satisfies Equal<typeof template.TemplateVersionsResponse, sdk.TemplateVersionsResponse>,
  true satisfies Equal<typeof template.TemplateActiveVersionRequest, sdk.TemplateActiveVersionRequest>,
  true satisfies Equal<typeof template.CreateTemplateMessageBody, sdk.TemplateCreateMessageBody>,
  true satisfies Equal<typeof channel.ADMChannelRequest, sdk.ADMChannelRequest>,
  true satisfies Equal<typeof channel.ADMChannelResponse, sdk.ADMChannelResponse>,
  true satisfies Equal<typeof channel.APNSChannelRequest, sdk.APNSChannelRequest>,
  true satisfies Equal<typeof channel.APNSChannelResponse, sdk.APNSChannelResponse>,
  true satisfies Equal<typeof channel.APNSSandboxChannelRequest, sdk.APNSSandboxChannelRequest>,
  true satisfies Equal<typeof channel.APNSSandboxChannelResponse, sdk.APNSSandboxChannelResponse>,
  true satisfies Equal<typeof channel.APNSVoipChannelRequest, sdk.APNSVoipChannelRequest>,
  true satisfies Equal<typeof channel.APNSVoipChannelResponse, sdk.APNSVoipChannelResponse>,
  true satisfies Equal<typeof channel.APNSVoipSandboxChannelRequest, sdk.APNSVoipSandboxChannelRequest>,
  true satisfies Equal<typeof channel.APNSVoipSandboxChannelResponse, sdk.APNSVoipSandboxChannelResponse>,
  true satisfies Equal<typeof channel.BaiduChannelRequest, sdk.BaiduChannelRequest>,
  true satisfies Equal<typeof channel.BaiduChannelResponse, sdk.BaiduChannelResponse>,
  true satisfies Equal<typeof channel.EmailChannelRequest, sdk.EmailChannelRequest>,
  true satisfies Equal<typeof channel.EmailChannelResponse, sdk.EmailChannelResponse>,
  true satisfies Equal<typeof channel.GCMChannelRequest, sdk.GCMChannelRequest>,
  true satisfies Equal<typeof channel.GCMChannelResponse, sdk.GCMChannelResponse>,
  true satisfies Equal<typeof channel.SMSChannelRequest, sdk.SMSChannelRequest>,
  true satisfies Equal<typeof channel.SMSChannelResponse, sdk.SMSChannelResponse>,
  true satisfies Equal<typeof channel.VoiceChannelRequest, sdk.VoiceChannelRequest>,
  true satisfies Equal<typeof channel.VoiceChannelResponse, sdk.VoiceChannelResponse>,
  true satisfies Equal<typeof channel.ChannelResponse, sdk.ChannelResponse>,
  true satisfies Equal<typeof channel.ChannelsResponse, sdk.ChannelsResponse>,
  true satisfies Equal<
    typeof recommender.CreateRecommenderConfiguration,
    sdk.CreateRecommenderConfigurationShape
  >,
  true satisfies Equal<
    typeof recommender.UpdateRecommenderConfiguration,
    sdk.UpdateRecommenderConfigurationShape
  >,
  true satisfies Equal<
    typeof recommender.RecommenderConfigurationResponse,
    sdk.RecommenderConfigurationResponse
  >,
  true satisfies Equal<
    typeof recommender.ListRecommenderConfigurationsResponse,
    sdk.ListRecommenderConfigurationsResponse
  >,
  true satisfies Equal<typeof message.DefaultMessage, sdk.DefaultMessage>,
  true satisfies Equal<typeof message.DefaultPushNotificationMessage, sdk.DefaultPushNotificationMessage>,
  true satisfies Equal<typeof message.APNSMessage, sdk.APNSMessage>,
  true satisfies Equal<typeof message.ADMMessage, sdk.ADMMessage>,
  true satisfies Equal<typeof message.BaiduMessage, sdk.BaiduMessage>,
  true satisfies Equal<typeof message.GCMMessage, sdk.GCMMessage>,
  true satisfies Equal<typeof message.SimpleEmailPart, sdk.SimpleEmailPart>,
  true satisfies Equal<typeof message.SimpleEmail, sdk.SimpleEmail>,
  true satisfies Equal<typeof message.RawEmail, sdk.RawEmail>,
  true satisfies Equal<typeof message.EmailMessage, sdk.EmailMessage>,
  true satisfies Equal<typeof message.SMSMessage, sdk.SMSMessage>,
  true satisfies Equal<typeof message.VoiceMessage, sdk.VoiceMessage>,
  true satisfies Equal<typeof message.DirectMessageConfiguration, sdk.DirectMessageConfiguration>,
  true satisfies Equal<typeof message.Template, sdk.Template>,
  true satisfies Equal<typeof message.TemplateConfiguration, sdk.TemplateConfiguration>,
  true satisfies Equal<typeof message.EndpointSendConfiguration, sdk.EndpointSendConfiguration>,
  true satisfies Equal<typeof message.AddressConfiguration, sdk.AddressConfiguration>,
  true satisfies Equal<typeof message.MessageRequest, sdk.MessageRequest>,
  true satisfies Equal<typeof message.SendUsersMessageRequest, sdk.SendUsersMessageRequest>,
  true satisfies Equal<typeof message.MessageResult, sdk.MessageResult>,
  true satisfies Equal<typeof message.EndpointMessageResult, sdk.EndpointMessageResult>,
  true satisfies Equal<typeof message.MessageResponse, sdk.MessageResponse>,
  true satisfies Equal<typeof message.SendUsersMessageResponse, sdk.SendUsersMessageResponse>,
  true satisfies Equal<typeof campaign.Message, sdk.Message>,
  true satisfies Equal<typeof campaign.CampaignCustomMessage, sdk.CampaignCustomMessage>,
  true satisfies Equal<typeof campaign.CampaignEmailMessage, sdk.CampaignEmailMessage>,
  true satisfies Equal<typeof campaign.CampaignSmsMessage, sdk.CampaignSmsMessage>,
  true satisfies Equal<typeof campaign.CampaignInAppMessage, sdk.CampaignInAppMessage>,
  true satisfies Equal<typeof campaign.MessageConfiguration, sdk.MessageConfiguration>,
  true satisfies Equal<typeof campaign.CustomDeliveryConfiguration, sdk.CustomDeliveryConfiguration>,
  true satisfies Equal<typeof campaign.Schedule, sdk.Schedule>,
  true satisfies Equal<typeof campaign.WriteTreatmentResource, sdk.WriteTreatmentResource>,
  true satisfies Equal<typeof campaign.WriteCampaignRequest, sdk.WriteCampaignRequest>,
  true satisfies Equal<typeof campaign.CampaignState, sdk.CampaignState>,
  true satisfies Equal<typeof campaign.TreatmentResource, sdk.TreatmentResource>,
  true satisfies Equal<typeof campaign.CampaignResponse, sdk.CampaignResponse>,
  true satisfies Equal<typeof campaign.CampaignsResponse, sdk.CampaignsResponse>,
  true satisfies Equal<typeof campaign.ActivityResponse, sdk.ActivityResponse>,
  true satisfies Equal<typeof campaign.ActivitiesResponse, sdk.ActivitiesResponse>,
  true satisfies Equal<typeof campaign.InAppMessage, sdk.InAppMessage>,
  true satisfies Equal<typeof campaign.InAppCampaignSchedule, sdk.InAppCampaignSchedule>,
  true satisfies Equal<typeof campaign.InAppMessageCampaign, sdk.InAppMessageCampaign>,
  true satisfies Equal<typeof campaign.InAppMessagesResponse, sdk.InAppMessagesResponse>,
  // Not those with a simple condition, whose segmentDimensions the SDK calls otherwise, nor those with times.
  true satisfies Equal<typeof journey.ClosedDays, sdk.ClosedDays>,
  true satisfies Equal<typeof journey.ContactCenterActivity, sdk.ContactCenterActivity>,
  true satisfies Equal<typeof journey.CustomMessageActivity, sdk.CustomMessageActivity>,
  true satisfies Equal<typeof journey.EmailMessageActivity, sdk.EmailMessageActivity>,
  true satisfies Equal<typeof journey.EventCondition, sdk.EventCondition>,
  true satisfies Equal<typeof journey.EventStartCondition, sdk.EventStartCondition>,
  true satisfies Equal<typeof journey.HoldoutActivity, sdk.HoldoutActivity>,
  true satisfies Equal<typeof journey.JourneyChannelSettings, sdk.JourneyChannelSettings>,
  true satisfies Equal<
    typeof journey.JourneyExecutionActivityMetricsResponse,
    sdk.JourneyExecutionActivityMetricsResponse
  >,
  true satisfies Equal<typeof journey.JourneyExecutionMetricsResponse, sdk.JourneyExecutionMetricsResponse>,
  true satisfies Equal<typeof journey.JourneyLimits, sdk.JourneyLimits>,
  true satisfies Equal<
    typeof journey.JourneyRunExecutionActivityMetricsResponse,
    sdk.JourneyRunExecutionActivityMetricsResponse
  >,
  true satisfies Equal<
    typeof journey.JourneyRunExecutionMetricsResponse,
    sdk.JourneyRunExecutionMetricsResponse
  >,
  true satisfies Equal<typeof journey.JourneyRunsResponse, sdk.JourneyRunsResponse>,
  true satisfies Equal<typeof journey.JourneyStateRequest, sdk.JourneyStateRequest>,
  true satisfies Equal<typeof journey.PushMessageActivity, sdk.PushMessageActivity>,
  true satisfies Equal<typeof journey.RandomSplitActivity, sdk.RandomSplitActivity>,
  true satisfies Equal<typeof journey.SMSMessageActivity, sdk.SMSMessageActivity>,
  true satisfies Equal<typeof journey.StartCondition, sdk.StartCondition>,
  true satisfies Equal<typeof journey.WaitActivity, sdk.WaitActivity>,
  true satisfies Equal<typeof eventFilter.EventDimensions, sdk.EventDimensions>,
  true satisfies Equal<typeof eventFilter.EventFilter, sdk.CampaignEventFilter>,
  true satisfies Equal<typeof event.Session, sdk.Session>,
  true satisfies Equal<typeof event.Event, sdk.Event>,
  true satisfies Equal<typeof event.PublicEndpoint, sdk.PublicEndpoint>,
  true satisfies Equal<typeof event.EventsBatch, sdk.EventsBatch>,
  true satisfies Equal<typeof event.EventsRequest, sdk.EventsRequest>,
  true satisfies Equal<typeof event.EndpointItemResponse, sdk.EndpointItemResponse>,
  true satisfies Equal<typeof event.EventItemResponse, sdk.EventItemResponse>,
  true satisfies Equal<typeof event.ItemResponse, sdk.ItemResponse>,
  true satisfies Equal<typeof event.EventsResponse, sdk.EventsResponse>,
]

t.test("the shapes are those of AWS's own SDK", async t => {
  t.ok(checked.every(Boolean), 'the compiler checks them: this file does not compile otherwise')
})
