import { expect, it } from 'bun:test'
import { temporaryFolder } from '../support/folders'
import { startServerProcess } from '../support/server-process'
import { openSocket } from '../support/sockets'

const ROUNDS = 3

it('keeps every event that was acknowledged over a WebSocket, however it dies', async () => {
  using folder = temporaryFolder()
  const acknowledged: string[] = []
  let sent = 0
  for (let round = 0; round < ROUNDS; round += 1) {
    await using server = await startServerProcess(folder.path)
    const headers = { authorization: `Bearer ${server.key}` }
    const socket = await openSocket(new URL('/ws/publish', server.url), { headers })
    // Killed with messages in flight, after some of them were answered.
    for (let message = 0; message < 200; message += 1, sent += 1) {
      socket.send(JSON.stringify({ event_type: 'opened', event_id: `e${sent}` }))
    }
    for (let answer = 0; answer < 50; answer += 1) {
      acknowledged.push(...JSON.parse(await socket.next()).eventIds)
    }
    await server.kill()
  }

  await using server = await startServerProcess(folder.path)
  const headers = { authorization: `Bearer ${server.key}` }
  const statuses = await Promise.all(
    acknowledged.map(
      async (id) => (await fetch(`${server.url}/analytics/events/${id}`, { headers })).status,
    ),
  )
  expect(acknowledged).toHaveLength(50 * ROUNDS)
  expect(statuses.filter((status) => status !== 200)).toEqual([])
}, 60_000)
