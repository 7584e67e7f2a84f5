import type { FastifyInstance } from 'fastify'
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

/** The control API: the emulator's own calls, under `/_pinpoint/`. */
export async function control(app: FastifyInstance): Promise<void> {
  refuseUnknownInput(app)
  app.register(calls)
  app.register(health)
  app.register(reset)
  app.register(getSnapshot)
  app.register(putSnapshot)
  app.register(putUpload)
  app.register(checkFile)
  app.register(clock)
  app.register(jobControl)
  app.register(advanceJobs)
  app.register(faults)
  app.register(importJob)
  app.register(importFailures)
  app.register(exportJob)
  app.register(jobs)
  app.register(segmentEndpoints)
  app.register(segmentMember)
  app.register(endpointSegments)
  app.register(apps)
  app.register(appEndpoints)
  app.register(appUsers)
  app.register(phoneNumbers)
  app.register(otp)
  app.register(recommenderItems)
  app.register(render)
  app.register(renderHtml)
  app.register(messages)
  app.register(messageEvents)
  app.register(events)
  app.register(optOuts)
  app.register(requests)
  app.register(requestDetails)
  app.register(usage)
  app.register(metrics)
  app.register(live)
  app.register(session)
  app.register(openapi)
  for (const path of [controlPath, otpAliasPath]) app.all(`${path}*`, unknown)
}

/**
 * Unknown paths under the prefix are part of the control API, and are refused before the body is
 * read.
 */
const unknown = { schema: { hide: true }, onRequest: refuseUnknown, handler: refuseUnknown }
