-- JSON: how many objects under its prefix a job does not read, and the first of them with the reasons.
ALTER TABLE import_jobs ADD COLUMN skipped TEXT NOT NULL DEFAULT '{"total":0,"items":[]}';
