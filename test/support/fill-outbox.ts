import type { NewOutboxMessage } from '../../server/model/message.ts'
import { openStore } from '../../server/store/open-store.ts'
import { storeApp } from './stored-app.ts'

/**
 * Writes messages straight into a database, as to send them takes longer. A hundredth of them are
 * failures.
 *
 * @param describe the address and body of each, by its index
 */
export async function fillOutbox(
  dataDir: string,
  count: number,
  describe: (index: number) => { address: string; body: string },
): Promise<void> {
  const store = openStore(dataDir, { outboxLimit: count })
  const app = await storeApp(store)
  const message = (index: number): NewOutboxMessage => ({
    time: '2026-01-02T03:04:05.678Z',
    operation: 'SendMessages',
    statusCode: 200,
    statusMessage: '',
    status: index % 100 === 0 ? 'PERMANENT_FAILURE' : 'SUCCESSFUL',
    channel: 'SMS',
    ...describe(index),
  })
  for (let from = 0; from < count; from += 10_000) {
    const size = Math.min(10_000, count - from)
    const messages = Array.from({ length: size }, (_, index) => message(from + index))
    await store.write(() => store.messages.append(app, messages))
  }
  store.close()
}
