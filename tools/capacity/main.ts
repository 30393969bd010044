import { writeFile } from 'node:fs/promises'
import { Command, InvalidArgumentError, Option } from 'commander'
import { profileNames } from '../../infra/profiles'
import { renderTable } from '../../src/cli/table'
import { LANES } from '../../src/ingest/draining'
import type { IndexProfile } from '../../src/platform/aws/deployed/index-profiles'
import { footprintOf } from '../cost/footprint'
import { amount, positive } from '../numbers'
import { drawBell } from './bell/draw-bell'
import { type BellOptions, bellSettingOf, simulateBell } from './bell/simulate-bell'
import { tellBell } from './bell/tell-bell'
import { peakFactor } from './day'
import { drawDay } from './draw-day'
import { type Load, usualLoad } from './load'
import { breakingPoints, LARGE_REGION, needsOf } from './needs'
import { quotas } from './quotas'
import { shardCounts, simulateDay } from './simulate'

interface Options extends Omit<Load, 'eps'>, BellOptions {
  eps: number
  profile: IndexProfile
  tenants: number
  region: string
  bell?: true
  plot?: string
  json?: true
}

const command = new Command('capacity')
  .description('what a sustained rate needs of AWS, and which limit a growing rate meets first')
  .requiredOption('--eps <n>', 'events a second, all the time', positive)
  .option('--bytes <n>', 'of an event as sent', positive, usualLoad.bytes)
  .option('--batch <n>', 'events in a request', positive, usualLoad.batch)
  .option('--largest-tenant <share>', 'of all events, 0 to 1', share, usualLoad.largestTenant)
  .option('--webhooks <n>', 'webhooks that take every event', amount, usualLoad.webhooks)
  .option('--tenants <n>', 'in the simulated day', positive, 100)
  .addOption(
    new Option('--profile <name>', 'which indexes the hot store has')
      .choices(profileNames)
      .default('standard'),
  )
  .option('--region <name>', 'of the deployment: limits of Firehose differ', LARGE_REGION)
  .option(
    '--bell',
    'ring the bell of that day, request by request (--batch is 1 then, unless it is given)',
  )
  .option(
    '--concurrency <n>',
    'at the bell: executions that the account may have at once',
    positive,
    quotas.lambdaConcurrency.value,
  )
  .option('--warm-writes <n>', 'at the bell: NONIUS_WARM_WRITES of the deployment', positive)
  .option('--spill-partitions <n>', 'at the bell: partitions that S3 has made of the lanes', lanes)
  .option('--plot <file>', 'draw the simulated day, or with --bell its bell, into an SVG file')
  .option('--json', 'for programs')
  .action(plan)

async function plan({ eps, profile, tenants, region, plot, json, bell: rings, ...rest }: Options) {
  const { bytes, batch, largestTenant, webhooks, ...account } = rest
  const load: Load = { eps, bytes, batch, largestTenant, webhooks }
  const footprint = await footprintOf(load.bytes, profile)
  const needs = needsOf(load, footprint, region)
  const breaks = breakingPoints(load, footprint, region)
  // The simulation takes the rate as the mean of a school day, and shows what its busiest seconds
  // do to the hottest index key.
  const { course, ...day } = simulateDay({ eps, tenants, shards: shardCounts })
  // Canvas sends each event by itself.
  const isGiven = command.getOptionValueSource('batch') === 'cli'
  const atBell = isGiven ? load : { ...load, batch: 1 }
  const bell = rings && (await simulateBell(bellSettingOf(atBell, footprint, account)))
  if (bell?.assertions.some(({ holds }) => !holds)) process.exitCode = 1
  if (plot) await writeFile(plot, bell ? drawBell(bell) : drawDay({ eps, course }))
  if (json) {
    const told = { load, profile, region, needs, breaks, day, ...(bell && { bell }) }
    return console.log(JSON.stringify(told, null, 2))
  }

  console.log(
    `At ${eps} events a second (${load.batch} in a request, profile ${profile}, ${region}):\n`,
  )
  const rows = needs.map(({ part, amount, unit, limit, isAdjustable, note }) => [
    part,
    `${shown(amount)} ${unit}`,
    limit === undefined ? '' : `${shown(limit)}${isAdjustable ? ', can be raised' : ''}`,
    limit === undefined ? '' : amount > limit ? 'OVER' : `${Math.round((amount / limit) * 100)} %`,
    note ?? '',
  ])
  console.log(renderTable(['part', 'needs', 'limit', 'used', ''], rows))
  console.log('\nLimits that a growing rate meets, first to last:\n')
  console.log(
    renderTable(
      ['events/s', 'limit'],
      breaks.map(({ eps, part }) => [shown(eps), part]),
    ),
  )
  console.log(`\nIf ${eps} events a second is the mean of a school day of ${tenants} schools:\n`)
  console.log(
    `  its busiest second has ${shown(day.peakEps)} events (${peakFactor.toFixed(1)} × the mean), ` +
      `${shown(day.peakTenantEps)} of them from one school.\n`,
  )
  const hottest = day.hottest.map(({ shards, writes }) => [shards, shown(writes), verdict(writes)])
  console.log(renderTable(['shards', 'writes/s of the hottest key', ''], hottest))
  if (bell) console.log(`\n${tellBell(bell)}`)
}

const verdict = (writes: number) => (writes > 1000 ? 'over what a partition takes (1,000)' : 'fits')

function shown(value: number): string {
  return value.toLocaleString('en', { maximumSignificantDigits: value < 10 ? 2 : 4 })
}

function lanes(text: string): number {
  const value = positive(text)
  if (Number.isInteger(value) && value <= LANES) return value
  throw new InvalidArgumentError(`It must be a whole number from 1 to ${LANES}.`)
}

function share(text: string): number {
  const value = Number(text)
  if (value > 0 && value <= 1) return value
  throw new InvalidArgumentError('It must be a number above 0 and at most 1.')
}

await command.parseAsync()
