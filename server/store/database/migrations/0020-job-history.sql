-- When a job came to each of its states after CREATED: JSON, [{"status", "at"}]. Of older jobs only their end is known.
ALTER TABLE import_jobs ADD COLUMN history TEXT NOT NULL DEFAULT '[]';
ALTER TABLE export_jobs ADD COLUMN history TEXT NOT NULL DEFAULT '[]';
UPDATE import_jobs SET history = json_array(json_object('status', status, 'at', completion_date))
  WHERE completion_date IS NOT NULL;
UPDATE export_jobs SET history = json_array(json_object('status', status, 'at', completion_date))
  WHERE completion_date IS NOT NULL;
