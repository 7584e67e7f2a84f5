import { type TSchema, Type } from '@sinclair/typebox'
import { paramsInApplication } from './common.ts'
import { JobStatus } from './job-status.ts'

/** Path parameters of an operation on a job. */
export const JobParams = paramsInApplication({ jobId: 'Id of the job' })

/** The answer for a job of either kind, its members in the order of the sample in the guide. */
export const jobResponse = <D extends TSchema>(Definition: D) =>
  Type.Object({
    ApplicationId: Type.String(),
    Id: Type.String(),
    JobStatus,
    CompletedPieces: Type.Optional(Type.Integer()),
    FailedPieces: Type.Optional(Type.Integer()),
    TotalPieces: Type.Optional(Type.Integer()),
    CreationDate: Type.String(),
    CompletionDate: Type.Optional(Type.String()),
    Type: Type.String(),
    TotalFailures: Type.Optional(Type.Integer()),
    TotalProcessed: Type.Optional(Type.Integer()),
    Failures: Type.Optional(Type.Array(Type.String())),
    Definition,
  })
