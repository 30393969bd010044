import { expect, it } from 'bun:test'
import { temporaryFolder } from '../support/folders'
import { type ServerProcess, startServerProcess } from '../support/server-process'
import { openSocket } from '../support/sockets'

const ROUNDS = 2
const SOCKETS = 4
const FRAMES = 100

it('has every frame once that was answered as stored, and what waited, however it dies', async () => {
  using folder = temporaryFolder()
  const answered = new Set<string>()
  const waited = new Set<string>()
  for (let round = 0; round < ROUNDS; round += 1) {
    await using server = await startServerProcess(folder.path)
    const url = `${server.url.replace('http', 'ws')}/wsapi/in/?key=${server.key}`
    // One that says who it is, and never its source: it waits, and is written down meanwhile.
    const patient = await openSocket(url)
    for (let n = 0; n < 5; n += 1) {
      const mark = `waits-${round}-${n}`
      patient.send(JSON.stringify({ event: 'typed', mark, user_id: 'amy' }))
      waited.add(mark)
    }
    await Bun.sleep(400)
    await Promise.all(
      Array.from({ length: SOCKETS }, async (_, at) => {
        const socket = await openSocket(url)
        const fields = { source: 'org.example', user_id: `learner-${at}` }
        socket.send(JSON.stringify({ event: 'lock_fields', fields }))
        for (let n = 2; n <= FRAMES; n += 1) {
          const mark = `${round}-${at}-${n}`
          socket.send(
            n % 20 === 0 ? `{"broken":"${mark}"}` : JSON.stringify({ event: 'typed', mark }),
          )
          // Half of them are in flight when it dies.
          if (n === FRAMES / 2) await Bun.sleep(120)
        }
        for (let through = 0; through < FRAMES / 2; ) {
          const answer = JSON.parse(await socket.next())
          if (answer.status !== 'stored') continue
          for (let n = through + 1; n <= answer.through; n += 1) {
            if (n > 1 && n % 20 !== 0) answered.add(`${round}-${at}-${n}`)
          }
          through = answer.through
        }
      }),
    )
    await server.kill()
  }

  await using server = await startServerProcess(folder.path)
  const marks = await waitedFor(server, waited)
  const times = new Map<string, number>()
  for (const mark of marks) times.set(mark, (times.get(mark) ?? 0) + 1)
  expect(answered.size).toBeGreaterThanOrEqual(ROUNDS * SOCKETS * (FRAMES / 2 - 4))
  expect([...answered, ...waited].filter((mark) => times.get(mark) !== 1)).toEqual([])
  expect([...times].filter(([, count]) => count > 1)).toEqual([])
}, 60_000)

/** Reads the marks of all events, once those that waited at the last kill are there. */
async function waitedFor(server: ServerProcess, waited: ReadonlySet<string>): Promise<string[]> {
  const headers = { authorization: `Bearer ${server.key}` }
  for (const until = Date.now() + 10_000; ; await Bun.sleep(100)) {
    const marks: string[] = []
    let cursor = ''
    do {
      const query = `type=typed&limit=1000${cursor && `&cursor=${encodeURIComponent(cursor)}`}`
      const response = await fetch(`${server.url}/analytics/events?${query}`, { headers })
      const page = (await response.json()) as {
        events: { client: { mark: string } }[]
        nextCursor?: string
      }
      marks.push(...page.events.map(({ client }) => client.mark))
      cursor = page.nextCursor ?? ''
    } while (cursor !== '')
    const missing = [...waited].filter((mark) => !marks.includes(mark))
    if (missing.length === 0 || Date.now() > until) return marks
  }
}
