import { afterAll, beforeAll, describe, expect, it } from 'bun:test'
import { writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { anEnvelope, anEvent } from '../support/envelopes'
import { temporaryFolder } from '../support/folders'
import { nonius } from '../support/program'
import { type ServerProcess, startServerProcess } from '../support/server-process'

const folder = temporaryFolder()
let server: ServerProcess

beforeAll(async () => {
  server = await startServerProcess(join(folder.path, 'data'))
})

afterAll(async () => {
  await server.stop()
  folder[Symbol.dispose]()
})

function send(stdin: string, ...args: string[]) {
  const env = { NONIUS_URL: server.url, NONIUS_KEY: server.key }
  return nonius(['send', '-', ...args], { stdin, env })
}

async function read(id: string) {
  const headers = { authorization: `Bearer ${server.key}` }
  const reply = await fetch(`${server.url}/analytics/events/${encodeURIComponent(id)}`, { headers })
  return reply.text()
}

describe('nonius send', () => {
  it('sends envelopes and bare events of several files, and sums up', async () => {
    const [first, second, third] = [anEvent(), anEvent(), anEvent()]
    const envelope = join(folder.path, 'envelope.json')
    const lines = join(folder.path, 'lines.ndjson')
    await writeFile(envelope, JSON.stringify(anEnvelope([first])))
    await writeFile(lines, `${JSON.stringify(second)}\n${JSON.stringify(third)}\n`)
    const args = ['send', envelope, lines, '--url', server.url, '--key', server.key]

    const { stdout, exitCode } = await nonius(args)
    expect(stdout).toBe('Sent 3: 3 accepted (0 of them held already), 0 not accepted.\n')
    expect(exitCode).toBe(0)
    const again = await nonius(args)
    expect(again.stdout).toBe('Sent 3: 3 accepted (3 of them held already), 0 not accepted.\n')
    expect(again.exitCode).toBe(0)
    expect(JSON.parse(await read(third.id as string))).toMatchObject({ id: third.id })
  })

  it('changes nothing in what it sends', async () => {
    const id = 'urn:uuid:7f2ccd3f-3fc4-4c8e-9f5e-2f1f6f3a0a11'
    const text = JSON.stringify(anEvent({ id })).replace(
      '{',
      '{ "extensions": {"n": 1.0, "big": 12345678901234567890},',
    )
    expect((await send(text)).exitCode).toBe(0)
    expect(await read(id)).toContain('{"n": 1.0, "big": 12345678901234567890}')
  })

  it('names what was quarantined and why, and exits with 1', async () => {
    const broken = anEvent({ eventTime: 'yesterday' })
    const { stdout, stderr, exitCode } = await send(JSON.stringify([anEvent(), broken]))
    expect(stdout).toBe('Sent 2: 1 accepted (0 of them held already), 1 not accepted.\n')
    expect(stderr).toMatch(/standard input \[1\]: quarantined as \S+, .*eventTime/)
    expect(exitCode).toBe(1)
  })

  it('sends native events and statements to their own addresses, and says what they are', async () => {
    const natives = Array.from({ length: 1200 }, (_, i) => ({ event_type: 'click', user_id: i }))
    const file = join(folder.path, 'clicks.ndjson.gz')
    await writeFile(file, Bun.gzipSync(natives.map((one) => JSON.stringify(one)).join('\n')))
    const env = { NONIUS_URL: server.url, NONIUS_KEY: server.key }
    const clicks = await nonius(['send', file], { env })
    expect(clicks.stderr).toContain(`${file}: 1,200 native events as JSON lines (gzip)\n`)
    expect(clicks.stdout).toStartWith('Sent 1200: 1200 accepted')

    const statements = Array.from({ length: 3 }, (_, i) => ({
      id: crypto.randomUUID(),
      actor: { mbox: 'mailto:ann@example.org' },
      verb: { id: i === 1 ? 'no IRI' : 'http://adlnet.gov/expapi/verbs/passed' },
      object: { id: 'https://lms.example/quiz/1' },
    }))
    const sent = await send(JSON.stringify(statements, null, 2))
    expect(sent.stderr).toContain('standard input: 3 xAPI statements in a JSON array\n')
    expect(sent.stderr).toMatch(/standard input \[1\]: refused, 400 .*verb\.id/)
    expect(sent.stdout).toStartWith('Sent 3: 2 accepted')
    expect(await read(statements[2]!.id)).toContain(statements[2]!.id)
  }, 20_000)

  it('stops with a question when most would be refused, and sends nothing', async () => {
    const lines = Array.from({ length: 120 }, (_, i) => JSON.stringify({ event_type: 'x', n: i }))
    const asked = await send(lines.join('\n'), '--as', 'caliper')
    expect(asked.stderr).toContain(
      '100 of the first 100 would be refused as Caliper; these look like native events: send them with --as native?',
    )
    expect(asked).toMatchObject({ stdout: '', exitCode: 1 })
    const went = await send(lines.join('\n'), '--as', 'caliper', '--yes')
    expect(went.stdout).toStartWith('Sent 120: 120 accepted')
    const junk = await send('{"a":1}\n{"a":2}')
    expect(junk.stderr).toContain('2 of 2 would be refused as Caliper (type: Required): send them')
    expect(junk).toMatchObject({ stdout: '', exitCode: 1 })
    const quarantined = await send('{"a":1}\n{"a":2}', '--yes')
    expect(quarantined.stdout).toStartWith('Sent 2: 0 accepted')
  }, 20_000)

  it('sends nothing of a file that is not JSON to its end', async () => {
    const first = anEvent()
    const { stderr, stdout, exitCode } = await send(`${JSON.stringify(first)}\n{"type":oops}`)
    expect(stderr).toContain('line 2, is not JSON: Expected a value, got oops')
    expect(stderr).toContain('(line 2, column 9)')
    expect({ stdout, exitCode }).toEqual({ stdout: '', exitCode: 1 })
    expect(await read(first.id as string)).toContain('not_found')
  }, 20_000)

  it('says what the server refuses, goes on with the rest, and exits with 1', async () => {
    const old = JSON.stringify(anEnvelope([anEvent()], { dataVersion: 'http://example.edu/v9' }))
    const { stdout, stderr, exitCode } = await send(`${old}\n${JSON.stringify(anEvent())}`)
    expect(stdout).toBe('Sent 2: 1 accepted (0 of them held already), 1 not accepted.\n')
    expect(stderr).toContain('standard input:1 data[0]: refused, 422')
    expect(exitCode).toBe(1)
  })

  for (const [what, args, sentence] of [
    ['a wrong key', ['--key', 'wrong'], /: 401 /],
    ['a wrong address', ['--url', 'http://127.0.0.1:1', '--retries', '0'], /cannot be reached/],
    ['something that is not a URL', ['--url', 'localhost'], /must look like/],
    ['no key', ['--key', ''], /A key is needed/],
  ] as const) {
    it(`says in a sentence that it was given ${what}`, async () => {
      const { stderr, exitCode } = await send(JSON.stringify(anEvent()), ...args)
      expect(stderr).toMatch(sentence)
      expect(stderr).not.toContain('    at ')
      expect(exitCode).toBe(1)
    })
  }

  it('waits when the server is busy, as long as it asks, and sends again', async () => {
    const seen: string[] = []
    const receipt = {
      requestId: 'r',
      eventCount: 1,
      eventIds: ['e'],
      entityCount: 0,
      entityIds: [],
      duplicates: 0,
      quarantined: [],
    }
    await using busy = disposable(
      Bun.serve({
        port: 0,
        async fetch(request) {
          seen.push(await request.text())
          if (seen.length > 1) return Response.json(receipt)
          return new Response('', { status: 503, headers: { 'retry-after': '1' } })
        },
      }),
    )
    const begun = performance.now()
    const { stdout, stderr } = await send(JSON.stringify(anEvent()), '--url', busy.url)
    expect(performance.now() - begun).toBeGreaterThan(1000)
    expect(stderr).toContain('the server answers 503; trying again in 1 s')
    expect(stdout).toStartWith('Sent 1: 1 accepted')
    expect(seen[1]).toBe(seen[0]!)
  })

  it('does not take just any 200 for a receipt', async () => {
    await using page = disposable(Bun.serve({ port: 0, fetch: () => new Response('<html>') }))
    const { stderr, exitCode } = await send(JSON.stringify(anEvent()), '--url', page.url)
    expect(stderr).toContain('not as Nonius does')
    expect(exitCode).toBe(1)
  })
})

function disposable(server: ReturnType<typeof Bun.serve>) {
  return { url: String(server.url), [Symbol.asyncDispose]: () => server.stop(true) }
}
