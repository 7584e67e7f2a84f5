import type { Database } from 'better-sqlite3'
import type { Listed, Page } from '../../model/page.ts'
import type {
  RecommenderConfiguration,
  RecommenderConfigurationResponse,
  RecommenderItems,
} from '../../model/recommender.ts'

interface Row {
  seq: number
  id: string
  creation_date: string
  last_modified_date: string
  configuration: string
}

/** The configurations of recommender models, which belong to the account. */
export function createRecommenders(db: Database) {
  const get = db.prepare<[string], Row>('SELECT * FROM recommenders WHERE id = ?')
  const list = db.prepare<Page, Row>(
    'SELECT * FROM recommenders WHERE seq < +:before ORDER BY seq DESC LIMIT +:limit',
  )
  const count = db.prepare<[], number>('SELECT count(*) FROM recommenders').pluck()
  const insert = db.prepare(
    `INSERT INTO recommenders (id, creation_date, last_modified_date, configuration)
     VALUES (:id, :now, :now, :configuration)`,
  )
  const update = db.prepare(
    'UPDATE recommenders SET configuration = :configuration, last_modified_date = :now WHERE id = :id',
  )
  const items = db.prepare<[string], string | null>('SELECT items FROM recommenders WHERE id = ?').pluck()
  const putItems = db.prepare('UPDATE recommenders SET items = ? WHERE id = ?')
  const remove = db.prepare('DELETE FROM recommenders WHERE id = ?')

  const toResponse = (row: Row): RecommenderConfigurationResponse => ({
    ...(JSON.parse(row.configuration) as RecommenderConfiguration),
    CreationDate: row.creation_date,
    Id: row.id,
    LastModifiedDate: row.last_modified_date,
  })

  return {
    get(id: string): RecommenderConfigurationResponse | undefined {
      const row = get.get(id)
      return row && toResponse(row)
    },

    list: (page: Page): Listed<RecommenderConfigurationResponse>[] =>
      list.all(page).map(row => ({ seq: row.seq, value: toResponse(row) })),

    count: (): number => count.get()!,

    create(id: string, configuration: RecommenderConfiguration, now: string): void {
      insert.run({ id, configuration: JSON.stringify(configuration), now })
    },

    /** Replaces all of a configuration. */
    update(id: string, configuration: RecommenderConfiguration, now: string): void {
      update.run({ id, configuration: JSON.stringify(configuration), now })
    },

    /** What it recommends, as a caller has said it; nothing if none has, or there is no such one. */
    items: (id: string): RecommenderItems => JSON.parse(items.get(id) ?? '{}'),

    /** Replaces all that it recommends. */
    putItems: (id: string, recommended: RecommenderItems): void =>
      void putItems.run(JSON.stringify(recommended), id),

    delete: (id: string): void => void remove.run(id),
  }
}
