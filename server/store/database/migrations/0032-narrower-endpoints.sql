-- What an import writes it writes in pages, so a row says no more than it must: dates in milliseconds, the request id where
-- it is not that of the job. The cohort follows from the application and the id (cohortOf).
PRAGMA legacy_alter_table = ON; -- the view of endpoints stays
CREATE TABLE endpoints_narrower (
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
  own_request_id  TEXT, -- NULL where it is that of the job in import_job
  creation_date   INTEGER NOT NULL, -- milliseconds since 1970
  effective_date  ANY NOT NULL, -- text as a writer gave it, or milliseconds since 1970
  user_id         TEXT,
  user_attributes TEXT, -- JSON, as are the next four; NULL where empty
  attributes      TEXT,
  metrics         TEXT,
  location        TEXT,
  demographic     TEXT,
  turn            INTEGER NOT NULL, -- as in 0011
  import_job      INTEGER  -- the job that wrote it last; NULL when a caller did
) STRICT;
INSERT INTO endpoints_narrower
  SELECT seq, app, key, id, spelling, channel_type, address, endpoint_status, opt_out, request_id,
    CAST(round(unixepoch(creation_date, 'subsec') * 1000) AS INTEGER), effective_date, user_id, user_attributes, attributes,
    metrics, location, demographic, turn, import_job
  FROM endpoints ORDER BY seq;
DELETE FROM sqlite_sequence WHERE name = 'endpoints_narrower';
INSERT INTO sqlite_sequence SELECT 'endpoints_narrower', seq FROM sqlite_sequence WHERE name = 'endpoints';
DROP TABLE endpoints;
ALTER TABLE endpoints_narrower RENAME TO endpoints;
PRAGMA legacy_alter_table = OFF;

CREATE INDEX endpoints_by_key ON endpoints (key);
CREATE INDEX endpoints_by_app ON endpoints (app);
CREATE INDEX endpoints_by_user ON endpoints (app, user_id) WHERE user_id IS NOT NULL;
CREATE INDEX endpoints_by_address ON endpoints (app, address)
  WHERE address IS NOT NULL AND endpoint_status = 'ACTIVE';

ALTER TABLE endpoints_before_import RENAME TO endpoints_before_import_wide;
DROP INDEX endpoints_kept_of_import;
CREATE TABLE endpoints_before_import (
  job             INTEGER NOT NULL REFERENCES import_jobs (seq),
  seq             INTEGER NOT NULL,
  app             INTEGER NOT NULL,
  id              TEXT NOT NULL,
  spelling        TEXT,
  channel_type    TEXT,
  address         TEXT,
  endpoint_status TEXT NOT NULL,
  opt_out         TEXT NOT NULL,
  own_request_id  TEXT,
  creation_date   INTEGER NOT NULL,
  effective_date  ANY NOT NULL,
  user_id         TEXT,
  user_attributes TEXT,
  attributes      TEXT,
  metrics         TEXT,
  location        TEXT,
  demographic     TEXT,
  turn            INTEGER NOT NULL,
  import_job      INTEGER,
  PRIMARY KEY (job, seq)
) STRICT, WITHOUT ROWID;
INSERT INTO endpoints_before_import
  SELECT job, seq, app, id, spelling, channel_type, address, endpoint_status, opt_out, request_id,
    CAST(round(unixepoch(creation_date, 'subsec') * 1000) AS INTEGER), effective_date, user_id, user_attributes, attributes,
    metrics, location, demographic, turn, import_job
  FROM endpoints_before_import_wide;
DROP TABLE endpoints_before_import_wide;
-- What later jobs keep of an earlier one's writes, for when that one fails first.
CREATE INDEX endpoints_kept_of_import ON endpoints_before_import (import_job, seq) WHERE import_job IS NOT NULL;

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

-- As in 0016, but for the form of EffectiveDate. SQLite counts milliseconds and divides them so, too.
DROP VIEW endpoint_values;
CREATE VIEW endpoint_values AS
  SELECT d.seq AS dimension, e.seq >> 14 AS block, e.seq AS endpoint, d.map, CASE d.map
      WHEN 'ChannelType' THEN coalesce(e.channel_type, x'')
      WHEN 'EffectiveDate' THEN iif(typeof(e.effective_date) = 'integer',
        (e.effective_date + 210866760000000) / 86400000.0, julianday(e.effective_date))
      WHEN 'Demographic' THEN coalesce((SELECT value FROM json_each(e.demographic) WHERE key = d.key), x'')
      WHEN 'Location' THEN coalesce((SELECT value FROM json_each(e.location) WHERE key = d.key), x'')
      WHEN 'Metrics' THEN (SELECT value FROM json_each(e.metrics) WHERE key = d.key)
      WHEN 'Import' THEN EXISTS (
          SELECT 1 FROM import_members m WHERE m.job = CAST(d.key AS INTEGER) AND m.endpoint = e.seq)
        OR EXISTS (
          SELECT 1 FROM import_user_members u WHERE u.job = CAST(d.key AS INTEGER) AND u.user_id = e.user_id)
      WHEN 'Attributes' THEN coalesce(v.value, x'')
      WHEN 'UserAttributes' THEN coalesce(v.value, x'')
      WHEN 'AttributeDays' THEN CASE WHEN v.value GLOB '[0-9-]*' THEN julianday(v.value) END
      WHEN 'UserAttributeDays' THEN CASE WHEN v.value GLOB '[0-9-]*' THEN julianday(v.value) END
    END AS value
  FROM endpoints e CROSS JOIN indexed_dimensions d ON d.app = e.app
    LEFT JOIN json_each(CASE
      WHEN d.map IN ('Attributes', 'AttributeDays')
        THEN (SELECT value FROM json_each(e.attributes) WHERE key = d.key)
      WHEN d.map IN ('UserAttributes', 'UserAttributeDays')
        THEN (SELECT value FROM json_each(e.user_attributes) WHERE key = d.key)
    END) v;

-- The triggers that keep the index of dimensions true went with the table: it is built anew when it is asked for.
DELETE FROM endpoint_terms;
DELETE FROM indexed_dimensions;
