import type { FastifyPluginAsyncTypebox } from '@fastify/type-provider-typebox'
import { controlPath, otpAliasPath } from '../http/control-path.ts'
import { refuseUnknown } from '../http/errors/unknown-routes.ts'
import { advanceJobs } from './advance-jobs.ts'
import { appEndpoints } from './app-endpoints.ts'
import { appUsers } from './app-users.ts'
import { apps } from './apps.ts'
import { calls } from './calls.ts'
import { checkFile } from './check-file.ts'
import { clock } from './clock.ts'
import { endpointSegments } from './endpoint-segments.ts'
import { events } from './events.ts'
import { exportJob } from './export-job.ts'
import { faults } from './faults.ts'
import { getSnapshot } from './get-snapshot.ts'
import { health } from './health.ts'
import { importFailures } from './import-failures.ts'
import { importJob } from './import-job.ts'
import { jobControl } from './job-control.ts'
import { jobs } from './jobs.ts'
import { live } from './live/live.ts'
import { messageEvents } from './message-events.ts'
import { messages } from './messages.ts'
import { metrics } from './metrics.ts'
import { openapi } from './openapi.ts'
import { optOuts } from './opt-outs.ts'
import { otp } from './otp.ts'
import { phoneNumbers } from './phone-numbers.ts'
import { putSnapshot } from './put-snapshot.ts'
import { putUpload } from './put-upload.ts'
import { recommenderItems } from './recommender-items.ts'
import { render } from './render.ts'
import { renderHtml } from './render-html.ts'
import { requestDetails } from './request-details.ts'
import { requests } from './requests.ts'
import { reset } from './reset.ts'
import { segmentEndpoints } from './segment-endpoints.ts'
import { segmentMember } from './segment-member.ts'
import { session } from './session.ts'
import { refuseUnknownInput } from './strict-requests.ts'
import { usage } from './usage.ts'

/** The emulator's own calls. */
const controlCalls = [
  calls,
  health,
  reset,
  getSnapshot,
  clock,
  jobControl,
  advanceJobs,
  faults,
  importJob,
  importFailures,
  exportJob,
  jobs,
  segmentEndpoints,
  segmentMember,
  endpointSegments,
  apps,
  appEndpoints,
  appUsers,
  phoneNumbers,
  otp,
  recommenderItems,
  render,
  renderHtml,
  messages,
  messageEvents,
  events,
  optOuts,
  requests,
  requestDetails,
  usage,
  metrics,
  live,
  session,
  openapi,
]

/** Those that take a body of any type: the parser of such bodies is for their plugin alone. */
const uploads = [putSnapshot, putUpload, checkFile]

/** The control API: the emulator's own calls, under `/_pinpoint/`. */
export const control: FastifyPluginAsyncTypebox = async app => {
  refuseUnknownInput(app)
  for (const call of controlCalls) await call(app, {})
  for (const call of uploads) app.register(call)
  for (const path of [controlPath, otpAliasPath]) app.all(`${path}*`, unknown)
}

/**
 * Unknown paths under the prefix are part of the control API, and are refused before the body is
 * read.
 */
const unknown = { schema: { hide: true }, onRequest: refuseUnknown, handler: refuseUnknown }
