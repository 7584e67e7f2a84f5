import { existsSync } from 'node:fs'
import { join, resolve } from 'node:path'
import { Command, InvalidArgumentError, Option } from 'commander'
import { createBench } from './bench.ts'
import { benchCalls } from './calls.ts'
import { benchCampaigns } from './campaigns.ts'
import { benchConsole } from './console.ts'
import { benchExports } from './exports.ts'
import { fill } from './filled.ts'
import { benchImports } from './imports.ts'
import { benchJourneys } from './journeys.ts'
import { benchMessages } from './messages.ts'
import { benchSegments } from './segments.ts'
import { benchStarts } from './starts.ts'
import { describeRun } from './table.ts'
import { benchTemplates } from './templates.ts'

/*
 * The bench: what users feel, as tables in Markdown. Each figure stands beside its goal and, where there is
 * one, beside a yardstick of the same run: SQLite's own .import of the same file, or a bare Fastify that
 * answers the same bytes. Machines differ and are noisy, so ratios say more than figures, and only those
 * within one run. A yardstick is measured before and after what is compared with it, and its best figure
 * counts; of starts, the median does.
 *
 *     npm run bench                                     everything, with a million rows
 *     npm run bench -- --rows 20000                     a quick look
 *     npm run bench -- --only imports --only calls      two of the groups
 *
 * To see what a change is worth, build the commit before it in a work tree of its own and measure both in
 * turns:
 *
 *     git worktree add ../before HEAD~1
 *     (cd ../before && npm ci && npm run build)
 *     npm run bench -- --rows 200000 --only imports --against ../before/dist
 */

const groups = [
  'starts',
  'imports',
  'calls',
  'segments',
  'exports',
  'templates',
  'messages',
  'campaigns',
  'journeys',
  'console',
]

const { rows, only, against, rounds, tenTimes } = new Command('npm run bench --')
  .description('Measures the build in dist and prints tables in Markdown.')
  .option(
    '--rows <number>',
    'rows of the data set; the goals are meant for a million',
    wholeNumber,
    1_000_000,
  )
  .addOption(
    new Option('--only <group...>', 'measure these groups only').choices(groups).default(groups, 'all'),
  )
  .option(
    '--against <folder>',
    'dist of another commit, measured in turns with this one as "before"',
    distFolder,
  )
  .option(
    '--rounds <number>',
    'how often imports are measured; the fastest counts (default: 1, with --against 2)',
    wholeNumber,
  )
  .option(
    '--ten-times',
    'also import ten times the rows, for the memory that it takes (3.3 GB for a million)',
  )
  .addHelpText(
    'after',
    '\nThe yardstick of imports needs the sqlite3 command line, the group console a Chromium.',
  )
  .parse()
  .opts()

const bench = createBench({ rows, against, rounds: rounds ?? (against ? 2 : 1), tenTimes: tenTimes ?? false })
const isWanted = (group: string) => only.includes(group)

console.log(describeRun(bench))
if (isWanted('starts')) await benchStarts(bench)
if (isWanted('imports')) await benchImports(bench)
if (isWanted('templates')) await benchTemplates(bench)
if (isWanted('messages')) await benchMessages(bench)
if (isWanted('campaigns')) await benchCampaigns(bench)
if (isWanted('journeys')) await benchJourneys(bench)
if (['calls', 'segments', 'exports', 'console'].some(isWanted)) {
  const filled = await fill(bench)
  if (isWanted('calls')) await benchCalls(bench, filled)
  if (isWanted('segments')) await benchSegments(bench, filled)
  if (isWanted('exports')) await benchExports(bench, filled)
  if (isWanted('console')) await benchConsole(bench, filled)
  for (const { server } of filled) await server.stop()
}

function wholeNumber(text: string): number {
  if (/^[1-9]\d*$/.test(text)) return Number(text)
  throw new InvalidArgumentError('It must be a whole number above 0.')
}

function distFolder(text: string): string {
  const folder = resolve(text)
  if (existsSync(join(folder, 'main.js'))) return folder
  throw new InvalidArgumentError(`There is no ${join(folder, 'main.js')}: run "npm run build" there.`)
}
