-- Who is in the segment that a job makes: endpoints by their rows, which an import of new ones only adds to the end. Ids,
-- which come in any order, made every one of them write to another page.
CREATE TABLE import_members_by_id AS SELECT * FROM import_members;
DROP TABLE import_members;
CREATE TABLE import_members (
  job      INTEGER NOT NULL REFERENCES import_jobs (seq),
  endpoint INTEGER NOT NULL, -- a row of endpoints
  PRIMARY KEY (job, endpoint)
) STRICT, WITHOUT ROWID;

-- The endpoints of a job that registers none: they stand in its segment alone.
CREATE TABLE import_definitions (
  job         INTEGER NOT NULL REFERENCES import_jobs (seq),
  endpoint_id TEXT NOT NULL,
  definition  TEXT NOT NULL, -- JSON, an EndpointResponse
  PRIMARY KEY (job, endpoint_id)
) STRICT, WITHOUT ROWID;

-- Members whose endpoints are deleted: they are members again when they are created again.
CREATE TABLE import_members_deleted (
  app         INTEGER NOT NULL REFERENCES apps (seq),
  endpoint_id TEXT NOT NULL,
  job         INTEGER NOT NULL REFERENCES import_jobs (seq),
  PRIMARY KEY (app, endpoint_id, job)
) STRICT, WITHOUT ROWID;
CREATE INDEX import_members_deleted_by_job ON import_members_deleted (job);

INSERT INTO import_definitions
  SELECT job, endpoint_id, definition FROM import_members_by_id WHERE definition IS NOT NULL;
INSERT INTO import_members
  SELECT m.job, e.seq FROM import_members_by_id m JOIN import_jobs j ON j.seq = m.job
    JOIN endpoints e ON e.app = j.app AND e.id = m.endpoint_id
  WHERE m.definition IS NULL ORDER BY m.job, e.seq;
INSERT INTO import_members_deleted
  SELECT j.app, m.endpoint_id, m.job FROM import_members_by_id m JOIN import_jobs j ON j.seq = m.job
  WHERE m.definition IS NULL
    AND NOT EXISTS (SELECT 1 FROM endpoints e WHERE e.app = j.app AND e.id = m.endpoint_id);

DROP TABLE import_members_by_id;

-- Every value of the indexed dimensions of an endpoint. Times are numbers of days, so that they compare whatever their
-- form; a text that begins as no date does is none ('now' is another time every time). An endpoint without a value has
-- an empty blob, which nothing else is, where the endpoints without some value are asked for.
CREATE VIEW endpoint_values AS
  SELECT d.seq AS dimension, e.seq >> 14 AS block, e.seq AS endpoint, d.map, CASE d.map
      WHEN 'ChannelType' THEN coalesce(e.channel_type, x'')
      WHEN 'EffectiveDate' THEN julianday(e.effective_date)
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
