CREATE TABLE segments (
  seq           INTEGER PRIMARY KEY AUTOINCREMENT,
  app           INTEGER NOT NULL REFERENCES apps (seq),
  id            TEXT NOT NULL,
  arn           TEXT NOT NULL,
  segment_type  TEXT NOT NULL,
  creation_date TEXT NOT NULL,
  version       INTEGER NOT NULL, -- the current one
  UNIQUE (app, id)
) STRICT;
CREATE INDEX segments_by_app ON segments (app, seq);

CREATE TABLE segment_versions (
  segment            INTEGER NOT NULL REFERENCES segments (seq),
  version            INTEGER NOT NULL,
  name               TEXT,
  last_modified_date TEXT NOT NULL,
  import_definition  TEXT NOT NULL, -- JSON, a SegmentImportResource
  import_job         INTEGER NOT NULL REFERENCES import_jobs (seq), -- its members are this version's
  PRIMARY KEY (segment, version)
) STRICT, WITHOUT ROWID;
CREATE INDEX segment_versions_by_job ON segment_versions (import_job);
