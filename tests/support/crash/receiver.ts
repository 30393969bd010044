import type { ServerProcess } from '../server-process'

export interface Message {
  webhookId: string
  eventIds: string[]
  /** By `performance.now()`. */
  at: number
}

/** A webhook's target. */
export interface Receiver extends AsyncDisposable {
  url: string
  /** Ids of the events that came with a message it answered with 2xx. */
  received: Set<string>
  /** Every message that came, whatever it was answered. */
  messages: Message[]
  /** What it answers from now on. */
  answerWith(how: (message: Message) => Response | Promise<Response>): void
}

export function startReceiver(): Receiver {
  const received = new Set<string>()
  const messages: Message[] = []
  let answer: (message: Message) => Response | Promise<Response> = () => new Response()
  const server = Bun.serve({
    port: 0,
    hostname: '127.0.0.1',
    async fetch(request) {
      const { data } = (await request.json()) as { data: { id: string }[] }
      const eventIds = data.map(({ id }) => id)
      const webhookId = request.headers.get('webhook-id') ?? ''
      const message = { webhookId, eventIds, at: performance.now() }
      messages.push(message)
      const reply = await answer(message)
      if (reply.ok) for (const id of eventIds) received.add(id)
      return reply
    },
  })
  return {
    received,
    messages,
    url: `${server.url}hook`,
    answerWith(how) {
      answer = how
    },
    [Symbol.asyncDispose]: () => server.stop(true),
  }
}

/** Makes a webhook. @returns its id */
export async function register({ url, key }: ServerProcess, targetUrl: string): Promise<string> {
  const reply = await fetch(`${url}/webhooks`, {
    method: 'POST',
    headers: { authorization: `Bearer ${key}`, 'content-type': 'application/json' },
    body: JSON.stringify({ name: 'crash test', targetUrl, events: ['ViewEvent'] }),
  })
  if (reply.status !== 201) throw new Error(`${reply.status}: ${await reply.text()}`)
  return ((await reply.json()) as { id: string }).id
}
