import { describe, expect, it } from 'bun:test'
import { readFilters } from '.'
import { fieldNamed, fieldNames, nearFields } from './fields'

describe('A filter may name a field', () => {
  const names: [sent: string, field: string | undefined][] = [
    ...fieldNames.map((name): [string, string] => [name, name]),
    ['eventType', 'type'],
    ['event_type', 'type'],
    ['user_id', 'actorId'],
    ['common_action', 'commonAction'],
    ['source', 'sourceId'],
    ['actor', 'actorId'],
    ['object', 'objectId'],
    ['group', 'groupId'],
    ['session', 'sessionId'],
    ['server_ip', 'server.ip'],
    ['max_score', 'maxScore'],
    ...[
      'tenantId',
      'tenant_id',
      'raw',
      'raw_exact',
      'payload.score',
      '/type',
      '',
      'constructor',
    ].map((name): [string, undefined] => [name, undefined]),
  ]
  it('as the record, the lake or another product calls it, and by no other name', () => {
    expect(names.map(([sent]) => [sent, fieldNamed(sent)?.name])).toEqual(names)
    for (const field of ['standard', 'commonAction', 'sessionId', 'score', 'organizationId']) {
      expect(fieldNames).toContain(field)
    }
  })

  it('and is told what it may have meant', () => {
    const near: [sent: string, names: string[]][] = [
      ['actorid', ['actorId']],
      ['actor_ids', ['actorId']],
      ['typ', ['type']],
      ['evenType', ['type']],
      ['sesion', ['sessionId']],
      ['al', ['all']],
      ['pth', ['path']],
      ['learnerSession', ['sessionId']],
      ['colour', []],
      ['', []],
      ['x'.repeat(1_000_000), []],
    ]
    for (const [sent, names] of near) {
      expect([sent.slice(0, 20), ...nearFields(sent).slice(0, Math.max(1, names.length))]).toEqual([
        sent.slice(0, 20),
        ...names,
      ])
    }
  })
})

describe('A filter by a field', () => {
  const taken: [sent: unknown, kept: unknown][] = [
    [{ eventType: 'ViewEvent' }, [{ field: 'type', in: ['ViewEvent'] }]],
    [{ field: 'common_action', in: ['Completed'] }, [{ field: 'commonAction', in: ['Completed'] }]],
    [{ success: true }, [{ field: 'success', in: [true] }]],
    [{ score: [0, 0.5] }, [{ field: 'score', in: [0, 0.5] }]],
    [{ receivedAt: '2026-11-29' }, [{ field: 'receivedAt', in: ['2026-11-29'] }]],
    [
      { group: 'g', eventType: 'a', type: 'b' },
      [
        { field: 'type', in: ['a'] },
        { field: 'type', in: ['b'] },
        { field: 'groupId', in: ['g'] },
      ],
    ],
  ]
  for (const [sent, kept] of taken) {
    it(`${JSON.stringify(sent)} is taken`, () => {
      expect(readFilters([sent])).toEqual({ filters: kept } as never)
    })
  }

  const refused: [sent: unknown, path: unknown[], rule: string][] = [
    [{ field: 'actorid', in: ['x'] }, [0, 'field'], 'got "actorid"; did you mean actorId'],
    [{ field: 'tenantId', in: ['x'] }, [0, 'field'], 'Must be a field of the record'],
    [{ field: 5, in: ['x'] }, [0, 'field'], 'got 5'],
    [{ field: 'payload.score', in: [1] }, [0, 'field'], 'got "payload.score"'],
    [{ colour: 'x' }, [0, 'colour'], 'Not known here; known are kind, sourceId'],
    [{ actor_idd: 'x' }, [0, 'actor_idd'], 'Not known here; did you mean actorId'],
    [{ al: [] }, [0, 'al'], 'did you mean all'],
    [{ score: '0.5' }, [0, 'score'], 'Must be a number; got "0.5"'],
    [{ score: ['x'] }, [0, 'score', 0], 'Must be a number'],
    [{ success: 'true' }, [0, 'success'], 'Must be true or false; got "true"'],
    [{ eventTime: 'noon' }, [0, 'eventTime'], 'ISO 8601'],
    [{ field: 'type', in: [null] }, [0, 'in', 0], 'Must be text of 1 to 1000 characters; got null'],
  ]
  for (const [sent, path, rule] of refused) {
    it(`${JSON.stringify(sent)} is refused`, () => {
      const { errors } = readFilters([sent])
      expect(errors).toHaveLength(1)
      expect(errors![0]!.path).toEqual(path as string[])
      expect(errors![0]!.message).toContain(rule)
    })
  }
})
