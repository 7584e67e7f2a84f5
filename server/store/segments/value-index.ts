import type { Database } from 'better-sqlite3'
import type { AppRef } from '../applications/applications.ts'
import { type RangeOfApp, rangeOfApp, selectOfApp } from '../endpoints/row-blocks.ts'

/** Endpoints looked up in the index: those with a value of a dimension that meets a condition. */
export interface TermLookup {
  /** As in the view `endpoint_values`: `ChannelType`, `Location.Country`, `AttributeDays.<name>`, … */
  dimension: string
  /** On `candidate.value`. */
  where: string
  params: unknown[]
  /** That the condition names no values or range of values, so that each value has to be looked at. */
  ofEach?: boolean
}

/** Endpoints whose row numbers have the same number before these bits stand together in the index. */
const bitsOfBlock = 14

/** The block that a row of `endpoints` is in. */
export const blockOf = (row: number): number => Math.floor(row / 2 ** bitsOfBlock)

/** The first row of a block. */
export const startOf = (block: number): number => block * 2 ** bitsOfBlock

/** Different values of a block that are looked at one by one; where there are more, so are all of their endpoints. */
const mostValues = 256

/**
 * The index of endpoints by the values of their dimensions. It holds the dimensions that segments of an application ask
 * for, each from when it is first asked for on; triggers keep it true, whoever writes the endpoints.
 */
export function createEndpointTerms(db: Database) {
  const find = db.prepare<[number, string], { seq: number; built_to: number | null }>(
    'SELECT seq, built_to FROM indexed_dimensions WHERE app = ? AND name = ?',
  )
  // From here on triggers write what is created or changed, so the rows that are there already can follow in steps.
  const register = db.prepare(
    'INSERT OR IGNORE INTO indexed_dimensions (app, name, built_to) VALUES (?, ?, 0)',
  )
  const endOfStep = db
    .prepare<[...RangeOfApp, number], number | null>(`SELECT max(seq) FROM (${selectOfApp('e.seq')} LIMIT ?)`)
    .pluck()
  const addTerms = db.prepare(
    `INSERT OR IGNORE INTO endpoint_terms
       SELECT dimension, block, value, endpoint FROM endpoint_values
       WHERE dimension = ? AND endpoint > ? AND endpoint <= ?`,
  )
  const setBuiltTo = db.prepare('UPDATE indexed_dimensions SET built_to = ? WHERE seq = ?')

  return {
    /** Whether every endpoint of an application is in the index of a dimension. */
    isBuilt: (app: AppRef, name: string): boolean => find.get(app.seq, name)?.built_to === null,

    /**
     * Puts up to `limit` more endpoints into the index of a dimension; to be called in a transaction.
     *
     * @returns whether there may be more
     */
    build(app: AppRef, name: string, limit: number): boolean {
      if (register.run(app.seq, name).changes > 0) db.exec(triggers)
      const { seq: dimension, built_to: from } = find.get(app.seq, name)!
      if (from === null) return false
      const to = endOfStep.get(...rangeOfApp(app, from), limit) ?? null
      if (to !== null) addTerms.run(dimension, from, to)
      setBuiltTo.run(to, dimension)
      return to !== null
    },

    /**
     * Prepares a lookup in a dimension that is built.
     *
     * @returns a function that gives the rows of a block that it finds, in any order and some of them twice, but not
     *   many more than `limit`
     */
    prepareLookup(app: AppRef, { dimension, where, params, ofEach }: TermLookup) {
      // What is deleted meanwhile has no rows any more.
      const seq = find.get(app.seq, dimension)?.seq ?? null
      const inBlock = 'endpoint_terms candidate WHERE dimension = :dimension AND block = :block'
      const statement = db
        .prepare<unknown[], number>(
          ofEach
            ? `WITH RECURSIVE known (value, number) AS (
                 SELECT min(value), 1 FROM ${inBlock}
                 UNION ALL SELECT (SELECT min(value) FROM ${inBlock} AND value > known.value), number + 1
                   FROM known WHERE value IS NOT NULL AND number < ${mostValues}
               )
               SELECT endpoint FROM ${inBlock} AND value IN (SELECT value FROM known candidate WHERE ${where})
               UNION ALL SELECT endpoint FROM ${inBlock}
                 AND value > (SELECT value FROM known WHERE number = ${mostValues}) AND (${where})
               LIMIT :limit`
            : `SELECT endpoint FROM ${inBlock} AND (${where}) LIMIT :limit`,
        )
        .pluck()
      const all = ofEach ? [...params, ...params] : params
      return (block: number, limit: number): number[] =>
        statement.all({ dimension: seq, block, limit }, ...all)
    },
  }
}

/** In a trigger on a change: whether a row of `endpoint_values` depends on a column that differs. */
const hasChanged = `CASE map
  WHEN 'ChannelType' THEN OLD.channel_type IS NOT NEW.channel_type
  WHEN 'EffectiveDate' THEN OLD.effective_date IS NOT NEW.effective_date
  WHEN 'Demographic' THEN OLD.demographic IS NOT NEW.demographic
  WHEN 'Location' THEN OLD.location IS NOT NEW.location
  WHEN 'Metrics' THEN OLD.metrics IS NOT NEW.metrics
  WHEN 'Import' THEN OLD.user_id IS NOT NEW.user_id
  WHEN 'Attributes' THEN OLD.attributes IS NOT NEW.attributes
  WHEN 'AttributeDays' THEN OLD.attributes IS NOT NEW.attributes
  ELSE OLD.user_attributes IS NOT NEW.user_attributes
END`

/**
 * The index follows the endpoints, whoever writes them; a change touches what depends on the columns that differ. Made
 * with the first index: a statement with a trigger keeps each page that it changes as it was, for the case that the
 * trigger fails, which costs an import a fifth of its time.
 */
export const triggers = `
CREATE TRIGGER IF NOT EXISTS endpoint_terms_of_created AFTER INSERT ON endpoints
WHEN EXISTS (SELECT 1 FROM indexed_dimensions WHERE app = NEW.app)
BEGIN
  INSERT OR IGNORE INTO endpoint_terms
    SELECT dimension, block, value, endpoint FROM endpoint_values WHERE endpoint = NEW.seq;
END;

CREATE TRIGGER IF NOT EXISTS endpoint_terms_before_change BEFORE UPDATE ON endpoints
WHEN EXISTS (SELECT 1 FROM indexed_dimensions WHERE app = OLD.app)
BEGIN
  DELETE FROM endpoint_terms WHERE (dimension, block, value, endpoint) IN (
    SELECT dimension, block, value, endpoint FROM endpoint_values
    WHERE endpoint = OLD.seq AND ${hasChanged});
END;

CREATE TRIGGER IF NOT EXISTS endpoint_terms_after_change AFTER UPDATE ON endpoints
WHEN EXISTS (SELECT 1 FROM indexed_dimensions WHERE app = NEW.app)
BEGIN
  INSERT OR IGNORE INTO endpoint_terms
    SELECT dimension, block, value, endpoint FROM endpoint_values
    WHERE endpoint = NEW.seq AND ${hasChanged};
END;

CREATE TRIGGER IF NOT EXISTS endpoint_terms_of_deleted BEFORE DELETE ON endpoints
WHEN EXISTS (SELECT 1 FROM indexed_dimensions WHERE app = OLD.app)
BEGIN
  DELETE FROM endpoint_terms WHERE (dimension, block, value, endpoint) IN (
    SELECT dimension, block, value, endpoint FROM endpoint_values WHERE endpoint = OLD.seq);
END;
`

export type EndpointTerms = ReturnType<typeof createEndpointTerms>
