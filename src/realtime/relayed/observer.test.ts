import { describe, expect, it } from 'bun:test'
import { clockAt } from '../../../tests/support/clock'
import { documentModel } from '../../../tests/support/document-model'
import { aPrincipal } from '../../../tests/support/principal'
import { AppError } from '../../error/app-error'
import { StorageError } from '../../error/storage-error'
import type { Perform } from '../../observer/perform'
import { silentLog } from '../../telemetry/log'
import { createRelayedObserver } from './observer'

const lock = JSON.stringify({ event: 'lock_fields', fields: { source: 's', user_id: 'amy' } })
const typed = (n: number) => JSON.stringify({ event: 'typed', n })

function start({ perform, isCurrent = true }: { perform?: Perform; isCurrent?: boolean } = {}) {
  const sent: Record<string, unknown>[] = []
  const closed: string[] = []
  const stored: number[] = []
  let now = Date.parse('2026-11-30T08:00:00.000Z')
  const clock = { ...clockAt(() => new Date(now)), advance: () => {} }
  const usual: Perform = async (_, __, effects) => {
    const answers = effects.flatMap((effect) => (effect.kind === 'answer' ? effect.text : []))
    for (const effect of effects) if (effect.kind === 'store') stored.push(effect.n)
    return { answers, frames: [] }
  }
  const protocol = createRelayedObserver({
    documents: documentModel(clock),
    perform: async (...of) => (await perform?.(...of)) ?? usual(...of),
    findSource: async () => undefined,
    identity: { isCurrent: async () => isCurrent },
    connections: {
      send: async (_, text) => {
        sent.push(JSON.parse(text))
        return 'sent'
      },
      close: async (id) => void closed.push(id),
    },
    ...{ maxMessageBytes: 1000, leftMs: () => 20_000, clock, log: silentLog },
  })
  const connection = { protocol: 'observer', principal: aPrincipal() }
  return {
    ...{ sent, closed, stored },
    // Of frames that come within a millisecond any may be the first.
    say(message: string | Uint8Array) {
      now += 1
      return protocol.received('c', connection, message)
    },
  }
}

describe('a relayed stream of Learning Observer', () => {
  it('is told that its key no longer holds, and ended', async () => {
    const test = start({ isCurrent: false })
    await test.say(lock)
    expect(test.sent).toEqual([{ status: 'auth', error: expect.stringContaining('no longer') }])
    expect([test.closed, test.stored]).toEqual([['c'], []])
  })

  it('is answered within what a message may hold', async () => {
    const blob = JSON.stringify({ status: 'fetch_blob', data: 'x'.repeat(1000) })
    const test = start({ perform: async () => ({ answers: [blob], frames: [] }) })
    await test.say(lock)
    expect(test.sent).toEqual([{ status: 'error', code: 'too_large', message: expect.any(String) }])
  })

  it('keeps what its store cannot take now, and has it stored with the next frame', async () => {
    let isDown = true
    const perform: Perform = async () => {
      if (isDown) throw new StorageError('down', { isRetriable: true })
      return undefined as never
    }
    const test = start({ perform })
    await test.say(lock)
    await test.say(typed(1))
    await test.say(typed(2))
    expect([test.sent, test.stored]).toEqual([[], []])
    isDown = false
    await test.say(new Uint8Array([1, 2]))
    expect(test.stored).toEqual([0, 1, 2, 3])
    expect(test.sent.at(-1)).toEqual({ status: 'stored', through: 4 })
  })

  it('loses one frame that cannot be stored at all, and says which', async () => {
    const perform: Perform = async (_, __, effects) => {
      const isBad = effects.some(
        (effect) => effect.kind === 'store' && effect.item.includes('"n":2'),
      )
      if (isBad) throw new AppError('too_large', 'It is too large.')
      return undefined as never
    }
    const test = start({ perform })
    for (const text of [lock, typed(1), typed(2), typed(3)]) await test.say(text)
    expect(test.stored).toEqual([0, 1, 2, 4])
    expect(test.sent).toContainEqual({
      ...{ status: 'error', code: 'too_large', message: 'It is too large.', frame: 3, kept: false },
    })
    expect(test.sent.at(-1)).toEqual({ status: 'stored', through: 4 })
  })

  it('is told to keep its events where its tenant is over its budget', async () => {
    const perform: Perform = async () => {
      throw new AppError('rate_limited', 'Enough.', { retryAfter: 30 })
    }
    const test = start({ perform })
    await test.say(lock)
    await test.say(typed(1))
    expect(test.sent[0]).toMatchObject({
      status: 'blocklist',
      action: 'MAINTAIN',
      time_limit: 30_000,
    })
  })
})
