/**
 * The answers of the control API, as the emulator's own schemas have them: the type check finds a
 * shape that has changed.
 */
import type { Static } from '@sinclair/typebox'
import type { JobResponse, JobType } from '../../server/model/job-kinds.ts'
import type {
  TemplateResponse as ListedTemplate,
  TemplatesResponse as ListedTemplates,
  TemplateVersionResponse as ListedVersion,
  TemplateVersionsResponse as ListedVersions,
} from '../../server/model/template.ts'

export type { Users } from '../../server/control/app-users.ts'
export type { AppOverview, AppOverviews } from '../../server/control/apps.ts'
export type { Events } from '../../server/control/events.ts'
export type { Jobs } from '../../server/control/jobs.ts'
export type { CampaignEvent, JourneyEvent } from '../../server/control/live/shapes.ts'
export type { Messages } from '../../server/control/messages.ts'
export type { RenderAnswer } from '../../server/control/render.ts'
export type { RequestDetails } from '../../server/control/request-details.ts'
export type { Requests } from '../../server/control/requests.ts'
export type { UsageAnswer } from '../../server/control/usage.ts'
export type { ApplicationResponse } from '../../server/model/application.ts'
export type { StoredEvent } from '../../server/model/event-record.ts'
export type { OutboxMessage } from '../../server/model/message.ts'
export type { OtpDetails } from '../../server/model/otp.ts'
export type { JobType }

/** A job in a list of jobs. */
export interface JobRow {
  app: string
  type: JobType
  job: JobResponse
}

export type { FileCheck } from '../../server/control/check-file.ts'
export type { EndpointSegments } from '../../server/control/endpoint-segments.ts'
export type { ExportJobPage } from '../../server/control/export-job.ts'
export type { ImportJobPage } from '../../server/control/import-job.ts'
export type { Upload } from '../../server/control/put-upload.ts'
export type { SegmentMember } from '../../server/control/segment-member.ts'
export type { ExportJobRequest, ExportJobResponse as ExportJob } from '../../server/model/export-job.ts'
export type {
  ImportJobRequest as ImportJobDefinition,
  ImportJobResponse as ImportJob,
} from '../../server/model/import-job.ts'

/** A template in a list: its active version, without what it says. */
export type TemplateResponse = Static<typeof ListedTemplate>
export type TemplatesResponse = Static<typeof ListedTemplates>
export type TemplateVersion = Static<typeof ListedVersion>
export type TemplateVersions = Static<typeof ListedVersions>
