-- The schema of the first version. Each `seq` numbers the rows of its table; other tables refer to rows by it. A `seq` that is
-- AUTOINCREMENT is never used again.

-- Applications ------------------------------------------------------------------------------------------------------

CREATE TABLE apps (
  seq           INTEGER PRIMARY KEY AUTOINCREMENT,
  -- NULL once the application is deleted: it is gone for every caller at once, whatever it holds, and the worker purges its
  -- rows in small steps.
  id            TEXT UNIQUE,
  arn           TEXT NOT NULL,
  name          TEXT NOT NULL,
  creation_date TEXT NOT NULL
) STRICT;

CREATE TABLE application_settings (
  app                INTEGER PRIMARY KEY REFERENCES apps (seq),
  settings           TEXT NOT NULL, -- JSON: CampaignHook, Limits, QuietTime and JourneyLimits, as far as they were given
  last_modified_date TEXT NOT NULL
) STRICT;

CREATE TABLE event_streams (
  app                    INTEGER PRIMARY KEY REFERENCES apps (seq),
  destination_stream_arn TEXT NOT NULL,
  role_arn               TEXT NOT NULL,
  last_modified_date     TEXT NOT NULL,
  last_event             INTEGER NOT NULL -- the last event that the stream has got, or that was before it
) STRICT;

CREATE INDEX event_streams_by_arn ON event_streams (destination_stream_arn);

CREATE TABLE channels (
  app                INTEGER NOT NULL REFERENCES apps (seq),
  platform           TEXT NOT NULL, -- EMAIL, GCM, ...
  enabled            INTEGER NOT NULL,
  version            INTEGER NOT NULL,
  creation_date      TEXT NOT NULL,
  last_modified_date TEXT NOT NULL,
  settings           TEXT NOT NULL, -- JSON, members as they were given; of a secret only that it was: true
  PRIMARY KEY (app, platform)
) STRICT, WITHOUT ROWID;

CREATE TABLE recommenders (
  seq                INTEGER PRIMARY KEY AUTOINCREMENT,
  id                 TEXT NOT NULL UNIQUE,
  creation_date      TEXT NOT NULL,
  last_modified_date TEXT NOT NULL,
  configuration      TEXT NOT NULL, -- JSON, a RecommenderConfiguration
  items              TEXT           -- JSON, RecommenderItems, once a caller has said them
) STRICT;

CREATE TABLE tags (
  resource_arn TEXT NOT NULL,
  key          TEXT NOT NULL,
  value        TEXT NOT NULL,
  PRIMARY KEY (resource_arn, key)
) STRICT, WITHOUT ROWID;

-- The names of Attributes, Metrics and User.UserAttributes that an application has used.
CREATE TABLE attribute_names (
  app        INTEGER NOT NULL REFERENCES apps (seq),
  map        TEXT NOT NULL, -- Attributes, Metrics or User.UserAttributes
  name       TEXT NOT NULL,
  -- The running job that has used it, and forgets it if the job fails; 0 for a name that is kept for good.
  import_job INTEGER NOT NULL,
  PRIMARY KEY (app, map, name, import_job)
) STRICT, WITHOUT ROWID;

-- Endpoints ---------------------------------------------------------------------------------------------------------

CREATE TABLE endpoints (
  seq             INTEGER PRIMARY KEY AUTOINCREMENT,
  app             INTEGER NOT NULL REFERENCES apps (seq),
  key             INTEGER NOT NULL, -- a hash of app and id (endpoint-key.ts)
  user_key        INTEGER,          -- likewise of app and user_id, and of app and address
  address_key     INTEGER,
  id              TEXT NOT NULL,    -- in the form in which ids are compared
  spelling        TEXT,             -- the id as it was given, where that is another text
  creation_date   INTEGER NOT NULL, -- milliseconds since 1970
  channel_type    TEXT,
  address         TEXT,
  endpoint_status TEXT NOT NULL,
  opt_out         TEXT NOT NULL,
  request_id      TEXT,             -- NULL where it is that of the job in import_job
  effective_date  ANY NOT NULL,     -- the text that a writer gave, or milliseconds since 1970
  user_id         TEXT,
  user_attributes TEXT,             -- JSON, as are the next four; NULL where empty
  attributes      TEXT,
  metrics         TEXT,
  location        TEXT,
  demographic     TEXT,
  revision        INTEGER NOT NULL, -- grows from write to write of a user's endpoints
  import_job      INTEGER           -- the job that wrote it last; NULL when a caller named it since
) STRICT;

CREATE INDEX endpoints_by_app ON endpoints (app);

-- Where endpoints are found by id, by user and, those that are ACTIVE, by address. These are tables, and no indexes of endpoints,
-- so that the keys of new endpoints can be inserted later, in their order (endpoint-keys.ts). Triggers do all the rest.
CREATE TABLE endpoint_ids (
  key INTEGER NOT NULL, -- as endpoints.key
  seq INTEGER NOT NULL, -- as endpoints.seq
  PRIMARY KEY (key, seq)
) STRICT, WITHOUT ROWID;

CREATE TABLE endpoint_users (
  key INTEGER NOT NULL, -- as endpoints.user_key
  seq INTEGER NOT NULL,
  PRIMARY KEY (key, seq)
) STRICT, WITHOUT ROWID;

CREATE TABLE endpoint_addresses (
  key INTEGER NOT NULL, -- as endpoints.address_key
  seq INTEGER NOT NULL,
  PRIMARY KEY (key, seq)
) STRICT, WITHOUT ROWID;

CREATE TRIGGER endpoint_id_deleted AFTER DELETE ON endpoints
BEGIN
  DELETE FROM endpoint_ids WHERE key = OLD.key AND seq = OLD.seq;
END;

CREATE TRIGGER endpoint_user_deleted AFTER DELETE ON endpoints
BEGIN
  DELETE FROM endpoint_users WHERE key = OLD.user_key AND seq = OLD.seq;
END;

CREATE TRIGGER endpoint_address_deleted AFTER DELETE ON endpoints
BEGIN
  DELETE FROM endpoint_addresses WHERE key = OLD.address_key AND seq = OLD.seq;
END;

CREATE TRIGGER endpoint_user_changed AFTER UPDATE OF user_key ON endpoints WHEN OLD.user_key IS NOT NEW.user_key
BEGIN
  DELETE FROM endpoint_users WHERE key = OLD.user_key AND seq = OLD.seq;
  INSERT INTO endpoint_users SELECT NEW.user_key, NEW.seq WHERE NEW.user_key IS NOT NULL;
END;

CREATE TRIGGER endpoint_address_changed AFTER UPDATE OF address_key, endpoint_status ON endpoints
WHEN OLD.address_key IS NOT NEW.address_key OR OLD.endpoint_status <> NEW.endpoint_status
BEGIN
  DELETE FROM endpoint_addresses WHERE key = OLD.address_key AND seq = OLD.seq;
  INSERT INTO endpoint_addresses SELECT NEW.address_key, NEW.seq
    WHERE NEW.address_key IS NOT NULL AND NEW.endpoint_status = 'ACTIVE';
END;

-- How many endpoints an application has, counted in the transactions that write endpoints.
CREATE TABLE endpoint_counts (
  app          INTEGER NOT NULL REFERENCES apps (seq),
  channel_type TEXT NOT NULL, -- '' for endpoints without one
  endpoints    INTEGER NOT NULL,
  PRIMARY KEY (app, channel_type)
) STRICT, WITHOUT ROWID;

-- The undo log of import jobs: copies of the endpoints that a job overwrote, kept until it is COMPLETED. Columns as above.
CREATE TABLE endpoints_before_import (
  job             INTEGER NOT NULL REFERENCES import_jobs (seq),
  seq             INTEGER NOT NULL,
  channel_type    TEXT,
  address         TEXT,
  endpoint_status TEXT NOT NULL,
  opt_out         TEXT NOT NULL,
  request_id      TEXT,
  effective_date  ANY NOT NULL,
  user_id         TEXT,
  user_attributes TEXT,
  attributes      TEXT,
  metrics         TEXT,
  location        TEXT,
  demographic     TEXT,
  revision        INTEGER NOT NULL,
  import_job      INTEGER,
  user_key        INTEGER,
  address_key     INTEGER,
  copied_at       INTEGER NOT NULL,           -- when the endpoint was so: milliseconds since 1970 of the machine's clock
  is_restored     INTEGER NOT NULL DEFAULT 0, -- 1 while the job is undone, until the rules are applied to the endpoint again
  PRIMARY KEY (job, seq)
) STRICT, WITHOUT ROWID;

-- Copies of what an earlier job wrote, for when that one fails first.
CREATE INDEX endpoints_before_import_by_writer ON endpoints_before_import (import_job, seq)
  WHERE import_job IS NOT NULL;

-- Documents ---------------------------------------------------------------------------------------------------------

-- Resources that are JSON to the store, each with its versions.
CREATE TABLE documents (
  seq           INTEGER PRIMARY KEY AUTOINCREMENT,
  app           INTEGER REFERENCES apps (seq), -- NULL for a document of the account
  kind          TEXT NOT NULL,                 -- segment, template, campaign, journey
  id            TEXT,                          -- or a name; NULL once the document is deleted, as in apps
  arn           TEXT NOT NULL,
  creation_date TEXT NOT NULL,
  version       INTEGER NOT NULL,              -- the current one
  last_version  INTEGER NOT NULL,              -- the highest number that a version has had
  UNIQUE (app, kind, id)
) STRICT;

CREATE UNIQUE INDEX documents_of_account ON documents (kind, id) WHERE app IS NULL;
CREATE INDEX documents_by_app ON documents (app, kind, seq) WHERE id IS NOT NULL;
CREATE INDEX documents_deleted ON documents (seq) WHERE id IS NULL;

CREATE TABLE document_versions (
  document           INTEGER NOT NULL REFERENCES documents (seq),
  version            INTEGER NOT NULL,
  creation_date      TEXT NOT NULL,
  last_modified_date TEXT NOT NULL, -- later than that once the version has been replaced
  body               TEXT NOT NULL, -- JSON: a SegmentBody, a TemplateBody, a CampaignBody, a JourneyDefinition
  PRIMARY KEY (document, version)
) STRICT, WITHOUT ROWID;

-- Versions of message templates that were deleted, kept while a campaign or journey may send them.
CREATE TABLE deleted_templates (
  type      TEXT NOT NULL,
  name      TEXT NOT NULL,
  version   INTEGER NOT NULL,
  is_active INTEGER NOT NULL, -- whether it was the active one when the whole template was deleted last
  is_latest INTEGER NOT NULL, -- likewise, the one with the highest number
  body      TEXT NOT NULL,    -- JSON, a TemplateBody
  PRIMARY KEY (type, name, version)
) STRICT, WITHOUT ROWID;

-- Segments ----------------------------------------------------------------------------------------------------------

-- The import whose members are those of a version of an imported segment. A version that only
-- renames the segment has the import of the version before.
CREATE TABLE segment_imports (
  document INTEGER NOT NULL,
  version  INTEGER NOT NULL,
  job      INTEGER NOT NULL REFERENCES import_jobs (seq),
  PRIMARY KEY (document, version),
  FOREIGN KEY (document, version) REFERENCES document_versions (document, version)
) STRICT, WITHOUT ROWID;

CREATE INDEX segment_imports_by_job ON segment_imports (job);

-- Members of the segment that an import job makes, as ranges of rows of endpoints. No two ranges of a job overlap. A row that is
-- gone may still be in one; its number is never used again.
CREATE TABLE import_members (
  job   INTEGER NOT NULL REFERENCES import_jobs (seq),
  first INTEGER NOT NULL,
  last  INTEGER NOT NULL,
  PRIMARY KEY (job, first)
) STRICT, WITHOUT ROWID;

-- Users whose endpoints are members, whichever they are when the segment is read.
CREATE TABLE import_user_members (
  job     INTEGER NOT NULL REFERENCES import_jobs (seq),
  user_id TEXT NOT NULL,
  PRIMARY KEY (job, user_id)
) STRICT, WITHOUT ROWID;

-- Members that the job does not register as endpoints.
CREATE TABLE import_definitions (
  job         INTEGER NOT NULL REFERENCES import_jobs (seq),
  endpoint_id TEXT NOT NULL, -- as endpoints.id
  definition  TEXT NOT NULL, -- JSON, an EndpointResponse
  PRIMARY KEY (job, endpoint_id)
) STRICT, WITHOUT ROWID;

-- Members that were deleted: they are members again as soon as they are created again.
CREATE TABLE import_members_deleted (
  app         INTEGER NOT NULL REFERENCES apps (seq),
  endpoint_id TEXT NOT NULL, -- as endpoints.id
  job         INTEGER NOT NULL REFERENCES import_jobs (seq),
  PRIMARY KEY (app, endpoint_id, job)
) STRICT, WITHOUT ROWID;

CREATE INDEX import_members_deleted_by_job ON import_members_deleted (job);

CREATE TRIGGER endpoint_deleted AFTER DELETE ON endpoints
WHEN EXISTS (SELECT 1 FROM apps WHERE seq = OLD.app AND id IS NOT NULL)
BEGIN
  INSERT OR IGNORE INTO import_members_deleted
    SELECT OLD.app, OLD.id, j.seq FROM import_jobs j
    WHERE j.app = OLD.app AND j.segment_id IS NOT NULL AND OLD.seq <= (
      SELECT m.last FROM import_members m WHERE m.job = j.seq AND m.first <= OLD.seq ORDER BY m.first DESC LIMIT 1);
END;

-- Journeys ----------------------------------------------------------------------------------------------------------

-- What a journey's document does not say. Times are milliseconds since 1970.
CREATE TABLE journeys (
  document        INTEGER PRIMARY KEY REFERENCES documents (seq),
  state           TEXT NOT NULL,
  defaults        TEXT NOT NULL,    -- JSON, JourneyLimits and QuietTime of the application when the journey was created
  starts_by_event INTEGER NOT NULL, -- 1 for a published journey that endpoints enter by an event
  listens         INTEGER NOT NULL, -- 1 for a published journey that events start, or that has a split on events
  starts          INTEGER,          -- when the first run was to begin, from which all are counted; NULL: see JourneyProgress
  next_run        INTEGER,          -- when the next run was to begin; NULL if there is none
  ends            INTEGER,          -- when endpoints stop entering; NULL if that is over, or never
  segment_version INTEGER,          -- the version whose members entered last; NULL before, and without a segment
  refreshes_on    TEXT,             -- the segment whose next version begins a run; NULL if none does
  entering        TEXT,             -- JSON, an Entering: how far the members of a run have entered; NULL when all have
  -- Pausing stops waits: a time of a participant that is not fixed is later by what all pauses took.
  paused_at       INTEGER,          -- NULL unless it is PAUSED
  active_since    INTEGER,          -- when it was published, or went on; nothing is due before
  shift           INTEGER NOT NULL DEFAULT 0,
  -- The last second in which messages were sent, and how many, for MessagesPerSecond.
  rate_second     INTEGER NOT NULL DEFAULT 0,
  rate_used       INTEGER NOT NULL DEFAULT 0
) STRICT;

CREATE INDEX journeys_going ON journeys (document) WHERE state IN ('ACTIVE', 'CLOSED');
CREATE INDEX journeys_listening ON journeys (document) WHERE listens = 1 AND state IN ('ACTIVE', 'CLOSED', 'PAUSED');

CREATE TABLE journey_runs (
  seq              INTEGER PRIMARY KEY AUTOINCREMENT,
  journey          INTEGER NOT NULL REFERENCES journeys (document),
  id               TEXT NOT NULL UNIQUE,
  status           TEXT NOT NULL,
  creation_time    TEXT NOT NULL,
  last_update_time TEXT NOT NULL,  -- of its status
  evaluated_at     TEXT NOT NULL,  -- when it was counted last
  inside           INTEGER NOT NULL DEFAULT 0 -- participants that have not left
) STRICT;

CREATE INDEX journey_runs_by_journey ON journey_runs (journey, seq);

CREATE TABLE journey_metrics (
  run      INTEGER NOT NULL REFERENCES journey_runs (seq),
  activity TEXT NOT NULL, -- '' for the run as a whole
  name     TEXT NOT NULL,
  value    INTEGER NOT NULL,
  PRIMARY KEY (run, activity, name)
) STRICT, WITHOUT ROWID;

-- Endpoints that have entered a journey, each once: whoever enters again begins again.
CREATE TABLE journey_participants (
  seq        INTEGER PRIMARY KEY AUTOINCREMENT,
  journey    INTEGER NOT NULL REFERENCES journeys (document),
  run        INTEGER NOT NULL REFERENCES journey_runs (seq), -- of the last entry
  endpoint   TEXT NOT NULL,    -- as endpoints.id
  user       TEXT,             -- the user with whose other endpoints it walks
  import_job INTEGER,          -- the job that defines the endpoint without registering it
  entries    INTEGER NOT NULL, -- how often it has entered
  entered_at INTEGER NOT NULL, -- the last time
  activity   TEXT,             -- where it is; NULL once it has left
  phase      TEXT NOT NULL,    -- what it has done there, a Phase
  due        INTEGER,          -- when it goes on; NULL once it has left
  is_fixed   INTEGER NOT NULL, -- 1 if that time does not move when the journey is paused
  met        TEXT NOT NULL,    -- JSON, the conditions on events that were met, as conditionKey names them
  UNIQUE (journey, endpoint)
) STRICT;

CREATE INDEX journey_participants_by_run ON journey_participants (run);
CREATE INDEX journey_participants_by_user ON journey_participants (journey, user) WHERE user IS NOT NULL;
CREATE INDEX journey_participants_due ON journey_participants (journey, is_fixed, due, activity, seq) WHERE due IS NOT NULL;

-- Jobs --------------------------------------------------------------------------------------------------------------

CREATE TABLE import_jobs (
  seq              INTEGER PRIMARY KEY AUTOINCREMENT,
  app              INTEGER NOT NULL REFERENCES apps (seq),
  id               TEXT NOT NULL UNIQUE,
  status           TEXT NOT NULL,
  definition       TEXT NOT NULL, -- JSON, an ImportJobResource
  segment_id       TEXT,          -- the segment that the job makes or renews
  request_id       TEXT NOT NULL, -- of the CreateImportJob call: the RequestId of what it imports
  creation_date    TEXT NOT NULL,
  completion_date  TEXT,
  newest_endpoint  INTEGER,       -- the last row of endpoints before it wrote any; NULL before PROCESSING
  total_pieces     INTEGER NOT NULL DEFAULT 0,
  completed_pieces INTEGER NOT NULL DEFAULT 0,
  failed_pieces    INTEGER NOT NULL DEFAULT 0,
  total_processed  INTEGER NOT NULL DEFAULT 0,
  total_failures   INTEGER NOT NULL DEFAULT 0,
  channel_counts   TEXT NOT NULL DEFAULT '{}', -- JSON, endpoints imported by channel
  -- How often the worker died with the job under way; the job's progress at the last time, and the error.
  deaths           INTEGER NOT NULL DEFAULT 0,
  death_progress   TEXT,
  death_reason     TEXT,
  history          TEXT NOT NULL DEFAULT '[]', -- JSON, the states that it has been in, [{"status", "at"}]
  may_leave        TEXT NOT NULL DEFAULT '[]', -- JSON, the states that it may leave in manual mode
  faults           TEXT NOT NULL DEFAULT '{}', -- JSON, by the id of a fault rule: whether it applies, decided once
  held_in          TEXT,                       -- the last state in which the job was held, its work there done
  -- JSON, how many objects under its prefix it does not read, and the first of them with the reasons.
  skipped          TEXT NOT NULL DEFAULT '{"total":0,"items":[]}',
  seed_entry       TEXT                        -- of a job of the seed: which of its imports that is
) STRICT;

CREATE INDEX import_jobs_by_app ON import_jobs (app, seq);
CREATE INDEX import_jobs_by_segment ON import_jobs (app, segment_id, seq) WHERE segment_id IS NOT NULL;
CREATE INDEX import_jobs_unfinished ON import_jobs (seq) WHERE status NOT IN ('COMPLETED', 'FAILED');

CREATE TABLE import_objects (
  job    INTEGER NOT NULL REFERENCES import_jobs (seq),
  number INTEGER NOT NULL,
  key    TEXT NOT NULL,
  size   INTEGER NOT NULL, -- bytes as stored, so compressed where the object is
  etag   TEXT NOT NULL,    -- the version that was listed; no other is read
  -- Where to go on: the byte of its (decompressed) content at which the next line begins, and that line's
  -- number. Written with the endpoints, so that no record is imported twice or left out.
  next_byte INTEGER NOT NULL DEFAULT 0,
  next_line INTEGER NOT NULL DEFAULT 1,
  PRIMARY KEY (job, number)
) STRICT, WITHOUT ROWID;

CREATE TABLE import_pieces (
  job        INTEGER NOT NULL REFERENCES import_jobs (seq),
  number     INTEGER NOT NULL,
  object     INTEGER NOT NULL,
  start_byte INTEGER NOT NULL,
  end_byte   INTEGER NOT NULL,
  status     TEXT NOT NULL DEFAULT 'PENDING', -- then COMPLETED or FAILED
  processed  INTEGER NOT NULL DEFAULT 0,
  failed     INTEGER NOT NULL DEFAULT 0,
  PRIMARY KEY (job, number)
) STRICT, WITHOUT ROWID;

CREATE INDEX import_pieces_pending ON import_pieces (job, object, number) WHERE status = 'PENDING';

CREATE TABLE import_failures (
  seq    INTEGER PRIMARY KEY,
  job    INTEGER NOT NULL REFERENCES import_jobs (seq),
  object TEXT NOT NULL,
  line   INTEGER, -- NULL where no line of the object shows it
  number INTEGER, -- which of the object's records failed, from 1; NULL where a whole piece, object or job failed
  id     TEXT,    -- the record's Id
  record TEXT,
  reason TEXT NOT NULL
) STRICT;

-- What failed as a whole comes before the records: it is why the job failed.
CREATE INDEX import_failures_by_job ON import_failures (job, (number IS NOT NULL), seq);

CREATE TABLE export_jobs (
  seq              INTEGER PRIMARY KEY AUTOINCREMENT,
  app              INTEGER NOT NULL REFERENCES apps (seq),
  id               TEXT NOT NULL UNIQUE,
  status           TEXT NOT NULL,
  definition       TEXT NOT NULL, -- JSON, an ExportJobResource
  segment_id       TEXT,          -- NULL for a whole application
  segment_version  INTEGER,       -- the one that was current when the job was created, where it names none
  creation_date    TEXT NOT NULL,
  completion_date  TEXT,
  newest_endpoint  INTEGER,       -- the last row of endpoints when INITIALIZING began; later ones are not exported
  members_hash     TEXT,          -- SHA-256 of how the members were found then; NULL, as is the row, before PROCESSING
  member_cursor    TEXT,          -- JSON, a MemberCursor: the last member that is written
  total_pieces     INTEGER NOT NULL DEFAULT 0,
  completed_pieces INTEGER NOT NULL DEFAULT 0,
  failed_pieces    INTEGER NOT NULL DEFAULT 0,
  total_processed  INTEGER NOT NULL DEFAULT 0,
  failures         TEXT NOT NULL DEFAULT '[]', -- JSON, sentences: why it failed, and what it could not remove then
  -- As in import_jobs.
  deaths           INTEGER NOT NULL DEFAULT 0,
  death_progress   TEXT,
  death_reason     TEXT,
  history          TEXT NOT NULL DEFAULT '[]',
  may_leave        TEXT NOT NULL DEFAULT '[]',
  faults           TEXT NOT NULL DEFAULT '{}',
  held_in          TEXT
) STRICT;

CREATE INDEX export_jobs_by_app ON export_jobs (app, seq);
CREATE INDEX export_jobs_by_segment ON export_jobs (app, segment_id, seq) WHERE segment_id IS NOT NULL;
CREATE INDEX export_jobs_unfinished ON export_jobs (seq) WHERE status NOT IN ('COMPLETED', 'FAILED');

CREATE TABLE export_pieces (
  job       INTEGER NOT NULL REFERENCES export_jobs (seq),
  number    INTEGER NOT NULL,
  endpoints INTEGER NOT NULL,                -- to be written; the last piece takes what is left
  status    TEXT NOT NULL DEFAULT 'PENDING', -- then COMPLETED or FAILED
  draft     TEXT,                            -- what the bucket knows the object by, once it is begun
  PRIMARY KEY (job, number)
) STRICT, WITHOUT ROWID;

-- Jobs under control ------------------------------------------------------------------------------------------------

-- How jobs advance, once a caller has said so; else the settings say it.
CREATE TABLE job_control (
  only_row INTEGER PRIMARY KEY CHECK (only_row = 1),
  mode     TEXT NOT NULL, -- immediate, timed or manual
  delay_ms INTEGER,       -- of timed alone
  CHECK ((mode = 'timed') = (delay_ms IS NOT NULL))
) STRICT;

-- Fault rules.
CREATE TABLE faults (
  seq        INTEGER PRIMARY KEY AUTOINCREMENT,
  id         TEXT NOT NULL UNIQUE,
  rule       TEXT NOT NULL, -- JSON, as it was sent
  times_left INTEGER        -- NULL: any number
) STRICT;

-- One-time passwords ------------------------------------------------------------------------------------------------

CREATE TABLE otps (
  seq        INTEGER PRIMARY KEY AUTOINCREMENT,
  app        INTEGER NOT NULL REFERENCES apps (seq),
  reference  TEXT NOT NULL,
  address    TEXT NOT NULL,
  code       TEXT NOT NULL,
  request    TEXT NOT NULL,    -- JSON, SendOTPMessageRequestParameters
  created_at INTEGER NOT NULL, -- milliseconds since 1970, as is the next
  expires_at INTEGER NOT NULL,
  misses     INTEGER NOT NULL, -- how many wrong codes were verified
  allowed    INTEGER NOT NULL, -- how many may be
  used       INTEGER NOT NULL, -- whether it has been verified
  UNIQUE (app, reference, address)
) STRICT;

CREATE INDEX otps_by_app ON otps (app);
CREATE INDEX otps_by_reference ON otps (reference);
CREATE INDEX otps_by_address ON otps (address);

-- Phone numbers -----------------------------------------------------------------------------------------------------

-- What users say of phone numbers, for PhoneNumberValidate.
CREATE TABLE phone_numbers (
  number TEXT PRIMARY KEY, -- + and digits
  facts  TEXT NOT NULL     -- JSON, PhoneNumberFacts
) STRICT, WITHOUT ROWID;

-- The clock ---------------------------------------------------------------------------------------------------------

-- The clock, while it is not the machine's.
CREATE TABLE clock (
  only_row INTEGER PRIMARY KEY CHECK (only_row = 1),
  mode     TEXT NOT NULL CHECK (mode IN ('frozen', 'offset')),
  time     INTEGER NOT NULL -- milliseconds: since 1970 if it is frozen, else by which it is ahead of the machine's
) STRICT;

-- Messages ----------------------------------------------------------------------------------------------------------

-- The outbox: one row per recipient, failures too. `seq` is the record's id.
CREATE TABLE messages (
  seq       INTEGER PRIMARY KEY, -- no id is used again: outbox has the last one
  app       INTEGER NOT NULL REFERENCES apps (seq),
  -- What lists are filtered by (messages_search); the record has it, too.
  channel   TEXT,
  address   TEXT,
  endpoint  TEXT COLLATE NOCASE, -- ids are compared regardless of case; here of ASCII letters
  user      TEXT,
  status    TEXT NOT NULL,
  operation TEXT,
  template  TEXT,          -- its name
  campaign  TEXT,
  journey   TEXT,
  content   INTEGER REFERENCES message_contents (seq), -- what the record leaves out; NULL where that is nothing
  -- The events that it had as it was sent (see event_records). NULL where it had none, or where they have rows of their own.
  event     INTEGER,       -- the id of the last
  types     TEXT,          -- JSON, a list: one type for each event
  told      TEXT,          -- JSON, what they tell besides the record (EventMessage); NULL where that is nothing
  record    TEXT NOT NULL  -- JSON, a NewOutboxMessage without its long texts; last, since it is the longest
) STRICT;

-- The long texts of messages, which all messages of a call may have in common.
CREATE TABLE message_contents (
  seq     INTEGER PRIMARY KEY,
  content TEXT NOT NULL -- JSON, members of a NewOutboxMessage
) STRICT;

CREATE INDEX messages_by_content ON messages (content) WHERE content IS NOT NULL;

CREATE INDEX messages_by_app ON messages (app);

-- What lists are filtered by, in the order of the messages: a search goes through it, newest first. As a new message is its
-- last entry and the oldest its first, it costs a send far less than an index that has its entries in the order of addresses.
CREATE INDEX messages_search ON messages (
  seq, app, channel, address, endpoint, user, status, operation, template, campaign, journey
);

CREATE INDEX messages_by_event ON messages (event) WHERE event IS NOT NULL;

-- Counts rows of messages, since counting a million of them takes longer than writing a hundred. There is no row before the
-- first message.
CREATE TABLE outbox (
  only_row      INTEGER PRIMARY KEY CHECK (only_row = 1),
  last          INTEGER NOT NULL, -- the highest id that a message has had
  kept          INTEGER NOT NULL,
  dropped       INTEGER NOT NULL, -- how many the limit has removed
  dropped_up_to INTEGER NOT NULL, -- the last of them
  dropped_event INTEGER NOT NULL  -- the highest id of an event that went with them; 0 without any
) STRICT;

-- Those that the limit removes are counted all at once: to write this row for each takes a tenth of a campaign.
CREATE TRIGGER message_counted AFTER DELETE ON messages WHEN OLD.seq > (SELECT dropped_up_to FROM outbox)
BEGIN
  UPDATE outbox SET kept = kept - 1;
END;

-- The content of a message goes with the last one that has it. Its marks go with it, as no more can happen to it.
CREATE TRIGGER message_deleted AFTER DELETE ON messages
BEGIN
  DELETE FROM message_contents
  WHERE seq = OLD.content AND NOT EXISTS (SELECT 1 FROM messages WHERE content = OLD.content);
  DELETE FROM event_marks WHERE app = OLD.app AND subject = OLD.seq;
END;

-- How far the e-mails of the outbox were handed to the mail server. There is no row while none is set.
CREATE TABLE smtp_relay (
  only_row INTEGER PRIMARY KEY CHECK (only_row = 1),
  message  INTEGER NOT NULL -- id of the last message that the relay is done with
) STRICT;

-- Phone numbers that have opted out of SMS, in the account.
CREATE TABLE opt_outs (
  seq    INTEGER PRIMARY KEY AUTOINCREMENT,
  number TEXT NOT NULL UNIQUE, -- + and digits
  since  TEXT NOT NULL
) STRICT;

-- Campaigns ---------------------------------------------------------------------------------------------------------

-- The treatments of each campaign: the default one, 0, and the additional ones. A campaign is a document.
CREATE TABLE campaign_treatments (
  campaign  INTEGER NOT NULL REFERENCES documents (seq),
  treatment INTEGER NOT NULL,
  -- WAITING for a run, or for the start of an event campaign; LISTENING for events; OVER; INVALID; DELETED with its segment.
  phase     TEXT NOT NULL,
  due       INTEGER,          -- milliseconds since 1970 at which the phase ends; NULL for never, and while it is paused
  timing    TEXT NOT NULL,    -- JSON, a Timing: when its runs are
  run       INTEGER NOT NULL, -- the number of the next run, from 0
  begun     INTEGER NOT NULL, -- how many runs have begun
  PRIMARY KEY (campaign, treatment)
) STRICT, WITHOUT ROWID;

CREATE INDEX campaign_treatments_due ON campaign_treatments (due) WHERE due IS NOT NULL;

-- The runs of treatments.
CREATE TABLE campaign_activities (
  seq                 INTEGER PRIMARY KEY AUTOINCREMENT,
  id                  TEXT NOT NULL UNIQUE,
  campaign            INTEGER NOT NULL REFERENCES documents (seq),
  version             INTEGER NOT NULL, -- of the campaign when the run began
  treatment           INTEGER NOT NULL,
  state               TEXT NOT NULL,
  result              TEXT,             -- SUCCESS or FAIL, once it is over
  -- Milliseconds since 1970, as are the next three.
  scheduled_start     INTEGER NOT NULL,
  start_time          INTEGER,
  end_time            INTEGER,
  due                 INTEGER,          -- when its next step is due; NULL once it is over
  has_reservation     INTEGER NOT NULL DEFAULT 0, -- 1 while it waits for the time that MessagesPerSecond has given it
  endpoint            TEXT,             -- id of the only recipient, of a run that an event has started
  newest_endpoint     INTEGER NOT NULL, -- the last row of endpoints when it began; later ones are not looked at
  member_cursor       TEXT,             -- JSON, a MemberCursor: the last member that was looked at; NULL once all were
  total               INTEGER NOT NULL DEFAULT 0, -- endpoints that were targeted
  successful          INTEGER NOT NULL DEFAULT 0,
  timezones_total     INTEGER NOT NULL DEFAULT 1,
  timezones_completed INTEGER NOT NULL DEFAULT 0,
  counters            TEXT NOT NULL DEFAULT '{}'  -- JSON, Counters
) STRICT;

CREATE INDEX campaign_activities_by_campaign ON campaign_activities (campaign, seq);
CREATE INDEX campaign_activities_due ON campaign_activities (due, seq) WHERE due IS NOT NULL;

-- How far MessagesPerSecond has given time to messages: all runs of a campaign share it. There is no row before the first.
CREATE TABLE campaign_rates (
  campaign INTEGER PRIMARY KEY REFERENCES documents (seq),
  next     REAL NOT NULL,   -- when the next message may be sent: milliseconds since 1970, with a fraction
  since    INTEGER NOT NULL -- when that was decided; of no effect if it is much later than now: the clock was set back
) STRICT;

-- The endpoints that a run by local time is going to send to, each at the time of its zone.
CREATE TABLE campaign_targets (
  activity   INTEGER NOT NULL REFERENCES campaign_activities (seq),
  due        INTEGER NOT NULL,
  number     INTEGER NOT NULL,
  endpoint   TEXT NOT NULL, -- its id
  definition TEXT,          -- JSON, an EndpointResponse: of a member that its import has not registered
  PRIMARY KEY (activity, due, number)
) STRICT, WITHOUT ROWID;

-- How often a campaign or journey has sent to an endpoint: what limits and caps count. Rows stay when it is deleted, as
-- limits of the application count what all have sent.
CREATE TABLE endpoint_sends (
  app      INTEGER NOT NULL REFERENCES apps (seq),
  endpoint ANY NOT NULL,     -- a row of endpoints; or, of one that was deleted or never registered, its id as in endpoints
  time     INTEGER NOT NULL, -- milliseconds since 1970
  sender   INTEGER NOT NULL, -- the row of the campaign or journey in documents; it may be gone
  kind     TEXT NOT NULL,    -- of the sender: campaign or journey
  targeted INTEGER NOT NULL, -- how often the endpoint was meant to get a message
  sent     INTEGER NOT NULL, -- how often it got one, or a failure
  PRIMARY KEY (app, endpoint, time, sender)
) STRICT, WITHOUT ROWID;

-- Limits hold for an endpoint that is deleted and created again, as another row.
CREATE TRIGGER endpoint_with_sends_deleted AFTER DELETE ON endpoints
WHEN EXISTS (SELECT 1 FROM endpoint_sends WHERE app = OLD.app AND endpoint = OLD.seq)
  AND EXISTS (SELECT 1 FROM apps WHERE seq = OLD.app AND id IS NOT NULL)
BEGIN
  INSERT INTO endpoint_sends
    SELECT app, OLD.id, time, sender, kind, targeted, sent FROM endpoint_sends WHERE app = OLD.app AND endpoint = OLD.seq
    ON CONFLICT DO UPDATE SET targeted = targeted + excluded.targeted, sent = sent + excluded.sent;
  DELETE FROM endpoint_sends WHERE app = OLD.app AND endpoint = OLD.seq;
END;

-- Events ------------------------------------------------------------------------------------------------------------

-- The events of the event stream, but for most of those that a message had as it was sent: they are in its row, and go with
-- it when the limit of the outbox removes it. Ids of events have no gaps; sqlite_sequence has the highest. Events of one
-- message that happen at once share a row. Lists are read from the end, so there are no indexes for filters.
CREATE TABLE event_records (
  seq      INTEGER PRIMARY KEY AUTOINCREMENT, -- the id of the last event in the row
  app      INTEGER NOT NULL REFERENCES apps (seq),
  types    TEXT NOT NULL,    -- JSON, a list: one type for each event
  time     INTEGER NOT NULL, -- milliseconds since 1970: when they have arrived
  -- What lists are filtered by.
  endpoint TEXT COLLATE NOCASE, -- as in messages
  campaign TEXT,
  journey  TEXT,
  message  INTEGER,          -- the message of the outbox that they are of; that may be gone
  source   TEXT NOT NULL,    -- ENDPOINT: they came through PutEvents; SYSTEM: Pinpoint itself has made them
  waits    INTEGER NOT NULL, -- 1 until campaigns and journeys that listen to events have looked at them
  origin   TEXT NOT NULL     -- JSON: what their records are made from (NewEvents)
) STRICT;

INSERT INTO sqlite_sequence (name, seq) VALUES ('event_records', 0);

CREATE INDEX event_records_by_app ON event_records (app);
CREATE INDEX event_records_by_message ON event_records (message) WHERE message IS NOT NULL;
CREATE INDEX event_records_waiting ON event_records (seq) WHERE waits = 1;

-- How many events an application has had on each day, for KPIs: they count also what is no longer kept.
CREATE TABLE event_counts (
  app      INTEGER NOT NULL REFERENCES apps (seq),
  campaign TEXT NOT NULL, -- '' where it does not apply, as are the next two
  journey  TEXT NOT NULL,
  activity TEXT NOT NULL, -- of the campaign or the journey
  name     TEXT NOT NULL, -- a type of events, or something to add up (delivery/events/count-events.ts)
  label    TEXT NOT NULL, -- a status or a country; else ''
  day      TEXT NOT NULL, -- such as 2027-03-01, in UTC
  total    INTEGER NOT NULL,
  PRIMARY KEY (app, name, campaign, journey, activity, label, day)
) STRICT, WITHOUT ROWID;

-- What counts once, or once in a clock hour, of what was done with a message after it was sent (delivery/events/count-events.ts).
CREATE TABLE event_marks (
  app     INTEGER NOT NULL REFERENCES apps (seq),
  subject ANY NOT NULL,  -- a row of messages, whose trigger deletes it; or the activity and endpoint of a push notification
  name    TEXT NOT NULL,
  hour    TEXT NOT NULL, -- the last one in which it was counted, such as 2027-03-01T09; '' if it counts once
  PRIMARY KEY (app, subject, name)
) STRICT, WITHOUT ROWID;

-- Which endpoints have got a message of a campaign, for KPIs that count an endpoint once. A row is what one write has found,
-- the later ones count: a row for each endpoint would be written in random order, at several times the cost.
CREATE TABLE reached_endpoints (
  seq        INTEGER PRIMARY KEY,
  app        INTEGER NOT NULL REFERENCES apps (seq),
  campaign   TEXT NOT NULL,
  activity   TEXT NOT NULL,
  day        TEXT NOT NULL,   -- such as 2027-03-01, in UTC
  endpoints  TEXT NOT NULL,   -- JSON, a list of ids
  is_reached INTEGER NOT NULL -- 0: they have not got it after all, on whatever day they were reached
) STRICT;

CREATE INDEX reached_endpoints_by_app ON reached_endpoints (app, campaign, seq);
