import { type Static, Type } from '@sinclair/typebox'
import { OneOf, PageOf } from './common.ts'
import { jobResponse } from './job.ts'

/** The formats of an import file (source: model). JSON means one object a line. */
export const Format = OneOf(['CSV', 'JSON'])
export type Format = Static<typeof Format>

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

/** A job as GetImportJob answers it. */
export const ImportJobResponse = jobResponse(ImportJobResource)
export type ImportJobResponse = Static<typeof ImportJobResponse>

export const ImportJobsResponse = PageOf(ImportJobResponse)
