import { execFile } from 'node:child_process'
import { copyFileSync } from 'node:fs'
import { join } from 'node:path'
import { promisify } from 'node:util'
import { GetAppsCommand, GetChannelsCommand } from '@aws-sdk/client-pinpoint'
import t from 'tap'
import { makeFolder } from '../support/buckets.ts'
import { startEmulator } from '../support/helpers.ts'

/*
 * Terraform itself, with its provider for AWS. Where `terraform init` cannot get the provider from its
 * registry, TF_CLI_ARGS_init=-plugin-dir=FOLDER says where it is. Skipped where it has neither.
 */

const folder = makeFolder(t)
copyFileSync(new URL('../../fixtures/terraform/pinpoint.tf', import.meta.url), join(folder, 'pinpoint.tf'))

/** Runs a command of Terraform, and gives what it prints. */
const terraform = async (command: string, ...args: string[]): Promise<string> =>
  (await promisify(execFile)('terraform', [command, '-no-color', ...args], { cwd: folder })).stdout

const skip = await terraform('init').then(
  () => false,
  (error: Error) => `terraform init: ${error.message}`,
)

t.test('Terraform creates all resources, plans no changes, changes and destroys them', { skip }, async t => {
  const { client, url } = await startEmulator(t)
  const versions = async () => {
    const ApplicationId = (await terraform('output', '-raw', 'app')).trim()
    const { ChannelsResponse } = await client.send(new GetChannelsCommand({ ApplicationId }))
    const { IN_APP, ...channels } = ChannelsResponse!.Channels!
    return Object.values(channels).map(({ Version }) => Version)
  }
  for (const [index, second] of ['second=false', 'second=true'].entries()) {
    const variables = ['-var', `url=${url}`, '-var', second]
    await terraform('apply', '-auto-approve', ...variables)
    t.strictSame(
      await versions(),
      Array(9).fill(index + 1),
      'each of the nine channels was written once more',
    )
    // It exits with 2 where there is something to change.
    t.match(await terraform('plan', '-detailed-exitcode', ...variables), 'No changes')
  }
  const destroyed = await terraform('destroy', '-auto-approve', '-var', `url=${url}`)
  t.match(destroyed, '13 destroyed')
  const { ApplicationsResponse } = await client.send(new GetAppsCommand({}))
  t.strictSame(ApplicationsResponse!.Item, [])
})
