import { Command, InvalidArgumentError, Option } from 'commander'
import type { EventRecord } from '../../event/record'
import { newWebhookSecret } from '../../webhooks/message/secret'
import { usual } from '../../webhooks/usual'
import { CommandError } from '../failure'
import { requireKeyOption, type ServerOptions, withServerOptions } from '../server-options'
import { stopSignal } from '../stop-signal'
import { followStream } from '../tail/follow-stream'
import { createOutput, type Output } from '../tail/output'
import { conditionOfChoice } from './choice'
import { createForward } from './forward'
import { createGathering } from './gathering'
import { deliveriesTo, localWebhook } from './local-webhook'
import {
  readWhole,
  type SettingsOptions,
  settingsOf,
  withChoiceOptions,
  withMessageOptions,
} from './settings'
import { say } from './shared'
import { showDelivery } from './show-delivery'

interface Options extends ServerOptions, SettingsOptions {
  source?: string
  forward?: URL
  secret?: string
  limit?: number
  json?: true
}

// Someone who waits at a terminal sees a server that is back within a second.
const COME_AGAIN_SECONDS = 1

export function listenCommand(): Command {
  const command = new Command('listen')
    .description("receive events as a webhook's receiver would, on this machine, until Ctrl-C")
    .option('--source <id>', 'of this source')
    .addOption(
      new Option(
        '--forward <url>',
        'post each message there, e.g. http://localhost:8080/hook',
      ).argParser(readTarget),
    )
    .addOption(
      new Option('--secret <secret>', 'sign with this one, whsec_…; a new one, unless said')
        .env('WEBHOOK_SECRET')
        .argParser(readSecret),
    )
    .addOption(new Option('--limit <n>', 'end after so many messages').argParser(readWhole))
    .option('--json', 'print each message as one line of JSON: its headers, its body, the answer')
    .option('--settings <file>', 'a JSON file of settings, as `webhooks create` takes it')
  return withServerOptions(withMessageOptions(withChoiceOptions(command)), 'a key with events:read')
    .addHelpText(
      'after',
      '\nNeeds no public address: events come over the live stream, and are composed and signed here as a\nwebhook signs them. Nothing is tried again: what a webhook would do is said instead.',
    )
    .action(listen)
}

async function listen(options: Options) {
  const server = { url: options.url, key: requireKeyOption(options) }
  const settings = await settingsOf(options)
  const secret = options.secret ?? newWebhookSecret()
  const webhook = await localWebhook(settings, secret, options.forward)
  const forward = options.forward === undefined ? undefined : createForward(options.forward)

  const stopped = new AbortController()
  void stopSignal(() => process.exit(0)).then(() => stopped.abort())
  const follows = 1
  const output = createOutput({ url: options.url, follows }, stopped)
  let left = options.limit ?? Number.POSITIVE_INFINITY

  async function deliver(records: readonly EventRecord[]) {
    for await (const delivery of deliveriesTo(webhook, records)) {
      if (stopped.signal.aborted) return
      left -= 1
      const answer = await forward?.(delivery, stopped.signal)
      // Ctrl-C cut it off, and nobody wants to read of that.
      if (stopped.signal.aborted) return
      await showDelivery({ delivery, answer, json: options.json })
      if (left === 0) stopped.abort()
    }
  }

  const gathering = createGathering(webhook.batch ?? usual.batch, deliver)
  // Events go to the messages, and all else that is to be said to the terminal.
  const into: Output = {
    ...output,
    async print(items) {
      for (const item of items) if ('event' in item) await gathering.add(item.event)
    },
  }
  const query = new URLSearchParams({ format: 'record' })
  const condition = conditionOfChoice(options.source, settings)
  if (condition !== undefined) query.set('filter', JSON.stringify(condition))
  say(`Messages are signed with ${secret}`)
  if (webhook.publicKey !== undefined) say(`The public key, for v1a: ${webhook.publicKey}`)
  try {
    const isStreamed = await followStream({ ...server, query, interval: COME_AGAIN_SECONDS }, into)
    if (!isStreamed)
      throw new CommandError(`${options.url.origin} has no event stream to listen to`)
  } finally {
    stopped.abort()
    await gathering.end()
  }
}

function readTarget(text: string): URL {
  const url = URL.parse(text)
  if (url?.protocol === 'http:' || url?.protocol === 'https:') return url
  throw new InvalidArgumentError('It must look like http://localhost:8080/hook.')
}

// Standard Webhooks ("Signature scheme") asks for 24 to 64 bytes.
function readSecret(text: string): string {
  const bytes = /^whsec_[A-Za-z0-9+/]+={0,2}$/.test(text)
    ? Buffer.from(text.slice(6), 'base64')
    : ''
  if (bytes.length >= 24 && bytes.length <= 64) return text
  throw new InvalidArgumentError('It must be whsec_ and 24 to 64 bytes in base64.')
}
