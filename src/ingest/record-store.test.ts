import { expect, it } from 'bun:test'
import { aRecord } from '../../tests/support/records'
import { StorageError } from '../error/storage-error'
import { systemClock as clock } from '../platform/clock'
import { createRecordStore } from './record-store'

const config = { hotTtlDays: 30, xapiRetentionDays: 365 }
const xapi = { standard: 'xapi', tenantId: 'default' } as const
const statement = { actor: { mbox: 'mailto:ada@example.edu' }, verb: { id: 'https://v.example/1' } }
const record = aRecord({ standard: 'xapi', raw: JSON.stringify(statement) })
const failure = new StorageError('busy', { isRetriable: true })

/** A statement store that writes down in which order it is asked for what. */
function noting({ add = async () => {} }: { add?: () => Promise<void> } = {}) {
  const notes: string[] = []
  const statements = {
    async begin() {
      notes.push('begin')
      return { end: async (outcome?: 'unknown') => void notes.push(`end ${outcome ?? 'known'}`) }
    },
    async add() {
      notes.push('add')
      await add()
    },
  }
  return { notes, underTerms: createRecordStore({ statements, defaultXapi: 'lrs', config, clock }) }
}

it('announces statements before they get their time, and ends when they can be found', async () => {
  const { notes, underTerms } = noting()
  const written = await underTerms(xapi, async ({ days, storedAt }) => {
    notes.push('write')
    expect({ days, isStamped: storedAt !== undefined }).toEqual({ days: 365, isStamped: true })
    return { records: [record], appended: [{ kind: 'stored' }] }
  })
  expect(written.appended).toEqual([{ kind: 'stored' }])
  expect(notes).toEqual(['begin', 'write', 'add', 'end known'])
})

it('does not know what was stored when a write fails, or cannot be added', async () => {
  const failing = noting()
  const write = () => failing.underTerms(xapi, () => Promise.reject(failure))
  expect(await write().catch((error: unknown) => error)).toBe(failure)
  expect(failing.notes).toEqual(['begin', 'end unknown'])

  const unable = noting({ add: () => Promise.reject(failure) })
  const add = unable.underTerms(xapi, async () => {
    return { records: [record], appended: [{ kind: 'stored' }] }
  })
  expect(await add.catch((error: unknown) => error)).toBe(failure)
  expect(unable.notes).toEqual(['begin', 'add', 'end unknown'])
})

it('adds nothing that was not stored', async () => {
  const { notes, underTerms } = noting()
  await underTerms(xapi, async () => ({ records: [record], appended: [{ kind: 'conflict' }] }))
  expect(notes).toEqual(['begin', 'end known'])
})
