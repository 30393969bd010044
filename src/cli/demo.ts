import { Command, InvalidArgumentError } from 'commander'
import { demoDays, type SentDay, senders } from '../demo/demo'
import { DAY_MS, type Plan } from '../demo/school'
import { dataDirOption } from './data-dir'
import { demoKeys } from './demo-keys'
import { sendDay, type Tally } from './demo-send'
import { CommandError } from './failure'
import { type ServerOptions, withServerOptions } from './server-options'
import { stopSignal } from './stop-signal'
import { renderTable } from './table'

interface Options extends ServerOptions {
  learners: number
  days: number
  seed: number
  until: string
  dataDir: string
  dryRun?: true
  yes?: true
}

export function demoCommand(): Command {
  const command = new Command('demo')
    .description(
      'send the days of a small school as its systems would: Canvas, Moodle, Open edX, a quiz tool, H5P, a game, and a broken sensor',
    )
    .option('--learners <n>', 'so many learners', wholeNumber(1, 5000), 200)
    .option('--days <n>', 'so many days', wholeNumber(1, 365), 30)
    .option('--seed <n>', 'another number is another school', wholeNumber(0, 2 ** 31), 1)
    .option(
      '--until <day>',
      'the last of the days (UTC), yesterday unless named',
      readDay,
      yesterday(),
    )
    .option('--dry-run', 'say what would be sent, and send nothing')
    .option('-y, --yes', 'send although other sources are there, too')
    .addOption(dataDirOption())
  return withServerOptions(
    command,
    'send everything with this key, as its source; without it, keys are made for the time it takes',
  ).action(run)
}

async function run(options: Options) {
  const { learners, days, seed, until, url, dryRun } = options
  const plan = { learners, days, seed, until }
  const whole = expected(plan)
  process.stderr.write(`${headline(plan, whole)}${dryRun ? '' : `, to ${url.origin}`}.\n`)
  if (dryRun) return print(whole)

  await using keys = await demoKeys(options)
  const stopping = new AbortController()
  void stopSignal(() => process.exit(1)).then(() => stopping.abort())
  const tallies = startTallies()
  const startedAt = performance.now()
  for (const sent of demoDays(plan)) {
    if (stopping.signal.aborted) break
    showDay(sent, days, tallies)
    await sendDay(sent, { url, keyOf: keys.keyOf, tally: tallies[sent.sender.name]! })
  }
  clearLine()
  print(tallies)
  if (stopping.signal.aborted) throw new CommandError('Stopped before the last day was sent')
  const seconds = ((performance.now() - startedAt) / 1000).toFixed(1)
  process.stderr.write(`${seconds} s.\n\n${nextSteps}\n`)
}

type Tallies = Record<string, Tally>

function startTallies(): Tallies {
  const none = () => ({ requests: 0, sent: 0, accepted: 0, duplicates: 0, quarantined: 0 })
  return Object.fromEntries(senders.map(({ name }) => [name, none()]))
}

function expected(plan: Plan): Tallies {
  const tallies = startTallies()
  for (const { sender, requests } of demoDays(plan)) {
    const tally = tallies[sender.name]!
    tally.requests += requests.length
    for (const { items } of requests) tally.sent += items
  }
  return tallies
}

function headline({ learners, days, until }: Plan, tallies: Tallies): string {
  const all = Object.values(tallies)
  const items = all.reduce((sum, { sent }) => sum + sent, 0).toLocaleString('en')
  const requests = all.reduce((sum, one) => sum + one.requests, 0).toLocaleString('en')
  const first = new Date(Date.parse(until) - (days - 1) * DAY_MS).toISOString().slice(0, 10)
  return `A school of ${learners} learners, ${first} to ${until}: ${items} events in ${requests} requests`
}

function print(tallies: Tallies) {
  const names = ['source', 'sends', 'requests', 'events', 'accepted', 'held already', 'quarantined']
  const isSent = Object.values(tallies).some(({ accepted }) => accepted > 0)
  const rows = senders.map(({ name, sends }) => {
    const { requests, sent, accepted, duplicates, quarantined } = tallies[name]!
    const before = [`demo-${name}`, sends, requests, sent]
    return isSent ? [...before, accepted - duplicates, duplicates, quarantined] : before
  })
  const shown = isSent ? names : names.slice(0, 4)
  process.stdout.write(`${renderTable(shown, rows)}\n`)
}

// Nothing is drawn where nobody watches.
const isWatched = () => process.stderr.isTTY

function showDay({ day }: SentDay, days: number, tallies: Tallies) {
  if (!isWatched()) return
  const sent = Object.values(tallies).reduce((sum, one) => sum + one.sent, 0)
  process.stderr.write(
    `\r\x1b[2Kday ${day + 1} of ${days}, ${sent.toLocaleString('en')} events sent`,
  )
}

function clearLine() {
  if (isWatched()) process.stderr.write('\r\x1b[2K')
}

const nextSteps = `Look at what came of it, in the clone or wherever this command was run:
  npx nonius query --fresh --named course-funnel
  npx nonius query --list
  npx nonius sources
  npx nonius quarantine list --key ADMIN_KEY`

function wholeNumber(from: number, to: number) {
  return (text: string): number => {
    const number = Number(text)
    if (/^\d{1,10}$/.test(text) && number >= from && number <= to) return number
    throw new InvalidArgumentError(`It must be a whole number from ${from} to ${to}.`)
  }
}

function readDay(text: string): string {
  const at = Date.parse(`${text}T00:00:00Z`)
  const isDay = /^\d{4}-\d\d-\d\d$/.test(text) && !Number.isNaN(at)
  if (!isDay || new Date(at).toISOString().slice(0, 10) !== text) {
    throw new InvalidArgumentError('It must be a day, as 2026-11-27.')
  }
  if (at <= Date.now()) return text
  throw new InvalidArgumentError(
    'It must not be in the future: what happens then is not known yet.',
  )
}

function yesterday(): string {
  return new Date(Date.now() - DAY_MS).toISOString().slice(0, 10)
}
