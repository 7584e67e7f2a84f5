import { randomBytes } from 'node:crypto'
import type { TypeBoxTypeProvider } from '@fastify/type-provider-typebox'
import Fastify, { type FastifyBaseLogger, LogController } from 'fastify'
import type { Uploads } from '../buckets/uploads.ts'
import { type Clock, wallClock } from '../clock/clock.ts'
import { webConsole } from '../console/index.ts'
import { control } from '../control/index.ts'
import type { HookSettings } from '../delivery/call-hook.ts'
import { createRendererLoader } from '../delivery/render-content.ts'
import type { EventBus } from '../events/event-bus.ts'
import { endWithCallers } from '../http/abort-on-disconnect.ts'
import { parseBodiesAsJson } from '../http/body-parser.ts'
import { RequestCounts } from '../http/call-log/call-counts.ts'
import { keepBodies } from '../http/call-log/exchange.ts'
import { RequestJournal } from '../http/call-log/recent-calls.ts'
import { createRecorder, recordRequests } from '../http/call-log/record-calls.ts'
import { Usage } from '../http/call-log/usage.ts'
import { readCallers } from '../http/caller.ts'
import { sendBareJsonType } from '../http/content-type.ts'
import { routeOperationsByControl } from '../http/control-path.ts'
import { createControlAuthorizer } from '../http/doors/authorize-control.ts'
import { answerPreflights } from '../http/doors/cors.ts'
import { createGuard } from '../http/doors/guard.ts'
import { Sessions } from '../http/doors/sessions.ts'
import { sendError } from '../http/errors/error-handler.ts'
import { answerUnknownRoutes } from '../http/errors/unknown-routes.ts'
import { injectFaults } from '../http/inject-faults.ts'
import { letBodyCome } from '../http/let-body-come.ts'
import { answerBrokenRequest } from '../http/malformed-request.ts'
import { limitRates } from '../http/rate-limit.ts'
import { newRequestId, sendRequestId } from '../http/request-id.ts'
import { defaultRequestTimeouts, limitRequestTimes, type RequestTimeouts } from '../http/request-timeouts.ts'
import { collectRoutes } from '../http/routes.ts'
import { enforceSchemas, noOtherCompilers } from '../http/schema-compilers.ts'
import { requireSignatures } from '../http/signatures/require-signatures.ts'
import type { Preflight } from '../import/preflight.ts'
import { maxBodyBytes, maxPathParameterLength, requestRateOf } from '../model/quotas.ts'
import type { Config } from '../process/settings.ts'
import { resources } from '../resources/index.ts'
import type { Store } from '../store/open-store.ts'
import type { JobWorker } from '../worker/supervisor.ts'
import type { EmulatorState } from './state.ts'

/** What the application is built from. Tests pass their own. */
export interface Dependencies {
  config: Pick<Config, 'region' | 'accountId' | 'quotas'> &
    Partial<
      Pick<
        Config,
        | 'accessKeys'
        | 'host'
        | 'allowedHosts'
        | 'allowedOrigins'
        | 'controlToken'
        | 'missingVariables'
        | 'otpCode'
        | 'console'
        | 'preflight'
        | 'hookHosts'
        | 'lambdaEndpoint'
      >
    >
  store: Store
  jobWorker: Pick<JobWorker, 'isRunning' | 'wake' | 'counters' | 'moveClock'>
  state: EmulatorState
  uploads: Uploads
  bus: EventBus
  preflight: Preflight
  clock: Pick<Clock, 'now' | 'state'>
  /** The machine's time; tests pass their own. */
  realNow?: () => Date
  logger: FastifyBaseLogger
  /** Only those that differ from the defaults. */
  requestTimeouts?: Partial<RequestTimeouts>
}

declare module 'fastify' {
  interface FastifyInstance
    extends Pick<Dependencies, 'store' | 'jobWorker' | 'state' | 'uploads' | 'bus' | 'preflight' | 'clock'>,
      Pick<Config, 'quotas' | 'missingVariables' | 'otpCode'> {
    /** Where hooks and Lambda functions may be called. */
    hooks: HookSettings
    /** The same, if PREFLIGHT=strict asks for all that Pinpoint checks. */
    strict: { hooks: HookSettings } | undefined
    /** Gives the renderer of templates, which is loaded when it is first needed. */
    loadRenderer: ReturnType<typeof createRendererLoader>
    /** The time of the emulator's clock. */
    now: Clock['now']
    /** The latest calls. */
    requestJournal: RequestJournal
    requestCounts: RequestCounts
    usage: Usage
    /** Whether the web console is served. */
    hasConsole: boolean
    sessions: Sessions
    /** The id of the first of ACCESS_KEYS; where it is set, Pinpoint's operations need signatures. */
    accessKeyId: string | undefined
    /** A token for control calls that this process makes itself. It never leaves the process. */
    ownToken: string
  }
  interface FastifyContextConfig {
    /** The operation's name in Pinpoint's service model. */
    operation?: string
  }
}

/** Builds the HTTP side, in the order in which a request passes through it. It does not listen. */
export function buildApp({
  config,
  store,
  jobWorker,
  state,
  uploads,
  bus,
  preflight,
  clock,
  realNow = wallClock,
  logger,
  requestTimeouts,
}: Dependencies) {
  const timeouts = { ...defaultRequestTimeouts, ...requestTimeouts }
  const requestJournal = new RequestJournal()
  const requestCounts = new RequestCounts()
  const usage = new Usage()
  bus.follow(event => {
    if (event.kind === 'call') {
      requestJournal.record(event.call)
      requestCounts.record(event.call)
      usage.record(event.call)
    } else if (event.kind === 'state') {
      requestJournal.clear()
      store.faults.lookAgain()
      if (event.by === 'reset') usage.clear()
    }
  })
  const record = createRecorder(call => bus.emit({ kind: 'call', call }))

  const guard = createGuard(config)
  const sessions = new Sessions()
  const ownToken = randomBytes(32).toString('base64url')
  const authorizeControl = createControlAuthorizer({ ...config, ownToken, sessions, now: realNow })

  const app = Fastify({
    loggerInstance: logger,
    schemaController: noOtherCompilers,
    logController: new LogController({ disableRequestLogging: true }),
    genReqId: newRequestId,
    bodyLimit: maxBodyBytes,
    rewriteUrl: routeOperationsByControl,
    routerOptions: { maxParamLength: maxPathParameterLength },
    exposeHeadRoutes: false,
    // While the server closes, requests under way are still answered; new connections are refused.
    return503OnClosing: false,
    frameworkErrors(error, request, reply) {
      sendError(guard(request, reply) ?? error, request, reply)
      record(request, reply)
    },
    clientErrorHandler: (error, socket) => answerBrokenRequest(error, socket, timeouts.request),
    requestTimeout: timeouts.request,
    http: {
      // Node's own answers to a request without Host, or with an unknown Expect, are not JSON.
      requireHostHeader: false,
      // Headers count towards the request's timeout, and have none of their own.
      headersTimeout: 0,
      connectionsCheckingInterval: timeouts.checkInterval,
    },
  }).withTypeProvider<TypeBoxTypeProvider>()

  for (const event of ['checkExpectation', 'checkContinue']) {
    app.server.on(event, (request, response) => app.server.emit('request', request, response))
  }

  app.decorate('store', store)
  app.decorate('jobWorker', jobWorker)
  app.decorate('state', state)
  app.decorate('uploads', uploads)
  app.decorate('bus', bus)
  app.decorate('preflight', preflight)
  app.decorate('clock', clock)
  app.decorate('now', () => clock.now())
  app.decorate('quotas', config.quotas)
  app.decorate('missingVariables', config.missingVariables ?? 'fail')
  app.decorate('otpCode', config.otpCode)
  const hooks = { hookHosts: config.hookHosts, lambdaEndpoint: config.lambdaEndpoint }
  app.decorate('hooks', hooks)
  app.decorate('strict', config.preflight === 'strict' ? { hooks } : undefined)
  app.decorate('loadRenderer', createRendererLoader())
  app.decorate('requestJournal', requestJournal)
  app.decorate('requestCounts', requestCounts)
  app.decorate('usage', usage)
  app.decorate('hasConsole', config.console ?? true)
  app.decorate('sessions', sessions)
  app.decorate('accessKeyId', config.accessKeys?.keys().next().value)
  app.decorate('ownToken', ownToken)

  collectRoutes(app)
  app.setErrorHandler(sendError)
  app.decorateRequest('api', undefined)
  app.addHook('onRequest', async (request, reply) => {
    const refusal = guard(request, reply)
    if (refusal !== undefined) throw refusal
    await authorizeControl(request, reply)
    letBodyCome(request, reply)
  })
  limitRequestTimes(app, timeouts)
  sendRequestId(app)
  sendBareJsonType(app)
  recordRequests(app, record)
  keepBodies(app)
  answerPreflights(app)
  endWithCallers(app)
  readCallers(app, { region: config.region, accountId: config.accountId })
  if (config.accessKeys) requireSignatures(app, { accessKeys: config.accessKeys, now: realNow })
  injectFaults(app, { ...store.faults, use: id => store.write(() => store.faults.use(id)) })
  if (config.quotas) limitRates(app, { now: realNow, rateOf: requestRateOf })
  parseBodiesAsJson(app)
  enforceSchemas(app)
  answerUnknownRoutes(app)

  app.register(resources)
  app.register(control)
  if (app.hasConsole) app.register(webConsole)
  return app
}
