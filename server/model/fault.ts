import { type Static, Type } from '@sinclair/typebox'
import { OneOf } from './common.ts'
import { type ModelledException, modelledExceptions } from './exception.ts'
import { Format } from './import-job.ts'

const exact = { additionalProperties: false }

/** Which jobs a rule is about: those to which everything applies that is given. */
export const JobSelector = Type.Object(
  {
    type: Type.Optional(OneOf(['IMPORT', 'EXPORT'])),
    s3Url: Type.Optional(
      Type.String({
        description: 'The S3Url of an import or S3UrlPrefix of an export; * stands for anything',
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

/** A rule by which calls or jobs fail, or take long (contract). Which members go together is for `check-fault.ts`. */
export const FaultRule = Type.Object(
  {
    operation: Type.Optional(
      Type.String({
        description: 'An operation of Pinpoint; * stands for anything. Without it, all of them',
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
        description: 'Milliseconds before the call is looked at',
      }),
    ),
    job: Type.Optional(JobSelector),
    failAt: Type.Optional(OneOf(states, { description: 'The job fails when it is in this state' })),
    failPieces: Type.Optional(
      Type.Integer({ minimum: 1, description: 'So many of the first pieces fail, and the job by them' }),
    ),
    failRecords: Type.Optional(
      Type.Object(
        {
          every: Type.Integer({
            minimum: 1,
            description: 'The number of the first record that fails, and so on',
          }),
          reason: Type.Optional(Type.String()),
        },
        exact,
      ),
    ),
    reason: Type.Optional(Type.String({ description: 'What Failures says: of failAt and failPieces' })),
    hangAt: Type.Optional(
      OneOf([...states, 'FAILING'], {
        description: 'The job stays in this state, all being done there, until the rule is removed',
      }),
    ),
    times: Type.Optional(
      Type.Integer({ minimum: 1, description: 'So many calls or jobs are struck; without it, all of them' }),
    ),
    probability: Type.Optional(
      Type.Number({
        minimum: 0,
        maximum: 1,
        description: 'How often a call or job is struck; without it, always',
      }),
    ),
  },
  exact,
)
export type FaultRule = Static<typeof FaultRule>

/** A rule as it is answered. */
export const Fault = Type.Object({
  id: Type.String(),
  ...FaultRule.properties,
  timesLeft: Type.Optional(Type.Integer({ description: 'How many of its times are left' })),
})
export type Fault = Static<typeof Fault>
