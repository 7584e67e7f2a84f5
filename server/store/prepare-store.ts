import { statSync } from 'node:fs'
import type Database from 'better-sqlite3'
import type { JobKind } from '../model/job-kinds.ts'
import { type AppRef, createApps } from './applications/applications.ts'
import { createChannels } from './applications/channels.ts'
import { createEventStreams } from './applications/event-streams.ts'
import { createResourceCounts } from './applications/overviews.ts'
import { createApplicationSettings } from './applications/settings.ts'
import { createTags } from './applications/tags.ts'
import { createEndpointSends } from './audience/endpoint-sends.ts'
import { createCampaignActivities } from './campaigns/activities.ts'
import { createCampaignRates } from './campaigns/campaign-rates.ts'
import { createCampaignDueRows, createCampaigns } from './campaigns/campaigns.ts'
import type { DueRows } from './clock/due-rows.ts'
import { createSavedClock } from './clock/saved-clock.ts'
import { connections } from './database/connections.ts'
import { type NoPromise, refusePromise } from './database/no-promise.ts'
import { pageBytes } from './database/schema.ts'
import { createTransactions, type Transactions } from './database/transactions.ts'
import { WriteQueue } from './database/write-queue.ts'
import { createDocumentStamps } from './documents/document-stamps.ts'
import { createDocuments } from './documents/documents.ts'
import { createAttributeNames } from './endpoints/attribute-names.ts'
import { createEndpointCounts } from './endpoints/endpoint-counts.ts'
import { createEndpointKeys } from './endpoints/endpoint-keys.ts'
import { createEndpointList } from './endpoints/endpoint-list.ts'
import { createEndpoints } from './endpoints/endpoints.ts'
import { createUserList } from './endpoints/user-list.ts'
import { createEventCounts } from './event-records/event-counts.ts'
import { createEventRecords } from './event-records/event-records.ts'
import { createFaults } from './faults/fault-rules.ts'
import { createImportWriters } from './import-writes/import-writer.ts'
import { createExportJobs } from './jobs/export-jobs.ts'
import { createExportProgress } from './jobs/export-progress.ts'
import { createImportJobs } from './jobs/import-jobs.ts'
import { createImportProgress } from './jobs/import-progress.ts'
import { createJobControl } from './jobs/job-control.ts'
import { createJobFaults } from './jobs/job-faults.ts'
import { createJobProgress } from './jobs/job-progress.ts'
import { createJourneyDue } from './journeys/journey-due.ts'
import { createJourneyParticipants } from './journeys/journey-participants.ts'
import { createJourneyRuns } from './journeys/journey-runs.ts'
import { createJourneys } from './journeys/journeys.ts'
import { createMessages } from './messages/messages.ts'
import { createOptOuts } from './messages/opt-outs.ts'
import { createRelayCursor } from './messages/relay-cursor.ts'
import { createOtps } from './otps/otps.ts'
import { createPhoneNumbers } from './phone-numbers/phone-numbers.ts'
import { createPurge } from './purge.ts'
import { createRecommenders } from './recommenders/recommenders.ts'
import { createSegmentMembers } from './segments/members.ts'
import { createSegments } from './segments/segments.ts'
import { createDeletedTemplates } from './templates/deleted-templates.ts'
import { createTemplates } from './templates/templates.ts'

/** How many events are kept for each message that the outbox keeps, besides those in its row. */
const eventsPerMessage = 3

/**
 * Prepares the repositories on a migrated database.
 *
 * @param options.foreignKeys whether SQLite checks foreign keys, which takes a tenth of an import's
 *   time. The worker does without: it writes for a job and an application that it has read in the
 *   same transaction. Tests check the whole database afterwards
 */
export function prepareStore(
  db: Database.Database,
  {
    writeQueue = new WriteQueue(),
    checkState = () => {},
    foreignKeys = true,
    jobStateDelayMs = 0,
    slots = 1,
    outboxLimit = 10_000,
    isKept = true,
  } = {},
) {
  // WAL lets the HTTP thread read while the worker writes, and with it NORMAL survives a killed
  // process. A job's end must also survive a power failure, and is written with FULL.
  db.pragma('journal_mode = WAL')
  db.pragma('synchronous = NORMAL')
  db.pragma(`foreign_keys = ${foreignKeys ? 'ON' : 'OFF'}`)
  db.pragma('journal_size_limit = 67108864')
  // The statement journal, which a statement with triggers needs, is a file otherwise.
  db.pragma('temp_store = MEMORY')

  const tags = createTags(db)
  const documents = createDocuments(db, tags)
  const names = createAttributeNames(db)
  const endpointKeys = createEndpointKeys(db)
  const transactions = createTransactions(db, {
    onBegin: names.refresh,
    onEnd: endpointKeys.store,
    onRollback() {
      names.forget()
      endpointKeys.forget()
    },
    writeQueue,
    checkState,
    isKept,
  })
  const write = <T>(work: () => NoPromise<T>, signal?: AbortSignal): Promise<T> =>
    writeQueue.asCaller(() => transactions.transact(work), signal)
  const faults = createFaults(db)
  const jobControl = createJobControl(db, jobStateDelayMs)
  const progressOf = (kind: JobKind) =>
    createJobProgress(db, transactions, writeQueue, kind, {
      slots,
      faults: createJobFaults(db, kind, faults),
    })
  const endpointCounts = createEndpointCounts(db)
  const campaigns = createCampaigns(db, documents)
  const deletedTemplates = createDeletedTemplates(db)
  const journeys = createJourneys(db, documents)
  /** Whether anything of each kind listens to the events of an application. */
  const eventListening = {
    campaigns: (app: AppRef): boolean => campaigns.countOf(app, 'EVENT') > 0,
    journeys: journeys.isAnyListening,
  }
  const eventRecords = createEventRecords(db, eventsPerMessage * outboxLimit, app =>
    Object.values(eventListening).some(isListening => isListening(app)),
  )
  const messages = createMessages(db, outboxLimit, eventRecords)
  const endpoints = createEndpoints(db, names, writeQueue, endpointCounts, endpointKeys)
  const changes = db.prepare<[], number>('SELECT total_changes()').pluck()
  /** Names what the database holds: another text after each write, of any connection. */
  const dataVersion = (): string => `${db.pragma('data_version', { simple: true })}/${changes.get()}`
  const read = createRead(db, transactions)
  const campaignDueRows = createCampaignDueRows(db)
  const journeyDue = createJourneyDue(db)
  const anyRow = db.prepare('SELECT name FROM sqlite_schema LIMIT 1')
  return {
    apps: createApps(db, tags),
    resourceCounts: createResourceCounts(db),
    applicationSettings: createApplicationSettings(db),
    attributeNames: names,
    channels: createChannels(db),
    savedClock: createSavedClock(db),
    /** All rows that are due at some time, by kind. Those that are due at once run in this order. */
    dueRows: {
      events: eventRecords.dueRows,
      campaigns: campaignDueRows,
      journeys: journeyDue,
    } satisfies Record<string, DueRows>,
    campaignDueRows,
    endpoints,
    endpointCounts,
    listEndpoints: createEndpointList(db),
    listUsers: createUserList(db),
    importWriter: createImportWriters(db, endpoints, names, writeQueue, endpointCounts),
    eventStreams: createEventStreams(db),
    eventRecords,
    eventCounts: createEventCounts(db),
    eventListening,
    faults,
    importJobs: createImportJobs(db),
    importProgress: createImportProgress(db, progressOf('import')),
    exportJobs: createExportJobs(db),
    exportProgress: createExportProgress(db, progressOf('export'), transactions),
    jobControl,
    journeys,
    journeyRuns: createJourneyRuns(db),
    journeyDue,
    journeyParticipants: createJourneyParticipants(db),
    phoneNumbers: createPhoneNumbers(db),
    messages,
    optOuts: createOptOuts(db),
    relayCursor: createRelayCursor(db),
    otps: createOtps(db),
    campaigns,
    campaignStamps: createDocumentStamps(db, 'campaign'),
    journeyStamps: createDocumentStamps(db, 'journey'),
    campaignActivities: createCampaignActivities(db),
    campaignRates: createCampaignRates(db),
    endpointSends: createEndpointSends(db),
    segments: createSegments(db, documents),
    recommenders: createRecommenders(db),
    segmentMembers: createSegmentMembers(db),
    tags,
    templates: createTemplates(documents, deletedTemplates),
    purge: createPurge(db, transactions, deletedTemplates, [messages, eventRecords]),
    /** Whether a job's transaction is open, which any other write would end. */
    isJobWriting: transactions.isJoined,

    dataVersion,

    /**
     * Runs one transaction for a caller of the API: all of it is written, or nothing. A running
     * import lets it go first.
     */
    write,

    /**
     * Runs one transaction of the worker, after callers who wait. It blocks the thread until the
     * database is free.
     */
    writeInWorker<T>(work: () => NoPromise<T>): NoPromise<T> {
      transactions.letCallersGo()
      return transactions.transact(work)
    },

    read,

    /**
     * Reads one row, of the only table that is never empty.
     *
     * @throws SqliteError if the database cannot be read
     */
    checkReadable: (): void => void anyRow.get(),

    /**
     * Truncates the file to what it holds, if it is much larger, as it is after a large state was
     * replaced. It takes a checkpoint, which blocks this thread only.
     */
    shrink(): void {
      const bytes = (db.pragma('page_count', { simple: true }) as number) * pageBytes
      const slack = connections.worker.checkpointPages * pageBytes
      const sizes = [db.name, `${db.name}-wal`].map(
        file => statSync(file, { throwIfNoEntry: false })?.size ?? 0,
      )
      if (Math.max(...sizes) > bytes + slack) db.pragma('wal_checkpoint(PASSIVE)')
    },

    close: (): void => void db.close(),
  }
}

/**
 * Creates a function that runs several reads as one transaction. They see the same state of the
 * database, and take half the time, as SQLite otherwise looks before each for what others have
 * written. In the worker, the transaction of a job may be open: it is committed before.
 */
function createRead(
  db: Database.Database,
  { endOpen }: Pick<Transactions, 'endOpen'>,
): <T>(work: () => NoPromise<T>) => T {
  const begin = db.prepare('BEGIN')
  const end = db.prepare('COMMIT')
  return work => {
    endOpen()
    begin.run()
    try {
      return refusePromise(work())
    } finally {
      end.run()
    }
  }
}
