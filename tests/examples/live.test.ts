import { describe, expect, it } from 'bun:test'
import { join } from 'node:path'
import { temporaryFolder } from '../support/folders'
import { repository, run, start } from '../support/program'
import { readmeOf } from '../support/readme'
import { type ServerProcess, startServerProcess } from '../support/server-process'

const { commands, printed } = readmeOf('live')
// A machine to develop on may have no Python; CI has it, and must not leave this out.
const isAbsent = Bun.which('python3') === null && !process.env.CI

async function send({ url, key }: ServerProcess, ...events: object[]) {
  const headers = { authorization: `Bearer ${key}`, 'content-type': 'application/json' }
  const init = { method: 'POST', headers, body: JSON.stringify(events) }
  expect((await fetch(`${url}/api/v1/events`, init)).status).toBe(200)
}

const quiz = (n: number) => ({
  ...{ event_type: 'quiz_started', user_id: `u-${n}`, payload: { quiz_id: `q-${n}` } },
})

/** The place where a follower begins, so that it need not be there before anything is sent. */
async function beginning({ url, key }: ServerProcess): Promise<string> {
  const headers = { authorization: `Bearer ${key}` }
  const arrivals = await (await fetch(`${url}/analytics/arrivals`, { headers })).json()
  return (arrivals as { next: string }).next
}

describe.skipIf(isAbsent)('examples/live', () => {
  it('prints what its README says, and goes on where it was when the server restarts', async () => {
    using folder = temporaryFolder()
    let server = await startServerProcess(folder.path)
    const env = { NONIUS_URL: server.url, NONIUS_KEY: server.key }
    const command = `exec ${commands[0]} after=${await beginning(server)}`
    const program = start(['bash', '-c', command], { env })
    try {
      await send(server, { event_type: 'other' }, quiz(1))
      expect(await program.says(/\n/)).toBe(`${printed.join('\n')}\n`)
      await server.kill()
      const port = { NONIUS_PORT: new URL(server.url).port }
      server = await startServerProcess(folder.path, port)
      await send(server, quiz(2), quiz(3))
      const said = await program.says(/u-3.*\n/)
      expect(said.match(/u-\d/g)).toEqual(['u-1', 'u-2', 'u-3'])
    } finally {
      await program.stop('SIGKILL')
      await server.kill()
    }
  }, 60_000)

  it('ends with the reason when its key is not taken', async () => {
    using folder = temporaryFolder()
    await using server = await startServerProcess(folder.path)
    const script = join(repository, 'examples/live/follow.py')
    const env = { NONIUS_URL: server.url, NONIUS_KEY: 'nk_wrong' }
    const { exitCode, stderr } = await run(['python3', script], { env })
    expect(exitCode).toBe(1)
    expect(stderr).toMatch(/^401 .*not known here/)
  }, 60_000)
})
