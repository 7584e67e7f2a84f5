-- Endpoints are found by a number made of their application and id (endpoint_key), which is all that the index holds: a
-- third of what ids take, and ids come in any order, so it is what an import of many writes to most of all. Whether an
-- id is there is looked up before each row is made. All ids are in lower case now (folded_id), their spelling beside them.
PRAGMA legacy_alter_table = ON; -- the view of endpoints stays
CREATE TABLE endpoints_by_key (
  -- Never given twice: endpoints_before_import names rows by it, also rows that are gone.
  seq             INTEGER PRIMARY KEY AUTOINCREMENT,
  app             INTEGER NOT NULL REFERENCES apps (seq),
  key             INTEGER NOT NULL, -- of app and id
  id              TEXT NOT NULL,
  spelling        TEXT,
  channel_type    TEXT,
  address         TEXT,
  endpoint_status TEXT NOT NULL,
  opt_out         TEXT NOT NULL,
  request_id      TEXT NOT NULL,
  cohort_id       TEXT NOT NULL,
  creation_date   TEXT NOT NULL,
  effective_date  TEXT NOT NULL,
  user_id         TEXT,
  user_attributes TEXT, -- JSON, as are the next four; NULL where empty
  attributes      TEXT,
  metrics         TEXT,
  location        TEXT,
  demographic     TEXT,
  turn            INTEGER NOT NULL, -- as in 0011
  import_job      INTEGER  -- the job that wrote it last; NULL when a caller did
) STRICT;
INSERT INTO endpoints_by_key
  SELECT seq, app, endpoint_key(app, folded_id(id)), folded_id(id),
    coalesce(spelling, iif(folded_id(id) = id, NULL, id)), channel_type, address, endpoint_status, opt_out, request_id,
    cohort_id, creation_date, effective_date, user_id, user_attributes, attributes, metrics, location, demographic, turn,
    import_job
  FROM endpoints ORDER BY seq;
DELETE FROM sqlite_sequence WHERE name = 'endpoints_by_key';
INSERT INTO sqlite_sequence SELECT 'endpoints_by_key', seq FROM sqlite_sequence WHERE name = 'endpoints';
DROP TABLE endpoints;
ALTER TABLE endpoints_by_key RENAME TO endpoints;
PRAGMA legacy_alter_table = OFF;

CREATE INDEX endpoints_by_key ON endpoints (key);
CREATE INDEX endpoints_by_app ON endpoints (app);
CREATE INDEX endpoints_by_user ON endpoints (app, user_id) WHERE user_id IS NOT NULL;
CREATE INDEX endpoints_by_address ON endpoints (app, address)
  WHERE address IS NOT NULL AND endpoint_status = 'ACTIVE';

-- Where somebody asks for its index, an endpoint's terms are found by who is a member: so these go afterwards.
CREATE TRIGGER endpoint_deleted AFTER DELETE ON endpoints
WHEN EXISTS (SELECT 1 FROM apps WHERE seq = OLD.app AND id IS NOT NULL)
BEGIN
  INSERT OR IGNORE INTO import_members_deleted
    SELECT OLD.app, OLD.id, j.seq FROM import_jobs j CROSS JOIN import_members m ON m.job = j.seq AND m.endpoint = OLD.seq
    WHERE j.app = OLD.app AND j.segment_id IS NOT NULL;
  DELETE FROM import_members
    WHERE endpoint = OLD.seq AND job IN (SELECT seq FROM import_jobs WHERE app = OLD.app AND segment_id IS NOT NULL);
END;

-- The triggers that keep the index of dimensions true went with the table: it is built anew when it is asked for.
DELETE FROM endpoint_terms;
DELETE FROM indexed_dimensions;
