import { expect } from 'bun:test'
import { Webhook } from 'standardwebhooks'
import { freePort } from '../../tools/free-port'
import { type Program, start } from './program'
import { blocksIn } from './readme'

/* The receivers of docs/webhooks.md, as they stand there. */

export const secret = `whsec_${Buffer.from('the secret of a webhook under test').toString('base64')}`

/** The block of a language that has this text; there is one. */
export function receiverOf(language: string, text: string): string {
  const found = blocksIn('docs/webhooks.md', language).filter((code) => code.includes(text))
  expect(found).toHaveLength(1)
  return found[0]!
}

/** Starts a receiver whose code says port 8080 on one that is free. */
export async function startReceiver(
  code: string,
  begin: (code: string, port: number) => Promise<string[]> | string[],
  env: Record<string, string> = {},
): Promise<{ url: string; program: Program } & AsyncDisposable> {
  const port = await freePort()
  const command = await begin(code.replaceAll('8080', String(port)), port)
  const program = start(command, { env: { WEBHOOK_SECRET: secret, ...env } })
  const url = `http://127.0.0.1:${port}/hook`
  let hasEnded = false
  void program.finished.then(() => {
    hasEnded = true
  })
  const isUp = () =>
    fetch(url).then(
      () => true,
      () => false,
    )
  for (const end = performance.now() + 60_000; !(await isUp()); await Bun.sleep(20)) {
    if (performance.now() > end) throw new Error(`${command.join(' ')} does not listen`)
    if (hasEnded) throw new Error(`${command.join(' ')}: ${(await program.finished).stderr}`)
  }
  return { url, program, [Symbol.asyncDispose]: async () => void (await program.stop('SIGKILL')) }
}

const bodyOf = (id: string) => JSON.stringify({ type: 'events', data: [{ id, name: 'grüße ☕' }] })
const body = bodyOf('urn:uuid:genuine')

function signed(id: string, sentAt = new Date(), text = body) {
  return {
    'content-type': 'application/json',
    'webhook-id': id,
    'webhook-timestamp': String(Math.floor(sentAt.getTime() / 1000)),
    'webhook-signature': new Webhook(secret).sign(id, sentAt, text),
  }
}

/** Posts what is genuine and what is not: only the first is handled. */
export async function expectVerifies({ url, program }: { url: string; program: Program }) {
  const post = async (headers: Record<string, string>, text = body) =>
    (await fetch(url, { method: 'POST', headers, body: text })).status
  const good = signed('msg_1')
  expect(await post(good)).toBe(204)
  const both = `v1,${Buffer.alloc(32).toString('base64')} ${good['webhook-signature']}`
  expect(await post({ ...good, 'webhook-signature': both })).toBe(204)
  const other = new Webhook(Buffer.from('another secret').toString('base64'))
  const { 'webhook-signature': _, ...unsigned } = good
  const bad: Record<string, Record<string, string>> = {
    'no signature': unsigned,
    'of another secret': { ...good, 'webhook-signature': other.sign('msg_1', new Date(), body) },
    'cut short': { ...good, 'webhook-signature': good['webhook-signature'].slice(0, -8) },
    'under another id': { ...good, 'webhook-id': 'msg_2' },
    'six minutes old': signed('msg_1', new Date(Date.now() - 360_000)),
    'six minutes ahead': signed('msg_1', new Date(Date.now() + 360_000)),
    'at no time': { ...good, 'webhook-timestamp': 'NaN' },
  }
  for (const [name, headers] of Object.entries(bad)) {
    expect({ name, status: await post(headers) }).toEqual({ name, status: 401 })
  }
  expect(await post(good, bodyOf('urn:uuid:forged'))).toBe(401)
  const { stdout, stderr } = await program.stop('SIGTERM')
  expect((stdout + stderr).match(/urn:uuid:genuine/g)).toHaveLength(2)
  expect(stdout + stderr).not.toContain('forged')
}
