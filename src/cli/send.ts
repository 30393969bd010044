import { Command, InvalidArgumentError } from 'commander'
import type { Issue } from '../error/issue'
import type { Receipt } from '../event/receipt'
import { caliperFacts } from '../standards/caliper/facts'
import { nameOf, readDocuments } from './documents'
import { intoParcels, type Parcel } from './envelopes'
import { CommandError } from './failure'
import { type Answer, post } from './post'
import { requireKeyOption, type ServerOptions, withServerOptions } from './server-options'

// After one of these every further request would be answered alike: wrong key, wrong address.
const HOPELESS = new Set([401, 403, 404, 405, 415])

interface Options extends ServerOptions {
  sensor: string
  retries: number
}

export function sendCommand(): Command {
  const command = new Command('send')
    .description('send Caliper files to a server: envelopes, events, describes, arrays, JSON lines')
    .argument('<files...>', '`-` reads standard input')
  return withServerOptions(command, 'a key that may write events')
    .option('--sensor <iri>', 'who sends events that come without an envelope', 'urn:nonius:cli')
    .option('--retries <n>', 'tries more when the server is busy or away', readCount, 5)
    .action(send)
}

async function send(files: string[], { url, sensor, retries, ...options }: Options) {
  const key = requireKeyOption({ url, ...options })
  const { files: form } = caliperFacts
  const endpoint = new URL(form.path, url)
  const onRetry = (reason: string, seconds: number) =>
    say(`${reason}; trying again in ${seconds} s`)
  const total: Total = { sent: 0, accepted: 0, duplicates: 0 }

  for (const file of files) {
    for (const parcel of intoParcels(await readDocuments(file), form, sensor)) {
      const answer = await post(parcel.body, { url: endpoint, key, retries, onRetry })
      if (HOPELESS.has(answer.status)) throw new CommandError(`${endpoint}: ${reasonOf(answer)}`)
      total.sent += parcel.places.length
      if (answer.status === 200) add(total, parcel, receiptOf(answer, endpoint))
      else say(`${spanOf(parcel)}: refused, ${reasonOf(answer)}`)
      say(`${nameOf(file)}: ${total.sent} sent, ${total.accepted} accepted`)
    }
  }

  const lost = total.sent - total.accepted
  process.stdout.write(
    `Sent ${total.sent}: ${total.accepted} accepted (${total.duplicates} of them held already), ${lost} not accepted.\n`,
  )
  if (lost > 0) process.exitCode = 1
}

interface Total {
  sent: number
  accepted: number
  duplicates: number
}

function add(total: Total, { places }: Parcel, receipt: Receipt) {
  const { eventCount, entityCount, acceptedForLater = 0 } = receipt
  total.accepted += eventCount + entityCount + acceptedForLater
  total.duplicates += receipt.duplicates
  for (const { index, quarantineId, errors } of receipt.quarantined) {
    // The place already says `data` and the index.
    const reasons = errors.map(({ path, message }) =>
      describeIssue({ path: path.slice(2), message }),
    )
    say(`${places[index]}: quarantined as ${quarantineId}, ${reasons.join('; ')}`)
  }
  const unnamed = (receipt.quarantinedCount ?? 0) - receipt.quarantined.length
  if (unnamed > 0) say(`… and ${unnamed} more; \`nonius quarantine list\` shows them`)
}

function receiptOf({ body }: Answer, endpoint: URL): Receipt {
  if (typeof body.eventCount === 'number' && Array.isArray(body.quarantined)) {
    return body as unknown as Receipt
  }
  throw new CommandError(`${endpoint} answers, but not as Nonius does; is the URL right?`)
}

/** Reads the reason from a problem document, or from the reply of a proxy before the server. */
export function reasonOf({ status, body }: Answer): string {
  const errors = Array.isArray(body.errors) ? (body.errors as Issue[]).map(describeIssue) : []
  return [`${status} ${body.detail ?? body.title ?? ''}`.trim(), ...errors].join('; ')
}

export function describeIssue({ path, message }: Pick<Issue, 'path' | 'message'>): string {
  return path.length === 0 ? message : `${path.join('.')}: ${message}`
}

function spanOf({ places }: Parcel): string {
  return places.length < 2 ? (places[0] ?? 'an empty envelope') : `${places[0]} to ${places.at(-1)}`
}

function say(line: string) {
  process.stderr.write(`${line}\n`)
}

function readCount(text: string): number {
  if (/^\d{1,3}$/.test(text)) return Number(text)
  throw new InvalidArgumentError('It must be a whole number from 0 to 999.')
}
