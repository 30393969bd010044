import { describe, expect, it } from 'bun:test'
import { appendFileSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { createPostSink } from '../../src/merkle/roots/post'
import { createGuard } from '../../src/outbound/guard'
import { createFileSink } from '../../src/platform/local/root-file'
import type { PublishedRoot } from '../../src/platform/root-sink'
import { temporaryFolder } from '../support/folders'

const root = (sequence: number): PublishedRoot => ({
  ...{ type: 'nonius/root/1', tenantId: 'school\n', sequence, hour: '2026-11-30T02' },
  ...{ treeSize: 3, root: 'ab'.repeat(32), hash: 'cd'.repeat(32), previous: '0'.repeat(64) },
})

describe('roots are published', () => {
  it('to a file, a line each, also behind a line that a kill cut off; to no folder that is not there', async () => {
    using folder = temporaryFolder()
    const path = join(folder.path, 'roots.jsonl')
    await createFileSink(path).put(root(1))
    appendFileSync(path, '{"type":"nonius/ro')
    await createFileSink(path).put(root(2))
    const lines = readFileSync(path, 'utf8').trimEnd().split('\n')
    expect([lines[0]!, lines[2]!].map((line) => JSON.parse(line))).toEqual([root(1), root(2)])
    expect(lines[1]).toBe('{"type":"nonius/ro')
    const nowhere = createFileSink(join(folder.path, 'unmounted', 'roots.jsonl')).put(root(1))
    expect(await nowhere.catch((error) => error.code)).toBe('ENOENT')
  })

  it('to an address, whose name in the log has nothing secret, and which says 2xx', async () => {
    const got: unknown[] = []
    using server = Bun.serve({
      port: 0,
      hostname: '127.0.0.1',
      async fetch(request) {
        got.push([new URL(request.url).search, request.headers.get('content-type')])
        got.push(await request.json())
        return new Response(null, { status: got.length > 2 ? 503 : 204 })
      },
    })
    const url = `http://127.0.0.1:${server.port}/roots?token=secret`
    const sink = createPostSink(url, createGuard({ allowPrivate: true }))
    expect(sink.name).toBe(`http://127.0.0.1:${server.port}`)
    await sink.put(root(1))
    expect(got).toEqual([['?token=secret', 'application/json'], root(1)])
    const error = await sink.put(root(2)).catch((thrown) => thrown.message)
    expect(error).toBe('it answered 503')
    await server.stop(true)
    const gone = await sink.put(root(2)).catch((thrown) => thrown.message)
    expect(gone).not.toContain('secret')
  })
})
