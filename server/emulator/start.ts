import { existsSync, lstatSync, realpathSync } from 'node:fs'
import type { FastifyBaseLogger } from 'fastify'
import type { BucketSettings } from '../buckets/open-bucket.ts'
import { createUploads } from '../buckets/uploads.ts'
import { Clock } from '../clock/clock.ts'
import { EventBus } from '../events/event-bus.ts'
import { logEndedOperations } from '../http/call-log/usage.ts'
import type { Preflight } from '../import/preflight.ts'
import type { Caller } from '../model/arn.ts'
import { importSize } from '../model/quotas.ts'
import { collectInOneThread } from '../process/garbage.ts'
import type { Config } from '../process/settings.ts'
import { StartError } from '../process/start-error.ts'
import { makeTempFolder } from '../process/temp-folder.ts'
import type { Seed } from '../seed/seed.ts'
import { lockDataDir } from '../store/database/data-dir-lock.ts'
import { WriteQueue } from '../store/database/write-queue.ts'
import { openStore } from '../store/open-store.ts'
import { startJobWorker } from '../worker/supervisor.ts'
import type { buildApp } from './app.ts'
import { overridesIn } from './overrides.ts'
import { createState } from './state.ts'

/** Milliseconds that calls under way have to finish when the emulator stops. */
const closeTimeout = 300

/** A running emulator. */
export interface Running {
  /** Its base URL, without a slash at the end. */
  url: string
  /** Its HTTP side. */
  app: ReturnType<typeof buildApp>
  /**
   * Stops it: calls under way are answered, jobs stop at a safe point and go on at the next start.
   * All callers wait for the same end.
   */
  close(): Promise<void>
}

/**
 * Starts the emulator: database, worker, HTTP.
 *
 * @param options.signal aborts the start, which may take long for the seed's imports
 * @param options.ownsProcess whether the process is the emulator's own, so that it may be tuned as a whole
 * @returns when it is ready: the database is migrated, the seed applied, its imports over, the
 *   worker running and the port open
 * @throws StartError if it cannot start; the signal's reason. Nothing is left behind then, except
 *   for what the seed has created
 */
export async function start(
  config: Config,
  logger: FastifyBaseLogger,
  {
    signal = new AbortController().signal,
    ownsProcess = false,
  }: { signal?: AbortSignal; ownsProcess?: boolean } = {},
): Promise<Running> {
  if (ownsProcess) collectInOneThread()
  const undo: (() => unknown)[] = []
  let closed: Promise<void> | undefined
  const undoAll = async () => {
    const errors: unknown[] = []
    for (let step = undo.pop(); step !== undefined; step = undo.pop()) {
      try {
        await step()
      } catch (error) {
        // Nothing of what was begun before is to be left, either.
        errors.push(error)
      }
    }
    if (errors.length > 0) throw errors[0]
  }
  const close = () => {
    closed ??= undoAll()
    return closed
  }
  try {
    const [dataDir, removeDataDir] = config.ephemeral ? makeTempFolder() : [withoutLink(config.dataDir)]
    if (removeDataDir !== undefined) undo.push(removeDataDir)
    undo.push(lockDataDir(dataDir))
    const writeQueue = new WriteQueue()
    const store = openStore(dataDir, { ...config, writeQueue })
    undo.push(() => store.close())
    const clock = new Clock()
    clock.set(store.savedClock.get())
    const bus = new EventBus()
    // Before anything can send.
    if (config.smtpUrl !== undefined) {
      const { startSmtpRelay } = await import('../delivery/smtp-relay.ts')
      const { ephemeral } = config
      const relay = startSmtpRelay(config.smtpUrl, { store, bus, log: logger, ephemeral })
      undo.push(() => relay.close())
    } else if (store.relayCursor.get() !== undefined) {
      // What is sent from now on is not for the mail server that was set before.
      await store.write(() => store.relayCursor.clear())
    }
    if (config.kinesisEndpoint !== undefined || config.firehoseEndpoint !== undefined) {
      const { startEventStreams } = await import('../delivery/stream-events.ts')
      const streamSettings = { ...config, credentials: config.s3Credentials }
      const streams = startEventStreams(streamSettings, { store, bus, log: logger })
      undo.push(() => streams.close())
    }
    const caller = { region: config.region, accountId: config.accountId }
    const seed = config.seed === undefined ? undefined : await loadSeed(config.seed, caller, bus)
    const seedImports = (await seed?.apply(store, clock.now())) ?? []
    const uploads = createUploads(dataDir)
    const buckets = {
      uploads: uploads.folder,
      s3Dir: config.s3Dir,
      s3: s3SettingsOf(config, what => logger.warn(what)),
    }
    const jobWorker = startJobWorker(
      // Each by name, so that the thread gets no secrets that it does not need.
      {
        dataDir,
        ownsProcess,
        ephemeral: config.ephemeral,
        pieceBytes: config.pieceBytes,
        maxRunningImports: config.maxRunningImports,
        jobStateDelayMs: config.jobStateDelayMs,
        outboxLimit: config.outboxLimit,
        missingVariables: config.missingVariables,
        hooks: { hookHosts: config.hookHosts, lambdaEndpoint: config.lambdaEndpoint },
        compressed: config.preflight === 'off',
        writeQueue: writeQueue.shared,
        clock: clock.shared,
        ...buckets,
      },
      logger,
      store,
      bus,
    )
    undo.push(() => jobWorker.stop({ forGood: config.ephemeral }))
    // Loaded while the worker starts on another core. Fastify and the schemas are most of what is
    // loaded.
    const { buildApp } = await import('./app.ts')
    const closing = new AbortController()
    const state = createState({
      dataDir,
      store,
      writeQueue,
      jobWorker,
      bus,
      clock,
      uploads,
      seed,
      signal: closing.signal,
    })
    // A replacement would go on in a data folder that is no longer locked.
    undo.push(() => state.idle())
    const warnOfOverrides = () => {
      for (const override of overridesIn(store, clock.now())) logger.warn(override)
    }
    bus.follow(({ kind }) => {
      if (kind === 'state') warnOfOverrides()
    })
    const preflight = await loadPreflight(config, buckets, { signal: closing.signal, undo })
    const app = buildApp({ config, store, jobWorker, state, uploads, bus, preflight, clock, logger })
    undo.push(async () => {
      closing.abort()
      // Fastify waits without end for connections that have sent nothing, or half a request.
      const cut = setTimeout(() => app.server.closeAllConnections(), closeTimeout)
      await app.close()
      clearTimeout(cut)
      logEndedOperations(logger, app.requestCounts)
    })
    if (seed !== undefined) {
      await jobWorker.ready
      await seed.untilImported(seedImports, store, signal, what => logger.warn(what))
      // The lines of these jobs come before the one that says that the emulator is ready.
      await jobWorker.caughtUp()
      logger.info({ imports: seedImports.length }, `seed applied: ${seedImports.length} imports`)
    }
    warnOfOverrides()
    // If a client in this process needs the connection, the client's end keeps the process alive.
    if (!config.keepProcessAlive) app.server.on('connection', socket => socket.unref())
    const [url] = await Promise.all([app.listen({ host: config.host, port: config.port }), jobWorker.ready])
    if (!config.keepProcessAlive) {
      app.server.unref()
      jobWorker.unref()
    }
    return { url, app, close }
  } catch (error) {
    await close()
    throw await explain(error, config)
  }
}

/** Resolves a link, so that messages name the data folder of a container as /data. */
function withoutLink(path: string): string {
  return existsSync(path) && lstatSync(path).isSymbolicLink() ? realpathSync(path) : path
}

async function loadSeed(path: string, caller: Caller, bus: EventBus): Promise<Seed> {
  const { createSeed } = await import('../seed/seed.ts')
  return createSeed(path, caller, bus)
}

/**
 * Creates the preflight of CreateImportJob, and loads what it takes only if the settings ask for
 * one.
 *
 * @param options.undo is given what ends the connections that it makes
 */
async function loadPreflight(
  { preflight, quotas }: Config,
  bucketSettings: BucketSettings,
  { signal, undo }: { signal: AbortSignal; undo: (() => unknown)[] },
): Promise<Preflight> {
  if (preflight === 'off' && !quotas) return async () => undefined
  const { createPreflight } = await import('../import/preflight.ts')
  const { createBuckets } = await import('../buckets/open-bucket.ts')
  const settings = { strict: preflight === 'strict', importSize: quotas ? importSize : undefined }
  const buckets = createBuckets(bucketSettings)
  undo.push(buckets.close)
  return createPreflight(settings, buckets.openBucket, signal)
}

/** @param warn called with a message if a part of the settings has no effect */
function s3SettingsOf(
  { s3Endpoint, s3AllowAws, s3ForcePathStyle, s3Credentials, region }: Config,
  warn: (what: string) => void,
): BucketSettings['s3'] {
  if (s3Endpoint === undefined) {
    if (!s3AllowAws) return undefined
    return { region, endpoint: undefined, forcePathStyle: s3ForcePathStyle, credentials: undefined }
  }
  const endpoint = withoutUser(s3Endpoint)
  if (endpoint !== s3Endpoint) {
    warn(
      "the user and password in the S3 endpoint's URL are not used: AWS_ACCESS_KEY_ID and AWS_SECRET_ACCESS_KEY (s3Credentials in a test process) sign the requests",
    )
  }
  return {
    region,
    endpoint,
    forcePathStyle: s3ForcePathStyle ?? true,
    credentials: s3Credentials,
  }
}

/**
 * Removes the user and password from a URL. Messages show it, and requests are signed with other
 * keys.
 */
function withoutUser(text: string): string {
  const url = new URL(text)
  if (url.username === '' && url.password === '') return text
  url.username = ''
  url.password = ''
  return url.href.replace(/\/$/, '')
}

async function explain(error: unknown, { host, port }: Config): Promise<unknown> {
  const { code, message, syscall } = error as NodeJS.ErrnoException
  if (syscall !== 'listen' && syscall !== 'getaddrinfo') return error
  if (code === 'EADDRINUSE') {
    const { portInUse } = await import('../process/port-in-use.ts')
    return portInUse(host, port)
  }
  if (code === 'EACCES')
    return new StartError(`port ${port} of ${host} may not be used (${message}): name another PORT`)
  if (code === 'EADDRNOTAVAIL' || code === 'ENOTFOUND' || code === 'EAI_AGAIN') {
    return new StartError(`HOST ${host} is not an address of this machine (${message})`)
  }
  return error
}
