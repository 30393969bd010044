import { describe, expect, it } from 'bun:test'
import { Webhook } from 'standardwebhooks'
import { freePort } from '../../tools/free-port'
import { temporaryFolder } from '../support/folders'
import { type Program, start } from '../support/program'
import { readmeOf } from '../support/readme'
import { startServerProcess } from '../support/server-process'

const { commands, printed } = readmeOf('verify-webhook')
const secret = `whsec_${Buffer.from('the secret of a webhook under test').toString('base64')}`
const body = JSON.stringify({ type: 'events', data: [{ type: 'GradeEvent', id: 'urn:uuid:1' }] })

interface Receiver extends AsyncDisposable {
  url: string
  program: Program
}

async function startReceiver(command: string, withSecret: string): Promise<Receiver> {
  const env = { WEBHOOK_SECRET: withSecret, PORT: '0' }
  const program = start(['bash', '-c', `exec ${command}`], { env })
  const said = await program.says(/\n/)
  // It says what the README says, but for the port.
  expect(said.replace(/:\d+\//, ':4000/')).toBe(`${printed.join('\n')}\n`)
  const url = /http:\S+/.exec(said)![0].replace('localhost', '127.0.0.1')
  return { url, program, [Symbol.asyncDispose]: async () => void (await program.stop('SIGTERM')) }
}

function signed(id: string, sentAt = new Date(), text = body) {
  return {
    'webhook-id': id,
    'webhook-timestamp': String(Math.floor(sentAt.getTime() / 1000)),
    'webhook-signature': new Webhook(secret).sign(id, sentAt, text),
  }
}

const post = async (url: string, headers: Record<string, string>, text = body) =>
  (await fetch(url, { method: 'POST', headers, body: text })).status

for (const command of commands) {
  const [interpreter] = command.split(' ')
  // A machine to develop on may have no Python; CI has it, and must not leave this out.
  const isAbsent = Bun.which(interpreter!) === null && !process.env.CI

  describe.skipIf(isAbsent)(`examples/verify-webhook: ${command}`, () => {
    it('answers 204 to what is genuine, and handles what comes again once', async () => {
      await using receiver = await startReceiver(command, secret)
      expect(await post(receiver.url, signed('msg_1'))).toBe(204)
      expect(await post(receiver.url, signed('msg_1'))).toBe(204)
      expect(await post(receiver.url, signed('msg_2'))).toBe(204)
      const { stdout } = await receiver.program.stop('SIGTERM')
      expect(stdout.match(/GradeEvent urn:uuid:1\n/g)).toHaveLength(2)
    }, 60_000)

    it('takes a delivery that has a second signature, of a secret that is being replaced', async () => {
      await using receiver = await startReceiver(command, secret)
      const headers = signed('msg_1')
      const both = `v1,${Buffer.alloc(32).toString('base64')} ${headers['webhook-signature']}`
      expect(await post(receiver.url, { ...headers, 'webhook-signature': both })).toBe(204)
    }, 60_000)

    it('answers 401 to everything else, and handles none of it', async () => {
      await using receiver = await startReceiver(command, secret)
      const good = signed('msg_1')
      const other = new Webhook(Buffer.from('another secret').toString('base64'))
      const bad: Record<string, Record<string, string>> = {
        'no signature': {},
        'of another secret': { 'webhook-signature': other.sign('msg_1', new Date(), body) },
        'cut short': { 'webhook-signature': good['webhook-signature'].slice(0, -8) },
        'of another version': {
          'webhook-signature': good['webhook-signature'].replace('v1', 'v2'),
        },
        'under another id': { 'webhook-id': 'msg_2' },
        'six minutes old': signed('msg_1', new Date(Date.now() - 360_000)),
        'six minutes ahead': signed('msg_1', new Date(Date.now() + 360_000)),
        'at no time': { 'webhook-timestamp': 'NaN' },
      }
      const { 'webhook-signature': _, ...unsigned } = good
      for (const [name, headers] of Object.entries(bad)) {
        const sent = name === 'no signature' ? unsigned : { ...good, ...headers }
        expect({ name, status: await post(receiver.url, sent) }).toEqual({ name, status: 401 })
      }
      expect(await post(receiver.url, good, `${body} `)).toBe(401)
      const { stdout } = await receiver.program.stop('SIGTERM')
      expect(stdout).not.toContain('GradeEvent')
    }, 60_000)

    it('is given a real delivery by a real server', async () => {
      using folder = temporaryFolder()
      const allowed = { NONIUS_ALLOW_PRIVATE_WEBHOOKS: '1' }
      await using server = await startServerProcess(folder.path, allowed)
      const headers = { authorization: `Bearer ${server.key}`, 'content-type': 'application/json' }
      const port = String(await freePort())
      const settings = { name: 'example', targetUrl: `http://127.0.0.1:${port}/`, events: ['*'] }
      const init = { method: 'POST', headers, body: JSON.stringify(settings) }
      const made = await (await fetch(`${server.url}/webhooks`, init)).json()
      const { secret: itsSecret } = made as { secret: string }

      const env = { WEBHOOK_SECRET: itsSecret, PORT: port }
      const program = start(['bash', '-c', `exec ${command}`], { env })
      await program.says(/Waiting/)
      const event = JSON.stringify({ event_id: 'e-1', event_type: 'lesson_completed' })
      await fetch(`${server.url}/api/v1/events`, { method: 'POST', headers, body: event })
      await program.says(/lesson_completed e-1\n/)
      await program.stop('SIGTERM')
    }, 60_000)
  })
}
