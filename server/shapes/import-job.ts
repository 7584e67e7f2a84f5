import { type Static, Type } from '@sinclair/typebox'
import { OneOf } from './common.ts'

/** The formats of an import file (source: model). JSON means one object a line. */
export const Format = OneOf(['CSV', 'JSON'])
export type Format = Static<typeof Format>

/** Every state of a job that the model knows. */
export const JobStatus = OneOf([
  'CREATED',
  'PREPARING_FOR_INITIALIZATION',
  'INITIALIZING',
  'PROCESSING',
  'PENDING_JOB',
  'COMPLETING',
  'COMPLETED',
  'FAILING',
  'FAILED',
])
export type JobStatus = Static<typeof JobStatus>

/** What a caller asks to be imported; the answer repeats it, defaults filled in. */
export const ImportJobRequest = Type.Object({
  S3Url: Type.String(),
  RoleArn: Type.String(),
  ExternalId: Type.Optional(Type.String()),
  Format,
  RegisterEndpoints: Type.Optional(Type.Boolean()),
  DefineSegment: Type.Optional(Type.Boolean()),
  SegmentId: Type.Optional(Type.String()),
  SegmentName: Type.Optional(Type.String()),
})
export type ImportJobRequest = Static<typeof ImportJobRequest>
export const ImportJobResource = ImportJobRequest
export type ImportJobResource = ImportJobRequest

/** A job as GetImportJob answers it, its members in the order of the wire sample (source: guide). */
export const ImportJobResponse = Type.Object({
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
  Definition: ImportJobResource,
})
export type ImportJobResponse = Static<typeof ImportJobResponse>

export const ImportJobsResponse = Type.Object({
  Item: Type.Array(ImportJobResponse),
  NextToken: Type.Optional(Type.String()),
})
