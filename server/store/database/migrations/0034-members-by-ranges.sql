-- Who is in the segment that a job makes, by ranges of the rows of endpoints: those of most imports follow one another. No two
-- ranges of a job have a row in common. A row that is gone may still be in one; its number is never given again.
DROP VIEW endpoint_values;
DROP TRIGGER endpoint_deleted;
CREATE TABLE import_members_by_row AS SELECT * FROM import_members;
DROP TABLE import_members;
CREATE TABLE import_members (
  job   INTEGER NOT NULL REFERENCES import_jobs (seq),
  first INTEGER NOT NULL,
  last  INTEGER NOT NULL,
  PRIMARY KEY (job, first)
) STRICT, WITHOUT ROWID;
INSERT INTO import_members
  SELECT job, min(endpoint), max(endpoint) FROM (
    SELECT job, endpoint, endpoint - row_number() OVER (PARTITION BY job ORDER BY endpoint) AS range
    FROM import_members_by_row)
  GROUP BY job, range;
DROP TABLE import_members_by_row;

CREATE TRIGGER endpoint_deleted AFTER DELETE ON endpoints
WHEN EXISTS (SELECT 1 FROM apps WHERE seq = OLD.app AND id IS NOT NULL)
BEGIN
  INSERT OR IGNORE INTO import_members_deleted
    SELECT OLD.app, OLD.id, j.seq FROM import_jobs j
    WHERE j.app = OLD.app AND j.segment_id IS NOT NULL AND OLD.seq <= (
      SELECT m.last FROM import_members m WHERE m.job = j.seq AND m.first <= OLD.seq ORDER BY m.first DESC LIMIT 1);
END;

-- As in 0032, but for the members.
CREATE VIEW endpoint_values AS
  SELECT d.seq AS dimension, e.seq >> 14 AS block, e.seq AS endpoint, d.map, CASE d.map
      WHEN 'ChannelType' THEN coalesce(e.channel_type, x'')
      WHEN 'EffectiveDate' THEN iif(typeof(e.effective_date) = 'integer',
        (e.effective_date + 210866760000000) / 86400000.0, julianday(e.effective_date))
      WHEN 'Demographic' THEN coalesce((SELECT value FROM json_each(e.demographic) WHERE key = d.key), x'')
      WHEN 'Location' THEN coalesce((SELECT value FROM json_each(e.location) WHERE key = d.key), x'')
      WHEN 'Metrics' THEN (SELECT value FROM json_each(e.metrics) WHERE key = d.key)
      WHEN 'Import' THEN e.seq <= coalesce((
          SELECT m.last FROM import_members m WHERE m.job = CAST(d.key AS INTEGER) AND m.first <= e.seq
          ORDER BY m.first DESC LIMIT 1), 0)
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
