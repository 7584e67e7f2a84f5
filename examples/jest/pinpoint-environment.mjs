import { fileURLToPath } from 'node:url'
import { TestEnvironment } from 'jest-environment-node'
import { startPinpoint } from 'pinpoint-local'

/** An emulator of its own for each test file, which sees it as the global `pinpoint`. */
export default class extends TestEnvironment {
  async setup() {
    await super.setup()
    this.global.pinpoint = await startPinpoint({
      s3Dir: fileURLToPath(new URL('../buckets', import.meta.url)),
    })
  }

  async teardown() {
    await this.global.pinpoint?.close()
    await super.teardown()
  }
}
