import { expect, it } from 'bun:test'
import { anEnvelope, anEvent } from '../support/envelopes'
import { temporaryFolder } from '../support/folders'
import { nonius } from '../support/program'
import { startServerProcess } from '../support/server-process'

// Chapter 4: the lake. Everything that was stored, in Parquet, for SQL and for other tools.

it('has every stored event in Parquet within the flush time, and answers SQL about it', async () => {
  using folder = temporaryFolder()
  const env = { NONIUS_ARCHIVE_FLUSH_SECONDS: '1' }
  await using server = await startServerProcess(folder.path, env)
  const headers = { authorization: `Bearer ${server.key}`, 'content-type': 'application/json' }
  const events = Array.from({ length: 20 }, () => anEvent())
  const body = JSON.stringify(anEnvelope(events))
  await fetch(`${server.url}/caliper/v1p2/events`, { method: 'POST', headers, body })

  async function query(sql: string) {
    const { stdout } = await nonius(['query', sql, '-f', 'ndjson', '-d', folder.path])
    const lines = stdout.split('\n').filter(Boolean)
    return lines.map((line) => JSON.parse(line) as Record<string, unknown>)
  }

  // The command works beside the running server and sees what is archived so far.
  let archived: unknown
  const end = performance.now() + 10_000
  while (archived !== 20 && performance.now() < end) {
    archived = (await query('SELECT count(*)::INTEGER AS n FROM events'))[0]?.n
  }
  expect(archived).toBe(20)

  // Sending again adds nothing.
  await fetch(`${server.url}/caliper/v1p2/events`, { method: 'POST', headers, body })
  await server.stop()
  const counted =
    'SELECT count(*)::INTEGER AS n, count(DISTINCT event_id)::INTEGER AS ids FROM events'
  expect(await query(counted)).toEqual([{ n: 20, ids: 20 }])

  // Columns for what is asked often; `raw` for everything else, as it was sent.
  const { id } = events[0] as { id: string }
  const [row] = await query(`SELECT type, actor_id, raw FROM events WHERE event_id = '${id}'`)
  expect(JSON.parse(row!.raw as string)).toEqual(events[0])
  expect(row).toMatchObject({ type: events[0]!.type })

  // Plain files, by class, day and hour: any tool that reads Parquet reads them.
  const files = [...new Bun.Glob('lake/events/**/*.parquet').scanSync(folder.path)]
  expect(files.length).toBeGreaterThan(0)
  for (const file of files) {
    expect(file).toMatch(
      /^lake\/events\/retention_class=standard\/day=\d{4}-\d\d-\d\d\/hour=\d\d\/[^/]+\.parquet$/,
    )
  }
}, 60_000)
