import { join } from 'node:path'
import { GetAppsCommand } from '@aws-sdk/client-pinpoint'
import t from 'tap'
import { databaseFile } from '../../server/store/open-store.ts'
import { version } from '../../server/version.ts'
import { makeFolder } from '../support/buckets.ts'
import { copyDatabase, makeUtf16Database } from '../support/database.ts'
import { createApp, until } from '../support/helpers.ts'
import { spawnEmulator } from '../support/spawn.ts'

t.test('health is 503 while calls cannot read the database', async t => {
  const [folder, DATA_DIR] = [makeFolder(t), makeFolder(t)]
  const { url, client, log } = await spawnEmulator(t, { DATA_DIR })
  const app = await createApp(client)
  const health = async () => {
    const answer = await fetch(`${url}/_pinpoint/health`)
    return [answer.status, await answer.json()]
  }
  const listsApp = async () =>
    (await client.send(new GetAppsCommand({}))).ApplicationsResponse?.Item?.[0]?.Id === app
  const [kept, broken] = [join(folder, 'kept.db'), join(folder, 'utf-16.db')]
  await copyDatabase(databaseFile(DATA_DIR), kept)
  makeUtf16Database(broken)
  t.strictSame(await health(), [200, { status: 'ready', version }])
  const { status } = await fetch(`${url}/_pinpoint/health`, { method: 'HEAD' })
  t.equal(status, 200, 'as some probes ask')

  // Another program writes over the database what no connection of the emulator can read.
  await copyDatabase(broken, databaseFile(DATA_DIR))
  await t.rejects(listsApp(), { name: 'InternalServerErrorException' })
  t.strictSame(await health(), [503, { status: 'starting', version }], 'in the same form as ever')
  await health()
  const told = () => log().filter(({ msg }) => msg === 'the database cannot be read')
  await until(() => told().length > 0 || undefined, 'the log')
  t.equal(told().length, 1, 'the log says why, once')
  t.match(told()[0], { err: { message: /encoding/ } })

  await copyDatabase(kept, databaseFile(DATA_DIR))
  t.ok(await listsApp())
  t.strictSame(await health(), [200, { status: 'ready', version }], 'and when it can be read again')
})
