import { type Static, Type } from '@sinclair/typebox'
import { ListOf, MapOf, OneOf, PageOf } from './common.ts'
import { ChannelType } from './endpoint.ts'
import { EventDimensions, EventFilter } from './event-filter.ts'
import { MessageType } from './message.ts'
import { journeyLimits } from './quotas.ts'
import { SegmentDimensions } from './segment-dimensions.ts'
import { Tags } from './tags.ts'

const optionalString = Type.Optional(Type.String())
const optionalInteger = Type.Optional(Type.Integer())
const optionalBoolean = Type.Optional(Type.Boolean())

/** The states of a journey (source: model). */
export const journeyStates = ['DRAFT', 'ACTIVE', 'COMPLETED', 'CANCELLED', 'CLOSED', 'PAUSED'] as const
export const State = OneOf(journeyStates)
export type State = Static<typeof State>

export const WaitTime = Type.Object({ WaitFor: optionalString, WaitUntil: optionalString })
export type WaitTime = Static<typeof WaitTime>

export const EventCondition = Type.Object({
  Dimensions: Type.Optional(EventDimensions),
  MessageActivity: optionalString,
})
export type EventCondition = Static<typeof EventCondition>

export const SegmentCondition = Type.Object({ SegmentId: Type.String() })

/** One condition of a split. All members that are given must be met (assumed). */
export const SimpleCondition = Type.Object({
  EventCondition: Type.Optional(EventCondition),
  SegmentCondition: Type.Optional(SegmentCondition),
  /** Begins with a small letter on the wire (source: model). */
  segmentDimensions: Type.Optional(SegmentDimensions),
})
export type SimpleCondition = Static<typeof SimpleCondition>

export const Condition = Type.Object({
  Conditions: Type.Optional(ListOf(SimpleCondition, journeyLimits.conditions)),
  Operator: Type.Optional(OneOf(['ALL', 'ANY'])),
})

/** Members of the activities that send a message by a template. */
const message = {
  NextActivity: optionalString,
  TemplateName: optionalString,
  TemplateVersion: optionalString,
}

export const JourneyEmailMessage = Type.Object({ FromAddress: optionalString })
export const EmailMessageActivity = Type.Object({
  ...message,
  MessageConfig: Type.Optional(JourneyEmailMessage),
})

export const JourneySMSMessage = Type.Object({
  EntityId: optionalString,
  MessageType: Type.Optional(MessageType),
  OriginationNumber: optionalString,
  SenderId: optionalString,
  TemplateId: optionalString,
})
export const SMSMessageActivity = Type.Object({ ...message, MessageConfig: Type.Optional(JourneySMSMessage) })

export const JourneyPushMessage = Type.Object({ TimeToLive: optionalString })
export const PushMessageActivity = Type.Object({
  ...message,
  MessageConfig: Type.Optional(JourneyPushMessage),
})

export const JourneyCustomMessage = Type.Object({ Data: optionalString })
export const CustomMessageActivity = Type.Object({
  ...message,
  DeliveryUri: optionalString,
  EndpointTypes: Type.Optional(ListOf(ChannelType, journeyLimits.endpointTypes)),
  MessageConfig: Type.Optional(JourneyCustomMessage),
})
export type CustomMessageActivity = Static<typeof CustomMessageActivity>

export const WaitActivity = Type.Object({ NextActivity: optionalString, WaitTime: Type.Optional(WaitTime) })

export const ConditionalSplitActivity = Type.Object({
  Condition: Type.Optional(Condition),
  EvaluationWaitTime: Type.Optional(WaitTime),
  FalseActivity: optionalString,
  TrueActivity: optionalString,
})

export const MultiConditionalBranch = Type.Object({
  Condition: Type.Optional(SimpleCondition),
  NextActivity: optionalString,
})
export const MultiConditionalSplitActivity = Type.Object({
  Branches: Type.Optional(ListOf(MultiConditionalBranch, journeyLimits.anyBranches)),
  DefaultActivity: optionalString,
  EvaluationWaitTime: Type.Optional(WaitTime),
})

export const RandomSplitEntry = Type.Object({ NextActivity: optionalString, Percentage: optionalInteger })
export const RandomSplitActivity = Type.Object({
  Branches: Type.Optional(ListOf(RandomSplitEntry, journeyLimits.anyBranches)),
})

export const HoldoutActivity = Type.Object({ NextActivity: optionalString, Percentage: Type.Integer() })

export const ContactCenterActivity = Type.Object({ NextActivity: optionalString })

/** The kinds of activities: an activity has one of these members. */
export const activityKinds = {
  CUSTOM: CustomMessageActivity,
  ConditionalSplit: ConditionalSplitActivity,
  ContactCenter: ContactCenterActivity,
  EMAIL: EmailMessageActivity,
  Holdout: HoldoutActivity,
  MultiCondition: MultiConditionalSplitActivity,
  PUSH: PushMessageActivity,
  RandomSplit: RandomSplitActivity,
  SMS: SMSMessageActivity,
  Wait: WaitActivity,
}
export type ActivityKind = keyof typeof activityKinds

export const Activity = Type.Object({
  CUSTOM: Type.Optional(activityKinds.CUSTOM),
  ConditionalSplit: Type.Optional(activityKinds.ConditionalSplit),
  ContactCenter: Type.Optional(activityKinds.ContactCenter),
  Description: optionalString,
  EMAIL: Type.Optional(activityKinds.EMAIL),
  Holdout: Type.Optional(activityKinds.Holdout),
  MultiCondition: Type.Optional(activityKinds.MultiCondition),
  PUSH: Type.Optional(activityKinds.PUSH),
  RandomSplit: Type.Optional(activityKinds.RandomSplit),
  SMS: Type.Optional(activityKinds.SMS),
  Wait: Type.Optional(activityKinds.Wait),
})
export type Activity = Static<typeof Activity>

export const JourneyTimeframeCap = Type.Object({ Cap: optionalInteger, Days: optionalInteger })

export const JourneyLimits = Type.Object({
  DailyCap: optionalInteger,
  EndpointReentryCap: optionalInteger,
  EndpointReentryInterval: optionalString,
  MessagesPerSecond: optionalInteger,
  TimeframeCap: Type.Optional(JourneyTimeframeCap),
  TotalCap: optionalInteger,
})
export type JourneyLimits = Static<typeof JourneyLimits>

const QuietTime = Type.Object({ End: optionalString, Start: optionalString })

/** Times are ISO 8601 texts. */
export const JourneySchedule = Type.Object({
  EndTime: optionalString,
  StartTime: optionalString,
  Timezone: optionalString,
})
export type JourneySchedule = Static<typeof JourneySchedule>

export const EventStartCondition = Type.Object({
  EventFilter: Type.Optional(EventFilter),
  SegmentId: optionalString,
})

export const StartCondition = Type.Object({
  Description: optionalString,
  EventStartCondition: Type.Optional(EventStartCondition),
  SegmentStartCondition: Type.Optional(SegmentCondition),
})

export const JourneyChannelSettings = Type.Object({
  ConnectCampaignArn: optionalString,
  ConnectCampaignExecutionRoleArn: optionalString,
})

/** The channels that have opening hours. */
export const scheduledChannels = ['EMAIL', 'SMS', 'PUSH', 'VOICE', 'CUSTOM'] as const
export type ScheduledChannel = (typeof scheduledChannels)[number]

export const OpenHoursRule = Type.Object({ EndTime: optionalString, StartTime: optionalString })
export type OpenHoursRule = Static<typeof OpenHoursRule>

/** Days of the week, as keys of OpenHours (source: model). */
export const daysOfWeek = [
  'SUNDAY',
  'MONDAY',
  'TUESDAY',
  'WEDNESDAY',
  'THURSDAY',
  'FRIDAY',
  'SATURDAY',
] as const

/** Days other than those of the week are refused by name: see the checks of journeys. */
const openHoursOfChannel = Type.Optional(
  MapOf(ListOf(OpenHoursRule, journeyLimits.anyRules), daysOfWeek.length),
)
export const OpenHours = Type.Object({
  CUSTOM: openHoursOfChannel,
  EMAIL: openHoursOfChannel,
  PUSH: openHoursOfChannel,
  SMS: openHoursOfChannel,
  VOICE: openHoursOfChannel,
})
export type OpenHours = Static<typeof OpenHours>

export const ClosedDaysRule = Type.Object({
  EndDateTime: optionalString,
  Name: optionalString,
  StartDateTime: optionalString,
})
export type ClosedDaysRule = Static<typeof ClosedDaysRule>

const closedDaysOfChannel = Type.Optional(ListOf(ClosedDaysRule, journeyLimits.anyRules))
export const ClosedDays = Type.Object({
  CUSTOM: closedDaysOfChannel,
  EMAIL: closedDaysOfChannel,
  PUSH: closedDaysOfChannel,
  SMS: closedDaysOfChannel,
  VOICE: closedDaysOfChannel,
})
export type ClosedDays = Static<typeof ClosedDays>

/** What a journey says, but for its name, dates and state. */
const definition = {
  Activities: Type.Optional(MapOf(Activity, journeyLimits.anyActivities)),
  ClosedDays: Type.Optional(ClosedDays),
  JourneyChannelSettings: Type.Optional(JourneyChannelSettings),
  Limits: Type.Optional(JourneyLimits),
  LocalTime: optionalBoolean,
  OpenHours: Type.Optional(OpenHours),
  QuietTime: Type.Optional(QuietTime),
  RefreshFrequency: optionalString,
  RefreshOnSegmentUpdate: optionalBoolean,
  Schedule: Type.Optional(JourneySchedule),
  SendingSchedule: optionalBoolean,
  StartActivity: optionalString,
  StartCondition: Type.Optional(StartCondition),
  TimezoneEstimationMethods: Type.Optional(
    ListOf(OneOf(['PHONE_NUMBER', 'POSTAL_CODE']), journeyLimits.anyBranches),
  ),
  WaitForQuietTime: optionalBoolean,
}

const dated = { CreationDate: optionalString, LastModifiedDate: optionalString, State: Type.Optional(State) }

/** The body of CreateJourney and UpdateJourney. */
export const WriteJourneyRequest = Type.Object({ ...definition, ...dated, Name: Type.String() })
export type WriteJourneyRequest = Static<typeof WriteJourneyRequest>

/** What a journey says: the body of its document. */
export type JourneyDefinition = Omit<WriteJourneyRequest, 'CreationDate' | 'LastModifiedDate' | 'State'>

export const JourneyResponse = Type.Object({
  ...definition,
  ...dated,
  ApplicationId: Type.String(),
  Id: Type.String(),
  Name: Type.String(),
  tags: Type.Optional(Tags),
})
export type JourneyResponse = Static<typeof JourneyResponse>

export const JourneysResponse = PageOf(JourneyResponse)

/** The body of UpdateJourneyState. */
export const JourneyStateRequest = Type.Object({ State: Type.Optional(State) })

/** The statuses of a run (source: model). */
export const JourneyRunStatus = OneOf(['SCHEDULED', 'RUNNING', 'COMPLETED', 'CANCELLED'])
export type JourneyRunStatus = Static<typeof JourneyRunStatus>

export const JourneyRunResponse = Type.Object({
  CreationTime: Type.String(),
  LastUpdateTime: Type.String(),
  RunId: Type.String(),
  Status: JourneyRunStatus,
})
export type JourneyRunResponse = Static<typeof JourneyRunResponse>

export const JourneyRunsResponse = PageOf(JourneyRunResponse)

const metrics = {
  ApplicationId: Type.String(),
  JourneyId: Type.String(),
  LastEvaluatedTime: Type.String(),
  Metrics: MapOf(Type.String()),
}
const ofActivity = { ActivityType: Type.String(), JourneyActivityId: Type.String() }
const ofRun = { RunId: Type.String() }

export const JourneyExecutionMetricsResponse = Type.Object({ ...metrics })
export const JourneyExecutionActivityMetricsResponse = Type.Object({ ...metrics, ...ofActivity })
export const JourneyRunExecutionMetricsResponse = Type.Object({ ...metrics, ...ofRun })
export const JourneyRunExecutionActivityMetricsResponse = Type.Object({
  ...metrics,
  ...ofActivity,
  ...ofRun,
})
