import { expect, it } from 'bun:test'
import { join } from 'node:path'
import { temporaryFolder } from '../../support/folders'
import { run } from '../../support/program'
import { type ServerProcess, startServerProcess } from '../../support/server-process'

const here = (name: string) => join(import.meta.dir, name)

/** Runs a sender against the server and reads the one line of JSON that it ends with. */
async function send<Result>(server: ServerProcess, command: string[]): Promise<Result> {
  const { IMS_CALIPER_FOLDER = '' } = process.env
  const env = { NONIUS_URL: server.url, NONIUS_KEY: server.key, IMS_CALIPER_FOLDER }
  const { stdout, stderr, exitCode } = await run(command, { env })
  if (exitCode !== 0) throw new Error(`${command.join(' ')} ended with ${exitCode}: ${stderr}`)
  return JSON.parse(stdout.trim().split('\n').at(-1)!) as Result
}

async function recordOf(server: ServerProcess, id: string): Promise<Record<string, unknown>> {
  const headers = { Authorization: `Bearer ${server.key}` }
  const path = `/analytics/events/${encodeURIComponent(id)}?view=record`
  const response = await fetch(new URL(path, server.url), { headers })
  expect([id, response.status]).toEqual([id, 200])
  return (await response.json()) as Record<string, unknown>
}

async function readBack(server: ServerProcess, query: string): Promise<unknown[]> {
  const headers = { Authorization: `Bearer ${server.key}` }
  const response = await fetch(new URL(`/analytics/events?${query}`, server.url), { headers })
  return ((await response.json()) as { events: unknown[] }).events
}

it('ims-caliper posts with its own sensor and HTTP client, and everything is held once', async () => {
  using folder = temporaryFolder()
  await using server = await startServerProcess(folder.path)
  interface Sent {
    statuses: unknown[]
    ids: string[]
    describes: string[]
  }
  const sent = await send<Sent>(server, ['node', here('ims-caliper.mjs')])
  expect(sent.statuses).toEqual([200, 200, 200])
  expect(sent.ids).toHaveLength(5)
  for (const id of sent.ids) {
    expect(await recordOf(server, id)).toMatchObject({
      standard: 'caliper',
      standardVersion: '1.1',
    })
  }
  expect(await readBack(server, 'limit=100')).toHaveLength(5)
  const [described] = (await readBack(server, 'kind=entity')) as { id: string }[]
  expect(sent.describes).toEqual([described!.id])
})

it('Open edX transforms tracking events and posts them, alone and in a batch, and all are held once', async () => {
  using folder = temporaryFolder()
  await using server = await startServerProcess(folder.path)
  interface Sent {
    envelopes: { data: { id: string; type: string }[] }[]
    failures: string[]
  }
  const python = process.env.OPEN_EDX_PYTHON ?? 'python3'
  const { envelopes, failures } = await send<Sent>(server, [python, here('open_edx.py')])
  expect(failures).toEqual([])
  const events = envelopes.flatMap(({ data }) => data)
  expect(events.length).toBeGreaterThanOrEqual(20)
  for (const { id, type } of events) {
    expect(await recordOf(server, id)).toMatchObject({ type, standardVersion: '1.2' })
  }
  expect(await readBack(server, 'limit=1000')).toHaveLength(events.length)

  // What is read of it: the course of every event, and the grade under `generated.score`.
  const records = await Promise.all(events.map(({ id }) => recordOf(server, id)))
  expect(records.filter(({ courseId }) => !/course-v1:/.test(String(courseId)))).toEqual([])
  const grades = records.filter(({ type }) => type === 'GradeEvent')
  expect(grades.length).toBeGreaterThan(0)
  for (const { attemptId, assignableId, score, maxScore } of grades) {
    expect(String(attemptId)).toStartWith(`${assignableId}/user/`)
    expect(Number(maxScore)).toBeGreaterThan(0)
    expect(Number(score)).toBeLessThanOrEqual(Number(maxScore))
  }
})
