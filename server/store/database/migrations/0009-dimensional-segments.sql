-- A segment is an import's or a definition's, and a deleted one has no id, as a deleted application has none. SQLite
-- cannot take NOT NULL from a column, so both tables are built anew.
CREATE TABLE new_segments (
  seq           INTEGER PRIMARY KEY AUTOINCREMENT,
  app           INTEGER NOT NULL REFERENCES apps (seq),
  -- NULL once the segment is deleted: it is gone for every caller at once, whatever it holds, and the worker clears
  -- its rows away in small steps.
  id            TEXT,
  arn           TEXT NOT NULL,
  segment_type  TEXT NOT NULL,
  creation_date TEXT NOT NULL,
  version       INTEGER NOT NULL, -- the current one
  UNIQUE (app, id)
) STRICT;

CREATE TABLE new_segment_versions (
  segment            INTEGER NOT NULL REFERENCES new_segments (seq),
  version            INTEGER NOT NULL,
  name               TEXT,
  last_modified_date TEXT NOT NULL,
  -- Of an IMPORT segment, both. A version that only renames has those of the version before it.
  import_definition  TEXT,                               -- JSON, a SegmentImportResource
  import_job         INTEGER REFERENCES import_jobs (seq), -- its members are this version's
  -- Of a DIMENSIONAL one, at most one of them, as it was sent. Without both, all endpoints are in the segment.
  dimensions         TEXT, -- JSON, a SegmentDimensions
  segment_groups     TEXT, -- JSON, a SegmentGroupList
  PRIMARY KEY (segment, version),
  CHECK ((import_definition IS NULL) = (import_job IS NULL)),
  CHECK ((import_definition IS NOT NULL) + (dimensions IS NOT NULL) + (segment_groups IS NOT NULL) <= 1)
) STRICT, WITHOUT ROWID;

INSERT INTO new_segments SELECT seq, app, id, arn, segment_type, creation_date, version FROM segments;
INSERT INTO new_segment_versions
  SELECT segment, version, name, last_modified_date, import_definition, import_job, NULL, NULL FROM segment_versions;

DROP TABLE segment_versions;
DROP TABLE segments;
ALTER TABLE new_segments RENAME TO segments;
ALTER TABLE new_segment_versions RENAME TO segment_versions;

CREATE INDEX segments_by_app ON segments (app, seq) WHERE id IS NOT NULL;
CREATE INDEX segments_deleted ON segments (seq) WHERE id IS NULL;
CREATE INDEX segment_versions_by_job ON segment_versions (import_job) WHERE import_job IS NOT NULL;
