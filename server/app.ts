import { randomBytes } from 'node:crypto'
import type { TypeBoxTypeProvider } from '@fastify/type-provider-typebox'
import Fastify, { type FastifyBaseLogger, LogController } from 'fastify'
import { createControlAuthorizer } from './aws/authorize-control.ts'
import { parseBodiesAsJson } from './aws/body-parser.ts'
import { answerBrokenRequest } from './aws/client-error.ts'
import { collectRoutes } from './aws/collect-routes.ts'
import { answerPreflights } from './aws/cors.ts'
import { readCallers } from './aws/credential-scope.ts'
import { maxBodyBytes, maxPathParameterLength, sendError } from './aws/error-handler.ts'
import { createGuard } from './aws/guard.ts'
import { injectFaults } from './aws/inject-faults.ts'
import { sendBareJsonType } from './aws/json-type.ts'
import { limitRates } from './aws/limit-rates.ts'
import { nameOperations } from './aws/operations.ts'
import { createRecorder, recordRequests } from './aws/record-requests.ts'
import { RequestCounts } from './aws/request-counts.ts'
import { newRequestId, sendRequestId } from './aws/request-id.ts'
import { RequestJournal } from './aws/request-journal.ts'
import { defaultRequestTimeouts, limitRequestTimes, type RequestTimeouts } from './aws/request-timeouts.ts'
import { requireSignatures } from './aws/require-signatures.ts'
import { Sessions } from './aws/sessions.ts'
import { answerUnknownRoutes } from './aws/unknown-routes.ts'
import { endWithCallers } from './aws/until-gone.ts'
import { enforceSchemas, noOtherCompilers } from './aws/validator.ts'
import type { Config } from './config.ts'
import { control } from './control/index.ts'
import type { Preflight } from './import/preflight.ts'
import { requestRateOf } from './quotas.ts'
import { resources } from './resources/index.ts'
import type { State } from './state.ts'
import type { Store } from './store/open-store.ts'
import type { JobWorker } from './worker/supervisor.ts'

/** What the application works with. Tests pass their own. */
export interface Dependencies {
  config: Pick<Config, 'region' | 'accountId' | 'quotas'> &
    Partial<Pick<Config, 'accessKeys' | 'host' | 'allowedHosts' | 'allowedOrigins' | 'controlToken'>>
  store: Store
  jobWorker: Pick<JobWorker, 'isRunning' | 'wake' | 'counters'>
  state: State
  preflight: Preflight
  now: () => Date
  logger: FastifyBaseLogger
  /** Those that are not given have their defaults. */
  requestTimeouts?: Partial<RequestTimeouts>
}

declare module 'fastify' {
  interface FastifyInstance
    extends Pick<Dependencies, 'store' | 'jobWorker' | 'state' | 'preflight' | 'now'>,
      Pick<Config, 'quotas'> {
    /** What has been called of late. */
    requestJournal: RequestJournal
    requestCounts: RequestCounts
    sessions: Sessions
    /** A token for control calls that this process makes itself; it never leaves the process. */
    ownToken: string
  }
  interface FastifyContextConfig {
    /** The operation's name in Pinpoint's model. */
    operation?: string
  }
}

/** Builds the HTTP side in the order in which a request goes through it. It does not listen. */
export function buildApp({
  config,
  store,
  jobWorker,
  state,
  preflight,
  now,
  logger,
  requestTimeouts,
}: Dependencies) {
  const timeouts = { ...defaultRequestTimeouts, ...requestTimeouts }
  const requestJournal = new RequestJournal()
  const requestCounts = new RequestCounts()
  state.onReplaced(() => {
    requestJournal.clear()
    store.faults.lookAgain()
  })
  const record = createRecorder(call => {
    requestJournal.record(call)
    requestCounts.record(call)
  })

  const guard = createGuard(config)
  const sessions = new Sessions()
  const ownToken = randomBytes(32).toString('base64url')
  const authorizeControl = createControlAuthorizer({ ...config, ownToken, sessions, now })

  const app = Fastify({
    loggerInstance: logger,
    schemaController: noOtherCompilers,
    logController: new LogController({ disableRequestLogging: true }),
    genReqId: newRequestId,
    bodyLimit: maxBodyBytes,
    routerOptions: { maxParamLength: maxPathParameterLength },
    exposeHeadRoutes: false,
    // Requests that are under way at the end are answered as ever; new connections are not taken.
    return503OnClosing: false,
    frameworkErrors(error, request, reply) {
      sendError(guard(request, reply) ?? error, request, reply)
      record(request, reply)
    },
    clientErrorHandler: (error, socket) => answerBrokenRequest(error, socket, timeouts.request),
    requestTimeout: timeouts.request,
    http: {
      // Node's own answers to a request without Host, or with an Expect that it does not know, are no JSON.
      requireHostHeader: false,
      // Headers are part of the request, and have no shorter time of their own.
      headersTimeout: 0,
      connectionsCheckingInterval: timeouts.checkInterval,
    },
  }).withTypeProvider<TypeBoxTypeProvider>()

  app.server.on('checkExpectation', (request, response) => app.server.emit('request', request, response))

  app.decorate('store', store)
  app.decorate('jobWorker', jobWorker)
  app.decorate('state', state)
  app.decorate('preflight', preflight)
  app.decorate('now', now)
  app.decorate('quotas', config.quotas)
  app.decorate('requestJournal', requestJournal)
  app.decorate('requestCounts', requestCounts)
  app.decorate('sessions', sessions)
  app.decorate('ownToken', ownToken)

  collectRoutes(app)
  app.setErrorHandler(sendError)
  app.decorateRequest('api', undefined)
  app.addHook('onRequest', async (request, reply) => {
    const refusal = guard(request, reply)
    if (refusal !== undefined) throw refusal
    await authorizeControl(request)
  })
  limitRequestTimes(app, timeouts)
  sendRequestId(app)
  sendBareJsonType(app)
  recordRequests(app, record)
  answerPreflights(app)
  endWithCallers(app)
  readCallers(app, { region: config.region, accountId: config.accountId })
  if (config.accessKeys) requireSignatures(app, { accessKeys: config.accessKeys, now })
  nameOperations(app)
  injectFaults(app, { ...store.faults, use: id => store.write(() => store.faults.use(id)) })
  if (config.quotas) limitRates(app, { now, rateOf: requestRateOf })
  parseBodiesAsJson(app)
  enforceSchemas(app)
  answerUnknownRoutes(app)

  app.register(resources)
  app.register(control)
  return app
}
