-- Applications whose settings somebody has written.
CREATE TABLE application_settings (
  app                INTEGER PRIMARY KEY REFERENCES apps (seq),
  settings           TEXT NOT NULL, -- JSON: CampaignHook, Limits, QuietTime and JourneyLimits, as far as they were given
  last_modified_date TEXT NOT NULL
) STRICT;
