-- An EffectiveDate that nobody has said is a whole number of milliseconds. Such numbers were written as REAL, which neither the
-- conditions of segments nor their index takes for a date.
DELETE FROM endpoint_terms;
DELETE FROM indexed_dimensions;
UPDATE endpoints SET effective_date = CAST(effective_date AS INTEGER) WHERE typeof(effective_date) = 'real';
UPDATE endpoints_before_import SET effective_date = CAST(effective_date AS INTEGER) WHERE typeof(effective_date) = 'real';
