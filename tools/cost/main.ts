import { Command, Option } from 'commander'
import { profileNames, profiles } from '../../infra/profiles'
import { renderTable } from '../../src/cli/table'
import { readConfig } from '../../src/config/read-config'
import { type RetentionClass, retentionClasses } from '../../src/event/record'
import type { IndexProfile } from '../../src/platform/aws/deployed/index-profiles'
import { amount, positive } from '../numbers'
import { billOf, recordStoreBillOf, totalOf } from './bill'
import { footprintOf } from './footprint'
import { liveBillOf } from './live'
import { prices, pricesAsOf } from './prices'
import { questionsBillOf } from './questions'
import { statementFootprint } from './statements'

interface Options {
  events: number
  bytes: number
  batch: number
  profile: IndexProfile
  retention: RetentionClass
  webhooks: number
  scans: number
  eventsPerToken?: number
  door?: true
  xapi: 'ingest' | 'lrs'
  xapiDays: number
  readers: number
  hours: number
  questions: number
  json?: true
}

const command = new Command('cost')
  .description('what events cost on AWS, from the sensor to the end of their retention')
  .option('--events <n>', 'how many, e.g. 1e6', positive, 1e6)
  .option(
    '--bytes <n>',
    'of an event as sent, on average: those of large platforms have 2 to 4 KB',
    positive,
    3000,
  )
  .option('--batch <n>', 'events in a request', positive, 20)
  .option('--webhooks <n>', 'webhooks that take every event', amount, 0.1)
  .option('--scans <n>', 'how often analysts read all of them, with every column', amount, 1)
  .option('--door', 'requests come through CloudFront and its firewall')
  .option('--events-per-token <n>', 'for which a sender fetches a token of Cognito, once', positive)
  .addOption(
    new Option('--profile <name>', 'which indexes the hot store has, and for how long it holds')
      .choices(profileNames)
      .default('standard'),
  )
  .addOption(
    new Option('--retention <class>', 'of the lake').choices(retentionClasses).default('standard'),
  )
  .addOption(
    new Option('--xapi <mode>', 'lrs: they are statements, and can be found in a record store')
      .choices(['ingest', 'lrs'])
      .default('ingest'),
  )
  .option(
    '--xapi-days <n>',
    'for how long, in a record store',
    positive,
    readConfig({}).xapiRetentionDays,
  )
  .option('--readers <n>', 'who follow all of them live, over HTTP', amount, 0)
  .option('--hours <n>', 'for which each of these is connected', amount, 24)
  .option('--questions <n>', 'for metrics, each about all of them', amount, 0)
  .option('--json', 'for programs')
  .action(bill)

async function bill(options: Options) {
  const { events, bytes, batch, profile, retention, xapi, xapiDays, json } = options
  const { webhooks, scans, eventsPerToken, door = false, readers, hours, questions } = options
  const { hotTtlDays } = profiles[profile]
  const footprint = await footprintOf(bytes, profile)
  const tokens = eventsPerToken === undefined ? {} : { eventsPerToken }
  const workload = {
    ...{ events, batch, hotTtlDays, retentionClass: retention, webhooks, scans },
    ...{ ...tokens, ...footprint, door },
  }
  const ingested = billOf(workload)
  const found =
    xapi === 'lrs'
      ? recordStoreBillOf({
          ...{ statements: events, batch, hotTtlDays, hotBytes: footprint.hotBytes },
          ...{ ...(await statementFootprint(bytes)), retentionDays: xapiDays },
        })
      : []
  const lines = [
    ...ingested,
    ...found,
    ...liveBillOf({ events, readers, hours }),
    ...questionsBillOf({ events, questions }),
  ]
  const total = totalOf(lines)
  // Canvas and Open edX send each event by itself.
  const oneARequest = total - totalOf(ingested) + totalOf(billOf({ ...workload, batch: 1 }))
  if (json) {
    return console.log(JSON.stringify({ events, profile, total, oneARequest, lines }, null, 2))
  }

  const rows = lines
    .toSorted((a, b) => b.usd - a.usd)
    .map(({ resource, price, quantity, usd }) => {
      const { of, unit } = prices[price]
      return [resource, of, `${shown(quantity)} ${unit}`, usd.toFixed(4)]
    })
  console.log(
    `${events.toLocaleString('en')} events of ${bytes} bytes, ${batch} in a request, profile ${profile}; ` +
      `us-east-1, prices of ${pricesAsOf}, no free tier:\n`,
  )
  console.log(renderTable(['resource', 'what', 'how much', 'US$'], rows))
  const aMillion = (usd: number) => `US$ ${((usd / events) * 1e6).toFixed(2)}`
  console.log(`\n  US$ ${total.toFixed(2)} in all, ${aMillion(total)} a million.`)
  console.log(`  One event a request: ${aMillion(oneARequest)} a million.`)
  console.log(
    '\nBesides, a month, whatever arrives: the KMS key and some sixty alarms and their metrics, US$ 16.',
  )
}

function shown(value: number): string {
  return value.toLocaleString('en', { maximumSignificantDigits: 3 })
}

await command.parseAsync()
