import { describe, expect, it } from 'bun:test'
import { existsSync } from 'node:fs'
import { join } from 'node:path'
import { temporaryFolder } from '../support/folders'
import { filesWith } from '../support/privacy/files-with'
import { type ServerProcess, startServerProcess } from '../support/server-process'
import { until } from '../support/until'

const CANARY = 'canary-of-kills'
const ADMIN = 'nk_test_key_of_the_admin'
const KILLS = 6

interface View {
  id: string
  status: string
  phase: string
  putBack?: number
  certificate?: { certificate: { resumed: number } }
}

async function ask(
  server: ServerProcess,
  method: string,
  path: string,
  body?: unknown,
  key = ADMIN,
) {
  const headers = { authorization: `Bearer ${key}`, 'content-type': 'application/json' }
  const sent = body === undefined ? {} : { body: JSON.stringify(body) }
  const reply = await fetch(`${server.url}${path}`, { method, headers, ...sent })
  return (await reply.json()) as Record<string, unknown>
}

/** Sends events of the learner and of others, in many requests, so that many segments hold some. */
async function fill(server: ServerProcess) {
  for (let n = 0; n < 60; n += 1) {
    const events = Array.from({ length: 60 }, (_, at) => {
      const user_id = at % 6 === 0 ? CANARY : `other-${at}`
      return { event_type: 'lesson_opened', user_id, properties: { n } }
    })
    await ask(server, 'POST', '/api/v1/events', events, server.key)
  }
}

function hasFiles(folder: string): boolean {
  return existsSync(folder) && !new Bun.Glob('**/*.parquet').scanSync(folder).next().done
}

for (const mode of ['delete', 'anonymise'] as const) {
  describe(`an erasure that is killed again and again (${mode})`, () => {
    it('is carried on, is whole, and takes nobody else with it', async () => {
      using folder = temporaryFolder()
      const data = join(folder.path, 'data')
      const env = { NONIUS_ARCHIVE_FLUSH_SECONDS: '1' }
      let server = await startServerProcess(data, env)
      try {
        await fill(server)
        await until(() => hasFiles(join(data, 'lake', 'events')))
        const asked = { subject: { actorIds: [CANARY] }, mode, reason: 'r' }
        const { id } = (await ask(server, 'POST', '/privacy/erasures', asked)) as unknown as View
        let view: View | undefined
        const kills: string[] = []
        for (let n = 0; n < KILLS; n += 1) {
          // Later each time: the first are while tombstones are placed, the last in the lake or after it.
          await Bun.sleep(150 + 250 * n)
          view = (await ask(server, 'GET', `/privacy/erasures/${id}`)) as unknown as View
          if (view.status === 'done') break
          kills.push(view.phase)
          await server.kill()
          server = await startServerProcess(data, env)
        }
        await until(async () => {
          view = (await ask(server, 'GET', `/privacy/erasures/${id}`)) as unknown as View
          return view.status === 'done' || view.status === 'failed'
        }, 60_000)
        expect(view).toMatchObject({ status: 'done' })
        expect(kills.length).toBeGreaterThan(1)
        expect(view!.certificate!.certificate.resumed).toBeGreaterThan(0)
        expect(await server.stop()).toBe(0)
        expect(await filesWith(data, CANARY)).toEqual([])
        server = await startServerProcess(data, env)
        // Everything of the others is held, and what was anonymised is, under the same ids.
        const count = mode === 'delete' ? 3000 : 3600
        let cursor: string | undefined
        const seen = new Set<string>()
        do {
          const more = cursor === undefined ? '' : `&cursor=${encodeURIComponent(cursor)}`
          const page = await ask(
            server,
            'GET',
            `/analytics/events?type=lesson_opened&limit=1000&view=record${more}`,
          )
          const items = (page.events ?? page.items) as { id?: string; eventId?: string }[]
          for (const one of items) seen.add((one.eventId ?? one.id)!)
          cursor = page.nextCursor as string | undefined
        } while (cursor)
        expect(seen.size).toBe(count)
      } finally {
        await server.kill()
      }
    }, 180_000)
  })
}
