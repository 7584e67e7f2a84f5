import { type Static, Type } from '@sinclair/typebox'
import { PageOf } from './common.ts'
import { jobResponse } from './job.ts'

/**
 * The body of CreateExportJob. The answer's Definition has these members and no others (source:
 * guide).
 */
export const ExportJobRequest = Type.Object({
  S3UrlPrefix: Type.String(),
  RoleArn: Type.String(),
  SegmentId: Type.Optional(Type.String()),
  SegmentVersion: Type.Optional(Type.Integer()),
})
export type ExportJobRequest = Static<typeof ExportJobRequest>
export const ExportJobResource = ExportJobRequest
export type ExportJobResource = ExportJobRequest

/** The answer of GetExportJob. */
export const ExportJobResponse = jobResponse(ExportJobResource)
export type ExportJobResponse = Static<typeof ExportJobResponse>

export const ExportJobsResponse = PageOf(ExportJobResponse)
