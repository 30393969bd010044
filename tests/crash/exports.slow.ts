import { expect, it } from 'bun:test'
import { mkdirSync } from 'node:fs'
import { join } from 'node:path'
import { gunzipSync } from 'node:zlib'
import { landDay } from '../../bench/lake-files'
import { createDuck } from '../../src/platform/local/parquet/duck'
import { temporaryFolder } from '../support/folders'
import { type ServerProcess, startServerProcess } from '../support/server-process'
import { until } from '../support/until'

const EVENTS = 150_000
const headers = {
  authorization: 'Bearer nk_test_key_of_the_admin',
  'content-type': 'application/json',
}

it('goes on with an export whose server is killed again and again, with each event once', async () => {
  using folder = temporaryFolder()
  const lake = join(folder.path, 'lake', 'events')
  mkdirSync(lake, { recursive: true })
  await using duck = createDuck({ threads: 1 })
  const connection = await duck.connect()
  await landDay(connection, lake, { day: '2026-06-01', files: 6, rows: EVENTS / 6 })
  const counted = `SELECT count(*) FROM read_parquet('${lake}/**/*.parquet') WHERE tenant_id = 'default'`
  const expected = Number((await connection.runAndReadAll(counted)).getRows()[0]![0])
  connection.closeSync()

  let server = await startServerProcess(folder.path)
  const body = JSON.stringify({ format: 'jsonl', fields: ['eventId'] })
  const begun = await fetch(`${server.url}/analytics/export`, { method: 'POST', headers, body })
  const { id } = (await begun.json()) as { id: string }
  const see = async (from: ServerProcess) => {
    const reply = await fetch(`${from.url}/analytics/exports/${id}`, { headers })
    return (await reply.json()) as { status: string; rows: number; url: string }
  }
  try {
    for (const pauseMs of [300, 900, 1500, 2100]) {
      await Bun.sleep(pauseMs)
      await server.kill()
      server = await startServerProcess(folder.path)
    }
    await until(async () => (await see(server)).status !== 'running', 120_000)
    const view = await see(server)
    expect(view).toMatchObject({ status: 'ready', rows: expected })
    const lines = gunzipSync(await (await fetch(view.url)).bytes()).toString()
    expect(new Set(lines.split('\n').filter(Boolean)).size).toBe(expected)
  } finally {
    await server.stop()
  }
}, 240_000)
