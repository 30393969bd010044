import { describe, expect, it } from 'bun:test'
import { native } from '../../standards/native/standard'
import type { Standard } from '../../standards/standard'
import { finish } from '../../syntax/steps'
import { read } from './read'

const receivedAt = '2026-11-21T09:30:00.000Z'
const good = { event_type: 'click' }
const whole: Standard = { ...native, onRefusal: 'request' }

function readBy(standard: Standard, body: unknown) {
  return finish(read(JSON.stringify(body), { standard, form: 'document' }, { receivedAt }))
}

describe('a refused item', () => {
  it('costs itself, where its standard says so', () => {
    expect(readBy(native, [good, {}])).toMatchObject({
      items: [{ index: 0 }, { index: 1, errors: [{}] }],
    })
  })

  it('costs its whole request, with every reason, where its standard says that', () => {
    const refused = readBy(whole, [good, {}, { timestamp: 'never' }])
    const paths = ['event_type', 'event_type', 'timestamp'].map((name, at) => [
      at === 0 ? 1 : 2,
      name,
    ])
    expect(refused).toMatchObject({ code: 'invalid_request' })
    expect(refused).not.toHaveProperty('items')
    expect((refused as { errors: { path: unknown }[] }).errors.map(({ path }) => path)).toEqual(
      paths,
    )
    expect(readBy(whole, [good, good])).toMatchObject({ items: [{ index: 0 }, { index: 1 }] })
  })
})
