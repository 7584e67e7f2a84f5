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
  channel_counts   TEXT NOT NULL DEFAULT '{}' -- JSON, endpoints imported by channel
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

-- Spans of an object's content (decompressed). A record belongs to the piece in which it begins.
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
  line   INTEGER, -- NULL where a whole piece, object or job failed
  record TEXT,
  reason TEXT NOT NULL
) STRICT;
-- What failed as a whole comes before the records: it is why the job failed.
CREATE INDEX import_failures_by_job ON import_failures (job, (line IS NOT NULL), seq);

-- Who is in the segment that a job makes. The definition stands here when the job registers no endpoints.
CREATE TABLE import_members (
  job         INTEGER NOT NULL REFERENCES import_jobs (seq),
  endpoint_id TEXT NOT NULL COLLATE NOCASE,
  definition  TEXT, -- JSON, an EndpointResponse
  PRIMARY KEY (job, endpoint_id)
) STRICT, WITHOUT ROWID;
