import { describe, expect, it } from 'bun:test'
import type { Platform } from '../../src/platform/platform'
import { socketProtocols } from '../../src/realtime/protocol'
import { startTestApp } from '../support/app'
import { startPublishTest } from '../support/publish-api'

/** Counts how often the registry is asked for a key. */
function counting() {
  const asked = { times: 0 }
  function wrap(platform: Platform): Platform {
    const registry: Platform['registry'] = {
      ...platform.registry,
      keys: {
        ...platform.registry.keys,
        findByHash(hash) {
          asked.times += 1
          return platform.registry.keys.findByHash(hash)
        },
      },
    }
    return { ...platform, registry }
  }
  return { asked, wrap }
}

describe('the services of a process', () => {
  it('read a key of the registry once, for HTTP and for WebSockets', async () => {
    const { asked, wrap } = counting()
    await using test = await startPublishTest({ wrap })
    const reply = await test.app.request('/analytics/events', { headers: test.app.as() })
    expect(reply.status).toBe(200)
    expect(asked.times).toBe(1)

    await using socket = await test.connect()
    socket.send(JSON.stringify({ event_type: 'opened' }))
    expect(JSON.parse(await socket.next())).toMatchObject({ eventCount: 1 })
    expect(asked.times).toBe(1)

    // That is what a memory does; a key that it does not know is looked up.
    const other = await test.app.issue(['events:read'])
    await test.app.request('/analytics/events', { headers: test.app.as(other) })
    expect(asked.times).toBe(2)
  })

  it('have a handshake in the app for each protocol that connections speak', async () => {
    await using test = await startTestApp()
    const limits = { maxMessageBytes: 1000, maxReplyBytes: 1000 }
    const protocols = socketProtocols(test.services!, limits)
    for (const { name, path } of protocols) {
      const opened: string[] = []
      const env = { upgrade: (to: { protocol: string }) => opened.push(to.protocol) > 0 }
      await test.app.request(path, { headers: test.as() }, env)
      expect(opened).toEqual([name])
    }
    expect(new Set(protocols.map(({ name }) => name)).size).toBe(protocols.length)
  })
})
