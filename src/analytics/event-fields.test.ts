import { describe, expect, it } from 'bun:test'
import { aRecord } from '../../tests/support/records'
import { AppError } from '../error/app-error'
import { fieldIn, readFields, tableFields } from './event-fields'

describe('a list of fields', () => {
  it('has names of the record, of columns of the lake, and short ones', () => {
    expect(readFields('eventId, actor_id,type,server.ip,source,raw')).toEqual([
      ...['eventId', 'actorId', 'type', 'server.ip', 'sourceId', 'raw'],
    ])
  })

  const refused: [text: string, rule: string][] = [
    ['', 'got ""'],
    ['actorId,', 'got ""'],
    ['actorld', 'did you mean actorId'],
    ['tenantId', 'got "tenantId"'],
    ['contentDigest', 'got "contentDigest"'],
    ['__proto__', 'got "__proto__"'],
    ['server', 'got "server"'],
    ['payload.score', 'got "payload.score"'],
    ['/object/id', 'got "/object/id"'],
    ['actorId,actor_id', 'actorId again'],
    [Array(1000).fill('x').join(','), 'got "x"'],
  ]
  for (const [text, rule] of refused) {
    it(`is refused: ${text.slice(0, 40)}`, () => {
      try {
        readFields(text)
        expect.unreachable()
      } catch (error) {
        expect(error).toBeInstanceOf(AppError)
        const { code, message, errors } = error as AppError
        expect([code, errors[0]?.path]).toEqual(['invalid_request', ['fields']])
        expect(message).toContain(rule)
      }
    })
  }

  it('reads a record, also within what is nested', () => {
    const record = aRecord({ score: 0.5 })
    const values = readFields('score,server.ip,membershipRoles').map((name) =>
      fieldIn(record, name),
    )
    expect(values).toEqual([0.5, '192.0.2.1', undefined])
  })

  it('of a table is what the lake has, without the text', () => {
    expect(tableFields).not.toContain('raw')
    expect(tableFields).not.toContain('expiresAt')
    expect(tableFields).toContain('sampleRate')
  })
})
