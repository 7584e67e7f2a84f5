import { type Static, type TSchema, Type } from '@sinclair/typebox'
import { ActivityResponse, CampaignState } from '../../model/campaign.ts'
import { ClockStatus } from '../../model/clock.ts'
import { MapOf, OneOf } from '../../model/common.ts'
import { ExportJobResponse } from '../../model/export-job.ts'
import { Fault } from '../../model/fault.ts'
import { HeldBy } from '../../model/held-by.ts'
import { ImportJobResponse } from '../../model/import-job.ts'
import { JobControl } from '../../model/job-control.ts'
import { JobStatus } from '../../model/job-status.ts'
import { State as JourneyState } from '../../model/journey.ts'
import { DeliveryStatus } from '../../model/message.ts'
import { TemplateType } from '../../model/template.ts'
import { AppOverview } from '../apps.ts'
import { JobFailure, JobType } from '../job-shapes.ts'
import { requestMembers } from '../requests.ts'

/**
 * The events of the live feed: one schema for the `data` of each kind. The web console imports the
 * types.
 */

const appId = Type.String({ description: 'Id of the application' })
const optionalText = (description: string) => Type.Optional(Type.String({ description }))
const isNew = Type.Boolean({ description: 'Whether it was created since the last look' })
const instant = (description: string) => Type.String({ description: `${description}, ISO 8601` })

/** The first event of every stream. */
const HelloEvent = Type.Object({
  version: Type.String({ description: 'The version of pinpoint-local' }),
  seq: Type.Integer({ description: 'The id of the newest event: the stream goes on from here' }),
  clock: ClockStatus,
  jobControl: JobControl,
  accessKeyId: optionalText('The id of the first of ACCESS_KEYS, by one of which calls must be signed'),
})

/** A job has come to a state, is held or let go, or has made progress. */
export const JobEvent = Type.Object({
  app: appId,
  id: Type.String({ description: 'Id of the job' }),
  type: JobType,
  status: JobStatus,
  at: instant('When it came to this state'),
  held: Type.Boolean({ description: 'Whether it waits in this state to be let go' }),
  heldBy: Type.Optional(HeldBy),
  pieces: Type.Optional(
    Type.Object(
      { total: Type.Integer(), done: Type.Integer(), failed: Type.Integer() },
      { description: 'Absent until it is PROCESSING: the number of pieces is unknown before' },
    ),
  ),
  bytes: Type.Optional(
    Type.Object(
      { done: Type.Integer(), total: Type.Integer() },
      {
        description:
          'Bytes of its objects, as they are stored; a compressed object counts when it is done. Absent for exports, and until it is PROCESSING',
      },
    ),
  ),
  processed: Type.Integer({ description: 'Records that were read, or endpoints that were written' }),
  failed: Type.Integer({ description: 'Records that could not be imported' }),
  job: Type.Union([Type.Omit(ImportJobResponse, ['Failures']), Type.Omit(ExportJobResponse, ['Failures'])], {
    description: 'As in GET /_pinpoint/jobs, without Failures',
  }),
})
export type JobEvent = Static<typeof JobEvent>

/** Some pieces of a job are over now. */
const PiecesEvent = Type.Object({
  app: appId,
  id: Type.String({ description: 'Id of the job' }),
  type: JobType,
  from: Type.Integer({ description: 'Index of the first piece in states' }),
  states: Type.String({
    description: 'A letter for each piece: C completed, F failed, P pending',
    pattern: '^[CFP]+$',
  }),
})

/** An import has new failures. */
const FailuresEvent = Type.Object({
  app: appId,
  id: Type.String({ description: 'Id of the job' }),
  total: Type.Integer({ description: 'Records of the job that could not be imported so far' }),
  items: Type.Array(JobFailure, {
    description: 'The first of the new ones, 20 at most: those of pieces, objects and the job first',
  }),
})

/** A message as a row of a list. */
export const MessageRow = Type.Object({
  id: Type.Integer({ description: 'Id of the message' }),
  app: appId,
  at: instant('When it was sent, by the clock of the emulator'),
  status: DeliveryStatus,
  statusMessage: Type.String(),
  channel: optionalText('Absent where no endpoint was found'),
  to: optionalText('The address'),
  title: optionalText('The subject, the title, or the beginning of the body'),
  endpoint: optionalText('Id of the endpoint'),
  user: optionalText('Id of the user'),
  operation: optionalText('The operation that sent it'),
  template: optionalText('Name of the template'),
  campaign: optionalText('Id of the campaign'),
  journey: optionalText('Id of the journey'),
})
export type MessageRow = Static<typeof MessageRow>

/** New messages of the outbox, the newest first. */
const MessagesEvent = Type.Array(MessageRow, { maxItems: 200 })

/** A call, as GET /_pinpoint/requests has it. */
export const RequestRow = Type.Object(requestMembers)
export type RequestRow = Static<typeof RequestRow>

/** New calls of Pinpoint's API, the newest first. */
const RequestsEvent = Type.Array(RequestRow, { maxItems: 200 })

/**
 * An application is new, or holds more or less: as in GET /_pinpoint/apps, without `users`, which
 * take long to count.
 */
const CountsEvent = Type.Omit(AppOverview, ['users'])

/** A campaign is new or changed, or one of its runs has made progress. */
export const CampaignEvent = Type.Object({
  app: appId,
  id: Type.String({ description: 'Id of the campaign' }),
  isNew,
  name: Type.String(),
  version: Type.Integer(),
  modifiedAt: instant('When it was changed last'),
  isPaused: Type.Boolean(),
  state: Type.Index(CampaignState, ['CampaignStatus']),
  activities: Type.Array(ActivityResponse, {
    description:
      'Its newest runs, as many as it has treatments, the newest first, as GetCampaignActivities answers them',
  }),
})
export type CampaignEvent = Static<typeof CampaignEvent>

/** A journey is new or changed, or its participants have moved on. */
export const JourneyEvent = Type.Object({
  app: appId,
  id: Type.String({ description: 'Id of the journey' }),
  isNew,
  name: Type.String(),
  state: JourneyState,
  modifiedAt: instant('When it was changed last'),
  inside: Type.Integer({ description: 'Participants that have not left, of all runs' }),
  metrics: Type.Unsafe<Record<string, string>>({
    ...MapOf(Type.String()),
    description: 'As GetJourneyExecutionMetrics answers them',
  }),
  activities: Type.Unsafe<Record<string, Record<string, string>>>({
    ...MapOf(MapOf(Type.String())),
    description: 'By the key of the activity, as GetJourneyExecutionActivityMetrics answers them',
  }),
})
export type JourneyEvent = Static<typeof JourneyEvent>

/** A template, one of its versions, or its tags were written or deleted. */
const TemplateEvent = Type.Object({ type: TemplateType, name: Type.String() })

/** The settings or a channel of an application were written, or a channel was deleted. */
const SettingsEvent = Type.Object({ app: appId })

/** The clock was moved, or something else is due next: as GET /_pinpoint/clock answers. */
const ClockEvent = ClockStatus

/** Fault rules, or how jobs advance, have changed. */
const FaultsEvent = Type.Object({
  items: Type.Array(Fault, { description: 'All rules, as GET /_pinpoint/faults answers them' }),
  jobControl: JobControl,
})

/** The state was replaced: all that a reader knows is of the old one. */
const StateEvent = Type.Object({ by: OneOf(['reset', 'restore']) })

/** Something has happened that no event tells: what a reader shows has to be fetched again. */
const ResyncEvent = Type.Object({
  kinds: Type.Optional(
    Type.Array(Type.String(), { description: 'What is affected, by kinds of events; absent for all' }),
  ),
  leftOut: Type.Optional(
    Type.Integer({ description: 'How many new messages or calls have had no room in their event' }),
  ),
  id: optionalText('Id of the campaign or journey that was removed'),
})

/** The `data` of each kind of events. */
export const liveEvents = {
  hello: HelloEvent,
  job: JobEvent,
  pieces: PiecesEvent,
  failures: FailuresEvent,
  messages: MessagesEvent,
  requests: RequestsEvent,
  counts: CountsEvent,
  campaign: CampaignEvent,
  journey: JourneyEvent,
  template: TemplateEvent,
  settings: SettingsEvent,
  clock: ClockEvent,
  faults: FaultsEvent,
  state: StateEvent,
  resync: ResyncEvent,
} as const satisfies Record<string, TSchema>

/** A kind of events: what `event:` says. */
export type LiveKind = keyof typeof liveEvents

/** The type of the `data` of each kind of events. */
export type LiveEvents = { [Kind in LiveKind]: Static<(typeof liveEvents)[Kind]> }
