import { expect, it } from 'bun:test'
import type { Lake } from '../../platform/lake'
import { askSql } from './ask-sql'

/** A lake that answers every question by one failure of its engine. */
function failing(reason: string): Lake {
  return {
    isImmediate: true,
    start: async () => 'q',
    poll: async () => ({ status: 'failed', reason }),
    cancel: async () => {},
    async [Symbol.asyncDispose]() {},
  }
}

function refusalFor(reason: string) {
  const needs = {
    platform: { lake: failing(reason) },
    hidden: { before: async () => undefined, ofAll: async () => [] },
    clock: { now: () => new Date('2026-11-21T09:30:00.000Z') },
  }
  const asked = askSql(needs, { tenantId: 'school' }, { sql: 'SELECT 1', maxBytes: 1000 })
  return asked.catch((error: unknown) => error)
}

it('says in words of its own that a query is too large, and what to do', async () => {
  const reason = `Out of Memory Error: failed to offload data block of size 64.0 KiB (953.6 MiB/953.6 MiB used).
You can adjust this setting, by using (for example) PRAGMA max_temp_directory_size='10GiB'`
  const error = await refusalFor(reason)
  expect(error).toMatchObject({ code: 'invalid_request' })
  const { message } = error as Error
  expect(message).toContain('more memory')
  expect(message).toContain('fewer days')
  expect(message).not.toContain('PRAGMA')
})

it('leaves every other sentence of the engine as it is', async () => {
  expect(await refusalFor('no such column: a')).toMatchObject({ message: 'no such column: a' })
})
