-- How often the worker has died while it did a job that had come no further in between: how far that was, and the last
-- reason.
ALTER TABLE import_jobs ADD COLUMN deaths INTEGER NOT NULL DEFAULT 0;
ALTER TABLE import_jobs ADD COLUMN death_place TEXT;
ALTER TABLE import_jobs ADD COLUMN death_reason TEXT;
ALTER TABLE export_jobs ADD COLUMN deaths INTEGER NOT NULL DEFAULT 0;
ALTER TABLE export_jobs ADD COLUMN death_place TEXT;
ALTER TABLE export_jobs ADD COLUMN death_reason TEXT;
