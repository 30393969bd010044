import { expect, it } from 'bun:test'
import { missing, until } from '../support/crash/held'
import { type Message, register, startReceiver } from '../support/crash/receiver'
import { createSenders } from '../support/crash/senders'
import { settings } from '../support/crash/settings'
import { temporaryFolder } from '../support/folders'
import { type ServerProcess, startServerProcess } from '../support/server-process'

const ROUNDS = Number(process.env.NONIUS_CRASH_ROUNDS ?? 8)
// On a machine that is busy with other tests a round takes long; each spell has come once by then.
const ENOUGH_MS = 25_000
const ADMIN = 'nk_test_key_of_the_admin'

// Events of the last second before a kill may come in a second message (docs/webhooks.md); and those
// that were on their way then are acknowledged after the next start.
const LAST_MS = 1500
const FIRST_MS = 500

// A first failure is tried again after 5 s, up to a fifth more; then everything is there.
const CATCH_UP_MS = 20_000

type Spell = 'well' | 'fails' | 'moves' | 'gone' | 'disabled'
const spells: Spell[] = ['fails', 'gone', 'well', 'disabled', 'moves']

async function call<Reply>({ url }: ServerProcess, method: string, path: string, body?: object) {
  const headers = { authorization: ADMIN, 'content-type': 'application/json' }
  const sent = body === undefined ? {} : { body: JSON.stringify(body) }
  const reply = await fetch(`${url}${path}`, { method, headers, ...sent })
  return { status: reply.status, body: (await reply.json()) as Reply }
}

/** A receiver has spells, and fails no message twice: the second pause would be half a minute. */
function withSpells(receiver: ReturnType<typeof startReceiver>) {
  const failed = new Set<string>()
  let spell: Spell = 'well'
  receiver.answerWith(async ({ webhookId }) => {
    if (spell === 'gone') return new Response(null, { status: 410 })
    const isBad = (spell === 'fails' || spell === 'moves') && !failed.has(webhookId)
    if (!isBad) return new Response(null, { status: 204 })
    failed.add(webhookId)
    if (spell === 'fails') return new Response('busy', { status: 500 })
    return new Response(null, { status: 302, headers: { location: '/elsewhere' } })
  })
  return {
    failed,
    begin(next: Spell) {
      spell = next
    },
  }
}

it(
  `owes a webhook that fails, goes and is disabled everything, over up to ${ROUNDS} kills`,
  async () => {
    using folder = temporaryFolder()
    await using receiver = startReceiver()
    const receiving = withSpells(receiver)
    const senders = createSenders({ connections: 2 })
    const { acknowledged } = senders
    using times = timesOf(acknowledged)
    const away: { from: number; to: number }[] = []
    const disabled = { person: 0, gone: 0 }
    let id = ''

    const isEnough = (round: number) => round >= spells.length && performance.now() > end
    const end = performance.now() + ENOUGH_MS

    for (let round = 0; round < ROUNDS && !isEnough(round); round += 1) {
      await using server = await startServerProcess(folder.path, settings)
      if (round > 0) away.at(-1)!.to = performance.now()
      id ||= await register(server, receiver.url)
      const sending = senders.sendUntil(server, server.process.exited)
      const spell = spells[round % spells.length]!
      const path = `/webhooks/${id}`
      await Bun.sleep(100 + Math.random() * 500)
      const { body: before } = await call<{ enabled: boolean }>(server, 'GET', path)
      const enabling = before.enabled
        ? undefined
        : call(server, 'PATCH', path, { enabled: true }).catch(() => undefined)
      if (round % 2 === 0) await enabling
      receiving.begin(spell)
      if (spell === 'disabled') await call(server, 'PATCH', path, { enabled: false })
      await Bun.sleep(1000 + Math.random() * 1500)
      const { body } = await call<{ disabled?: { by: 'person' | 'gone' } }>(server, 'GET', path)
      const isDisabled = body.disabled !== undefined
      if (body.disabled !== undefined) disabled[body.disabled.by] += 1
      if (round % 3 !== 0) receiving.begin('well')
      await Bun.sleep(500 + Math.random() * 500)
      // Cut off by the kill, if it was written at all: the next start has to do the rest unasked.
      const cutOff =
        isDisabled && Math.random() < 0.5
          ? call(server, 'PATCH', path, { enabled: true }).catch(() => undefined)
          : undefined
      if (cutOff !== undefined) await Bun.sleep(Math.random() * 20)
      away.push({ from: performance.now(), to: Number.POSITIVE_INFINITY })
      await server.kill()
      await Promise.all([sending, enabling, cutOff])
    }

    receiving.begin('well')
    await using server = await startServerProcess(folder.path, settings)
    const { body } = await call<{ enabled: boolean }>(server, 'GET', `/webhooks/${id}`)
    if (!body.enabled) {
      const { status } = await call(server, 'PATCH', `/webhooks/${id}`, { enabled: true })
      expect(status).toBe(200)
    }
    expect(acknowledged.length).toBeGreaterThan(away.length * 10)
    await until(() => missing(acknowledged, receiver.received).length === 0, CATCH_UP_MS)
    expect(missing(acknowledged, receiver.received)).toEqual([])
    expect(disabled.person).toBeGreaterThan(0)
    expect(disabled.gone).toBeGreaterThan(0)
    expect(receiving.failed.size).toBeGreaterThan(0)

    expectOneMessageAnId(receiver.messages)
    const calm = acknowledged.filter((eventId) => !isNear(times.of(eventId), away))
    expect(calm.length).toBeGreaterThan(acknowledged.length / 10)
    const repeated = repeatedIn(receiver.messages)
    expect(calm.filter((eventId) => repeated.has(eventId))).toEqual([])
    console.log(
      `${acknowledged.length} acknowledged over ${away.length} kills, in ${receiver.messages.length} messages; ${repeated.size} events twice`,
    )
  },
  ROUNDS * 5000 + CATCH_UP_MS + 10_000,
)

/** A message is the same on every attempt. */
function expectOneMessageAnId(messages: readonly Message[]) {
  const byId = Map.groupBy(messages, ({ webhookId }) => webhookId)
  const grown = [...byId].filter(
    ([, all]) => new Set(all.map(({ eventIds }) => eventIds.join())).size > 1,
  )
  expect(grown.map(([webhookId]) => webhookId)).toEqual([])
}

/** The events that came under more than one id. */
function repeatedIn(messages: readonly Message[]): Set<string> {
  const first = new Map<string, string>()
  const repeated = new Set<string>()
  for (const { webhookId, eventIds } of messages) {
    for (const eventId of eventIds) {
      const before = first.get(eventId)
      if (before === undefined) first.set(eventId, webhookId)
      else if (before !== webhookId) repeated.add(eventId)
    }
  }
  return repeated
}

const isNear = (at: number, away: readonly { from: number; to: number }[]) =>
  away.some(({ from, to }) => at > from - LAST_MS && at < to + FIRST_MS)

/** Notes when each event was acknowledged, to a twentieth of a second. */
function timesOf(acknowledged: readonly string[]) {
  const at = new Map<string, number>()
  let seen = 0
  function look() {
    for (; seen < acknowledged.length; seen += 1) at.set(acknowledged[seen]!, performance.now())
  }
  const timer = setInterval(look, 50)
  return {
    of: (eventId: string) => at.get(eventId) ?? performance.now(),
    [Symbol.dispose]: () => clearInterval(timer),
  }
}
