-- The custom names that an application knows: 250 at the most.
CREATE TABLE attribute_names (
  app        INTEGER NOT NULL REFERENCES apps (seq),
  map        TEXT NOT NULL, -- Attributes, Metrics or User.UserAttributes
  name       TEXT NOT NULL,
  -- The job under way that has used it, and takes it back if it fails; 0 for a name that was used for good.
  import_job INTEGER NOT NULL,
  PRIMARY KEY (app, map, name, import_job)
) STRICT, WITHOUT ROWID;

INSERT INTO attribute_names
  SELECT app, 'Attributes', key, 0 FROM endpoints, json_each(attributes) WHERE attributes IS NOT NULL
  UNION SELECT app, 'Metrics', key, 0 FROM endpoints, json_each(metrics) WHERE metrics IS NOT NULL
  UNION SELECT app, 'User.UserAttributes', key, 0 FROM endpoints, json_each(user_attributes) WHERE user_attributes IS NOT NULL;

-- The users in the segment that a job makes: all endpoints of theirs are in it, whenever it is read.
CREATE TABLE import_user_members (
  job     INTEGER NOT NULL REFERENCES import_jobs (seq),
  user_id TEXT NOT NULL,
  PRIMARY KEY (job, user_id)
) STRICT, WITHOUT ROWID;
