import type { Database } from 'better-sqlite3'
import type { AppRef } from './apps.ts'

/** Endpoints looked up in the index: those with a value of a dimension that meets a condition. */
export interface TermLookup {
  /** As in the view `endpoint_values`: `ChannelType`, `Location.Country`, `Attributes.<name>`, … */
  dimension: string
  /** On the column `value`. */
  where: string
  params: unknown[]
}

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
    .prepare<[number, number, number], number | null>(
      'SELECT max(seq) FROM (SELECT seq FROM endpoints WHERE seq > ? AND +app = ? ORDER BY seq LIMIT ?)',
    )
    .pluck()
  const addTerms = (values: string) =>
    db.prepare(
      `INSERT OR IGNORE INTO endpoint_terms
         SELECT :dimension, value, seq FROM (${values})
         WHERE seq > :from AND seq <= :to AND +app = :app AND value IS NOT NULL`,
    )
  /** By the first part of a dimension's name. As in the view, but of one dimension, which is much faster. */
  const adders = {
    ChannelType: addTerms('SELECT seq, app, channel_type AS value, :key FROM endpoints'),
    EffectiveDate: addTerms('SELECT seq, app, julianday(effective_date) AS value, :key FROM endpoints'),
    Demographic: addTerms(membersOf('demographic')),
    Location: addTerms(membersOf('location')),
    Metrics: addTerms(membersOf('metrics')),
    Attributes: addTerms(valuesOf('attributes')),
    UserAttributes: addTerms(valuesOf('user_attributes')),
  }
  const setBuiltTo = db.prepare('UPDATE indexed_dimensions SET built_to = ? WHERE seq = ?')

  const dimensionOf = (app: AppRef, name: string): number => find.get(app.seq, name)!.seq

  return {
    /** Whether every endpoint of an application is in the index of a dimension. */
    isBuilt: (app: AppRef, name: string): boolean => find.get(app.seq, name)?.built_to === null,

    /**
     * Puts up to `limit` more endpoints into the index of a dimension; to be called in a transaction.
     *
     * @returns whether there may be more
     */
    build(app: AppRef, name: string, limit: number): boolean {
      register.run(app.seq, name)
      const { seq: dimension, built_to: from } = find.get(app.seq, name)!
      if (from === null) return false
      const to = endOfStep.get(from, app.seq, limit) ?? null
      if (to !== null) {
        const [map] = name.split('.') as [keyof typeof adders]
        adders[map].run({ dimension, app: app.seq, from, to, key: name.slice(map.length + 1) })
      }
      setBuiltTo.run(to, dimension)
      return to !== null
    },

    /** SQL that selects `endpoint`, the row numbers of what a lookup finds, with its parameters. */
    select: (app: AppRef, { dimension, where, params }: TermLookup): { sql: string; params: unknown[] } => ({
      sql: `SELECT endpoint FROM endpoint_terms candidate WHERE dimension = ? AND (${where})`,
      params: [dimensionOf(app, dimension), ...params],
    }),
  }
}

const membersOf = (column: string) =>
  `SELECT e.seq, e.app, m.value FROM endpoints e, json_each(e.${column}) m WHERE m.key = :key`

const valuesOf = (column: string) =>
  `SELECT e.seq, e.app, v.value FROM endpoints e, json_each(e.${column}) a, json_each(a.value) v WHERE a.key = :key`

export type EndpointTerms = ReturnType<typeof createEndpointTerms>
