-- Where an application's events are to go: one stream at the most.
CREATE TABLE event_streams (
  app                    INTEGER PRIMARY KEY REFERENCES apps (seq),
  destination_stream_arn TEXT NOT NULL,
  role_arn               TEXT NOT NULL,
  last_modified_date     TEXT NOT NULL
) STRICT;
