import { readIssuerKeys } from '../../../src/access/tokens/issuer-keys'
import { createGet } from '../../../src/outbound/get'
import { createGuard } from '../../../src/outbound/guard'
import { createSend } from '../../../src/webhooks/sending/send'
import { type OpenReceiver, openReceivers } from '../receivers'

/** How one call of one receiver ended. */
export interface Meeting {
  receiver: string
  call: 'webhook' | 'key set' | 'issuer'
  /** Status, `text`, or the reason why there is none. */
  came: number | string
  isExpected: boolean
  tookMs: number
  sentBytes: number
  /** Connections of ours that were open once the call had ended. */
  open: number
}

// Every good receiver answers in milliseconds, unless sixty of them share two busy processors.
export const TIMEOUT_MS = 2000

const BODY = JSON.stringify({ data: [] })
// Larger than the buffers of the system, so that it cannot be written away to one who does not read.
const LARGE_BODY = JSON.stringify({ data: 'x'.repeat(8 * 1024 * 1024) })

/** Calls every receiver of the list in each way that leads out. Runs on Bun and on Node. */
export async function meetAll(): Promise<Meeting[]> {
  await using receivers = await openReceivers()
  const guard = createGuard({ allowPrivate: true })
  const send = createSend({ guard, timeoutMs: TIMEOUT_MS })
  const get = createGet({ guard, timeoutMs: TIMEOUT_MS })
  const read = (url: string) => get(url).then(() => 'text', messageOf)

  async function meet(receiver: OpenReceiver, call: Meeting['call']): Promise<Meeting> {
    const sentBefore = receiver.sent()
    const begun = performance.now()
    const came = await calls[call](receiver)
    const tookMs = performance.now() - begun
    // What is closed here is seen there a moment later.
    for (let waits = 0; receiver.open() > 0 && waits < 500; waits += 1) await pause(10)
    const { open, sent, name } = receiver
    const wanted = call === 'webhook' ? receiver.post : receiver.get
    const isExpected = wanted instanceof RegExp ? wanted.test(String(came)) : came === wanted
    const counts = { tookMs, sentBytes: sent() - sentBefore, open: open() }
    return { receiver: name, call, came, isExpected, ...counts }
  }

  const calls: Record<Meeting['call'], (receiver: OpenReceiver) => Promise<number | string>> = {
    async webhook({ url, isDeaf }) {
      const body = isDeaf ? LARGE_BODY : BODY
      const reply = await send(url, { 'content-type': 'application/json' }, body)
      return reply.kind === 'answered' ? reply.status : reply.reason
    },
    'key set': ({ url }) => read(url),
    // What it answers with is no configuration: a text that came whole is all that can be had.
    issuer: ({ url }) =>
      readIssuerKeys(get)(url).then(String, (error: Error) =>
        /another issuer|names no key set/.test(error.message) ? 'text' : error.message,
      ),
  }

  const meetings: Meeting[] = []
  for (const call of ['webhook', 'key set', 'issuer'] as const) {
    // Side by side, and yet each alone with its receiver.
    meetings.push(...(await Promise.all(receivers.map((receiver) => meet(receiver, call)))))
  }
  return meetings
}

const messageOf = (error: Error) => error.message
const pause = (ms: number) => new Promise((resolve) => setTimeout(resolve, ms))

if (process.argv.includes('--print')) process.stdout.write(JSON.stringify(await meetAll()))
