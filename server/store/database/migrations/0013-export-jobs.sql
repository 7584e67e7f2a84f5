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
  newest_endpoint  INTEGER,       -- the last row of endpoints when PROCESSING began; later ones are not exported
  position         TEXT,          -- JSON, the place of the last member that is written
  total_pieces     INTEGER NOT NULL DEFAULT 0,
  completed_pieces INTEGER NOT NULL DEFAULT 0,
  failed_pieces    INTEGER NOT NULL DEFAULT 0,
  total_processed  INTEGER NOT NULL DEFAULT 0,
  failures         TEXT NOT NULL DEFAULT '[]' -- JSON, sentences: why it failed, and what it could not remove then
) STRICT;
CREATE INDEX export_jobs_by_app ON export_jobs (app, seq);
CREATE INDEX export_jobs_by_segment ON export_jobs (app, segment_id, seq) WHERE segment_id IS NOT NULL;
CREATE INDEX export_jobs_unfinished ON export_jobs (seq) WHERE status NOT IN ('COMPLETED', 'FAILED');

-- Each is an object.
CREATE TABLE export_pieces (
  job       INTEGER NOT NULL REFERENCES export_jobs (seq),
  number    INTEGER NOT NULL,
  endpoints INTEGER NOT NULL,                 -- to be written; the last piece takes what is left
  status    TEXT NOT NULL DEFAULT 'PENDING',  -- then COMPLETED or FAILED
  draft     TEXT,                             -- what the bucket knows the object by, once it is begun
  PRIMARY KEY (job, number)
) STRICT, WITHOUT ROWID;
