import { expect, it } from 'bun:test'
import { temporaryFolder } from '../support/folders'
import { startServerProcess } from '../support/server-process'

const admin = { Authorization: 'Bearer nk_test_key_of_the_admin' }

it('stays hidden and counted after a kill, and is in the lake by then', async () => {
  using folder = temporaryFolder()
  let server = await startServerProcess(folder.path)
  const headers = { Authorization: `Bearer ${server.key}`, 'Content-Type': 'application/json' }
  const send = (event_type: string) =>
    fetch(`${server.url}/api/v1/events`, {
      ...{ method: 'POST', headers, body: JSON.stringify({ event_type, id: event_type }) },
    })
  const types = async () => {
    const events = (await (await fetch(`${server.url}/events`, { headers })).json()) as {
      event_type: string
    }[]
    return events.map(({ event_type }) => event_type)
  }
  const total = async () => {
    const stats = await fetch(`${server.url}/stats`, { headers })
    return ((await stats.json()) as { total_events: number }).total_events
  }

  for (const type of ['a', 'b']) await send(type)
  expect(await types()).toEqual(['b', 'a'])
  const deleted = await fetch(`${server.url}/events`, { method: 'DELETE', headers: admin })
  expect(await deleted.json()).toEqual({ deleted: 2 })
  expect(await types()).toEqual([])
  await send('c')
  expect(await types()).toEqual(['c'])
  expect(await total()).toBe(1)
  await server.kill()

  server = await startServerProcess(folder.path)
  await using _ = server
  expect(await types()).toEqual(['c'])
  await send('a')
  expect(await types()).toEqual(['c'])
}, 120_000)
