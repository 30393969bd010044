import { describe, expect, it } from 'bun:test'
import { clock, listedQuarantine, receivedAt, sender } from '../../tests/support/ingest'
import { createQuarantineBody, type UnreadableBody } from './quarantine-body'

const errors = [{ path: [], message: 'Unexpected end', code: 'invalid_json' }]
const unreadable: UnreadableBody = { ...sender, standard: 'caliper', errors }

describe('a body nobody could read', () => {
  it('is kept whole, with who sent it and why it was refused', async () => {
    const { quarantine, kept } = listedQuarantine()
    const quarantineBody = createQuarantineBody({ quarantine, clock })
    const quarantineId = await quarantineBody('{"data":[', unreadable)
    const place = { scope: 'body', index: 0, context: {}, raw: '{"data":[' } as const
    expect(kept).toEqual([{ ...unreadable, ...place, quarantineId, receivedAt }])
  })

  it('is kept as base64 when it is not UTF-8, and says so', async () => {
    const { quarantine, kept } = listedQuarantine()
    const quarantineBody = createQuarantineBody({ quarantine, clock })
    const bytes = new Uint8Array([0x1f, 0x8b, 0xff, 0x00])
    await quarantineBody(bytes, unreadable)
    expect(kept).toMatchObject([{ raw: 'H4v/AA==', context: { encoding: 'base64' } }])
    await quarantineBody(new TextEncoder().encode('\ufeffgrüße'), unreadable)
    expect(kept[1]).toMatchObject({ raw: '\ufeffgrüße', context: {} })
  })

  it('has the same id when it is sent again, and another for another sender', async () => {
    const { quarantine } = listedQuarantine()
    const quarantineBody = createQuarantineBody({ quarantine, clock })
    const first = await quarantineBody('[', unreadable)
    expect(await quarantineBody('[', unreadable)).toBe(first)
    expect(await quarantineBody('[', { ...unreadable, tenantId: 'other' })).not.toBe(first)
    expect(await quarantineBody('[[', unreadable)).not.toBe(first)
  })
})
