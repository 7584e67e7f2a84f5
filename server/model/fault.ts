import { type Static, Type } from '@sinclair/typebox'
import { OneOf } from './common.ts'
import { type ModelledException, modelledExceptions } from './exception.ts'
import { Format } from './import-job.ts'
import { jobTypes } from './job-kinds.ts'
import type { JobStatus } from './job-moves.ts'
import { type DeliveryStatus, deliveryStatuses } from './message.ts'

const exact = { additionalProperties: false }

/** The jobs that a rule applies to: those that match all members that are given. */
export const JobSelector = Type.Object(
  {
    type: Type.Optional(OneOf(jobTypes)),
    s3Url: Type.Optional(
      Type.String({
        description: 'The S3Url of an import or S3UrlPrefix of an export; * matches any text',
      }),
    ),
    applicationId: Type.Optional(Type.String()),
    id: Type.Optional(Type.String({ description: 'Id of the job, which has been created before' })),
    format: Type.Optional(Format),
  },
  exact,
)
export type JobSelector = Static<typeof JobSelector>

const pattern = (description: string) =>
  Type.Optional(Type.String({ description: `${description}; * matches any text` }))

/** The messages that a rule applies to: those that match all members that are given. */
export const MessageSelector = Type.Object(
  {
    channel: pattern('The channel, such as SMS or APNS*'),
    address: pattern('The address, as the caller wrote it, or as the endpoint has it'),
    endpoint: pattern('Id of the endpoint, whose case does not matter'),
    user: pattern('Id of the user'),
    app: pattern('Id of the application'),
  },
  exact,
)
export type MessageSelector = Static<typeof MessageSelector>

/** The statuses that a rule can give a message. */
const failureStatuses = deliveryStatuses.filter(status => status !== 'SUCCESSFUL')

/** The statuses from which a job can fail. */
const failingFrom = [
  'CREATED',
  'PENDING_JOB',
  'PREPARING_FOR_INITIALIZATION',
  'INITIALIZING',
  'PROCESSING',
  'COMPLETING',
] as const satisfies readonly JobStatus[]

/**
 * A rule that makes calls, jobs or messages fail, or take long (contract). `check-fault.ts` says
 * which members go together.
 */
export const FaultRule = Type.Object(
  {
    operation: Type.Optional(
      Type.String({
        description: 'An operation of Pinpoint; * matches any text. By default all operations',
      }),
    ),
    error: Type.Optional(
      OneOf(Object.keys(modelledExceptions) as ModelledException[], {
        description: 'The exception that the call answers',
      }),
    ),
    message: Type.Optional(
      Type.Union([Type.String({ description: "The exception's message" }), MessageSelector], {
        description: "Of a rule for calls, the exception's message; else the messages that it applies to",
      }),
    ),
    status: Type.Optional(
      OneOf(failureStatuses, { description: 'The status with which the message is not sent' }),
    ),
    statusCode: Type.Optional(
      Type.Integer({
        minimum: 100,
        maximum: 599,
        description: 'The StatusCode of its result; by default one that suits the status',
      }),
    ),
    statusMessage: Type.Optional(Type.String({ description: 'The StatusMessage of its result' })),
    latencyMs: Type.Optional(
      Type.Integer({
        minimum: 0,
        maximum: 3_600_000,
        description: 'Milliseconds before the call is handled',
      }),
    ),
    job: Type.Optional(JobSelector),
    failAt: Type.Optional(OneOf(failingFrom, { description: 'The state in which the job fails' })),
    failPieces: Type.Optional(
      Type.Integer({ minimum: 1, description: 'How many of the first pieces fail, and so the job' }),
    ),
    failRecords: Type.Optional(
      Type.Object(
        {
          every: Type.Integer({
            minimum: 1,
            description: 'The interval: with 10, records 10, 20, 30 and so on fail',
          }),
          reason: Type.Optional(Type.String()),
        },
        exact,
      ),
    ),
    reason: Type.Optional(Type.String({ description: 'The reason in Failures, for failAt and failPieces' })),
    hangAt: Type.Optional(
      OneOf([...failingFrom, 'FAILING'], {
        description: 'The state in which the job stays, its work there done, until the rule is removed',
      }),
    ),
    times: Type.Optional(
      Type.Integer({
        minimum: 1,
        description: 'How many calls, jobs or messages the rule applies to; by default all',
      }),
    ),
    probability: Type.Optional(
      Type.Number({
        minimum: 0,
        maximum: 1,
        description: 'The probability that the rule applies to a call, job or message; by default 1',
      }),
    ),
  },
  exact,
)
export type FaultRule = Static<typeof FaultRule>

/** A rule as the control API answers it. */
export const Fault = Type.Object({
  id: Type.String(),
  ...FaultRule.properties,
  timesLeft: Type.Optional(Type.Integer({ description: 'How many of `times` are left' })),
})
export type Fault = Static<typeof Fault>

/** A rule for calls. */
export type CallFault = Omit<Fault, 'message'> & { message?: string }

/** A rule for messages. */
export type MessageFault = Fault & { message: MessageSelector; status: DeliveryStatus }
