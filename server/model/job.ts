import { type TSchema, Type } from '@sinclair/typebox'
import { paramsInApplication } from './common.ts'
import { JobStatus } from './job-states.ts'

/** Path of an operation on one job. */
export const JobParams = paramsInApplication({ jobId: 'Id of the job' })

/** A job as it is answered, its members in the order of the wire sample (source: guide). */
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
