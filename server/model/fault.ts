import { type Static, Type } from '@sinclair/typebox'
import { OneOf } from './common.ts'
import { type ModelledException, modelledExceptions } from './exception.ts'
import { Format } from './import-job.ts'

const exact = { additionalProperties: false }

/** The jobs that a rule applies to: those that match all members that are given. */
export const JobSelector = Type.Object(
  {
    type: Type.Optional(OneOf(['IMPORT', 'EXPORT'])),
    s3Url: Type.Optional(
      Type.String({
        description: 'The S3Url of an import or S3UrlPrefix of an export; * matches any text',
      }),
    ),
    applicationId: Type.Optional(Type.String()),
    format: Type.Optional(Format),
  },
  exact,
)
export type JobSelector = Static<typeof JobSelector>

const states = [
  ...(['CREATED', 'PENDING_JOB', 'PREPARING_FOR_INITIALIZATION', 'INITIALIZING'] as const),
  ...(['PROCESSING', 'COMPLETING'] as const),
]

/**
 * A rule that makes calls or jobs fail or take long (contract). `check-fault.ts` says which members
 * go together.
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
    message: Type.Optional(Type.String({ description: "The exception's message" })),
    latencyMs: Type.Optional(
      Type.Integer({
        minimum: 0,
        maximum: 3_600_000,
        description: 'Milliseconds before the call is handled',
      }),
    ),
    job: Type.Optional(JobSelector),
    failAt: Type.Optional(OneOf(states, { description: 'The state in which the job fails' })),
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
      OneOf([...states, 'FAILING'], {
        description: 'The state in which the job stays, its work there done, until the rule is removed',
      }),
    ),
    times: Type.Optional(
      Type.Integer({ minimum: 1, description: 'How many calls or jobs the rule applies to; by default all' }),
    ),
    probability: Type.Optional(
      Type.Number({
        minimum: 0,
        maximum: 1,
        description: 'The probability that the rule applies to a call or job; by default 1',
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
