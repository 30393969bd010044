import { Command, InvalidArgumentError } from 'commander'
import { decideReading, type FileReading } from './decide'
import { type StandardOptions, standardOption, yesOption } from './file-standards'
import { createPacker, envelopeKey, isRefusedWhole, type Parcel } from './parcels'
import { stepsText } from './piece'
import { type PostOptions, post } from './post'
import { openFile, readSource } from './read-pieces'
import { createResults, type Total } from './send-results'
import { requireKeyOption, type ServerOptions, withServerOptions } from './server-options'
import type { SourceFile } from './source-file'
import { type Survey, surveyOf } from './survey'
import { number } from './tally'

interface Options extends ServerOptions, StandardOptions {
  sensor: string
  retries: number
}

export function sendCommand(): Command {
  const command = new Command('send')
    .description(
      'send files to a server: Caliper, xAPI or native events, as JSON documents, arrays, envelopes, JSON lines, gzip',
    )
    .argument('<files...>', '`-` reads standard input')
    .addOption(standardOption())
    .addOption(yesOption())
  return withServerOptions(command, 'a key that may write events')
    .option('--sensor <iri>', 'who sends Caliper events that have no envelope', 'urn:nonius:cli')
    .option('--retries <n>', 'tries more when the server is busy or away', readCount, 5)
    .addHelpText(
      'after',
      '\nSays on stderr what it takes each file for, and reads it to its end before it sends anything of\nit. Asks first when most of the first hundred items would be refused; without a terminal it exits\nwith that question. Exits with 1 when anything was not accepted.',
    )
    .action(send)
}

async function send(files: string[], options: Options) {
  const key = requireKeyOption(options)
  const { stdout, stderr } = process
  await using opened = new AsyncDisposableStack()
  const jobs: Job[] = []
  // All are looked at first: who names a wrong one sends nothing.
  for (const path of files) {
    const file = opened.use(await openFile(path))
    const reading = await decideReading(file, stderr, { ...options, purpose: 'send' })
    const survey = await surveyOf(file, stderr, reading)
    say(`${file.name}: ${survey.tally.text(file.notes())}`)
    jobs.push({ file, reading, survey })
  }
  const total: Total = { sent: 0, accepted: 0, duplicates: 0, withheld: 0 }
  for (const job of jobs) await sendFile(job, { ...options, key }, total)

  const lost = total.sent - total.accepted - total.withheld
  const withheld = total.withheld > 0 ? ` A policy withholds ${total.withheld}.` : ''
  stdout.write(
    `Sent ${total.sent}: ${total.accepted} accepted (${total.duplicates} of them held already), ${lost} not accepted.${withheld}\n`,
  )
  if (lost > 0) process.exitCode = 1
}

interface Job {
  file: SourceFile
  reading: FileReading
  survey: Survey
}

async function sendFile(
  { file, reading, survey: { tally, shells } }: Job,
  { url, key, retries, sensor }: Options & { key: string },
  total: Total,
): Promise<void> {
  const results = createResults(say)
  const isSeveral = tally.documentCount() > 1
  const waiting: Parcel[] = []
  const packer = createPacker(
    {
      ...reading,
      sensor,
      placeOf: ({ in: { line }, steps }) =>
        `${file.name}${isSeveral ? `:${line}` : ''}${stepsText(steps)}`,
      shellOf: (envelope) => shells.get(envelopeKey(envelope)),
    },
    (parcel) => waiting.push(parcel),
  )

  async function flush(): Promise<void> {
    for (const parcel of waiting.splice(0)) await sendParcel(parcel)
  }

  async function sendParcel(parcel: Parcel): Promise<void> {
    const endpoint = new URL(parcel.form.path, url)
    const answer = await post(parcel.body, postOptions(parcel, endpoint))
    // A record store refuses all for one statement, which then is found by sending each alone.
    if (isRefusedForOne(parcel, answer.status)) {
      for (const one of eachAlone(parcel)) await sendParcel(one)
      return
    }
    results.take(parcel, answer, endpoint)
  }

  function postOptions({ form, context }: Parcel, endpoint: URL): PostOptions {
    const headers = form.headersOf?.(context)
    return { url: endpoint, key, retries, headers, onRetry }
  }

  await readSource(file, process.stderr, {
    ...reading,
    take: packer.take,
    flush,
    itemCount: () => results.total.sent,
  })
  packer.end()
  await flush()
  const { sent, accepted, duplicates, withheld } = results.total
  say(`${file.name}: ${number(sent)} sent, ${number(accepted)} accepted`)
  total.sent += sent
  total.accepted += accepted
  total.duplicates += duplicates
  total.withheld += withheld
}

// 400: a rule is broken; 409: an id is taken.
const REFUSED_FOR_ONE = new Set([400, 409])

function isRefusedForOne({ form, texts }: Parcel, status: number): boolean {
  return isRefusedWhole(form) && texts.length > 1 && REFUSED_FOR_ONE.has(status)
}

function eachAlone({ texts, places, ...parcel }: Parcel): Parcel[] {
  return texts.map((text, i) => {
    const body = parcel.form.enclose([text], '')
    return { ...parcel, body, texts: [text], places: [places[i]!] }
  })
}

function onRetry(reason: string, seconds: number): void {
  say(`${reason}; trying again in ${seconds} s`)
}

function say(line: string): void {
  process.stderr.write(`${line}\n`)
}

function readCount(text: string): number {
  if (/^\d{1,3}$/.test(text)) return Number(text)
  throw new InvalidArgumentError('It must be a whole number from 0 to 999.')
}
