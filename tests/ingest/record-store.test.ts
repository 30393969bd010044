import { describe, expect, it } from 'bun:test'
import { randomUUID } from 'node:crypto'
import type { AppError } from '../../src/error/app-error'
import { StorageError } from '../../src/error/storage-error'
import { unbounded } from '../../src/memory/budget'
import type { Platform } from '../../src/platform/platform'
import type { XapiMode } from '../../src/platform/registry/tenants'
import { xapi } from '../../src/standards/xapi/standard'
import { startTestApp, type TestApp } from '../support/app'

const sender = { tenantId: 'default', sourceId: 'demo' }

function aStatement(more: Record<string, unknown> = {}): Record<string, unknown> {
  return {
    id: randomUUID(),
    actor: { mbox: 'mailto:sally@school.example' },
    verb: { id: 'http://adlnet.gov/expapi/verbs/completed' },
    object: { id: 'https://school.example/quiz/1' },
    timestamp: '2026-11-21T09:30:00.000Z',
    ...more,
  }
}

function send({ services }: TestApp, body: unknown) {
  const text = JSON.stringify(body)
  const server = { requestId: randomUUID() }
  return services!.ingest({
    sender: { ...sender, server },
    standard: xapi,
    form: 'document',
    context: { version: '1.0.3' },
    body: { lease: unbounded, encoding: 'identity', text, hasRoom: true },
  })
}

async function choose({ platform }: TestApp, mode: XapiMode) {
  const tenant = await platform.registry.tenants.get('default')
  await platform.registry.tenants.put({ ...tenant!, xapi: mode })
}

const idOf = (statement: Record<string, unknown>) => String(statement.id)

describe('a statement sent to a record store', () => {
  it('is an event, stored as long as statements are, and found before its sender is answered', async () => {
    await using test = await startTestApp()
    const statement = aStatement()
    const receipt = await send(test, statement)
    expect(receipt.eventIds).toEqual([idOf(statement)])
    const record = await test.platform.events.get('default', idOf(statement))
    const { storedAt, expiresAt } = record!
    const days = (Date.parse(expiresAt) - Date.parse(storedAt!)) / 86_400_000
    expect(days).toBe(test.config.xapiRetentionDays)
    expect(await test.platform.statements.get('default', idOf(statement))).toMatchObject({
      stored: storedAt,
      isVoided: false,
    })
  })

  it('is an event like others for a tenant that has no record store', async () => {
    await using test = await startTestApp()
    await choose(test, 'ingest')
    const statement = aStatement()
    await send(test, statement)
    const record = await test.platform.events.get('default', idOf(statement))
    expect(record).toMatchObject({ standard: 'xapi' })
    expect(record).not.toHaveProperty('storedAt')
    expect(await test.platform.statements.get('default', idOf(statement))).toBeUndefined()
  })

  it('costs its whole request by an id that is held with other content, and all is in quarantine', async () => {
    await using test = await startTestApp()
    const held = aStatement()
    await send(test, held)
    const other = { ...held, verb: { id: 'http://adlnet.gov/expapi/verbs/failed' } }
    const beside = aStatement()
    const receipt = await send(test, [beside, other])
    expect(receipt.eventIds).toEqual([])
    const codes = receipt.quarantined.map(({ errors }) => errors.map(({ code }) => code))
    expect(codes).toEqual([['withheld'], ['conflict']])
    expect(await test.platform.events.get('default', idOf(beside))).toBeUndefined()
    expect(await test.platform.statements.get('default', idOf(beside))).toBeUndefined()
    // Alone it is no part of that request any more.
    const { services, platform } = test
    const who = { tenantId: 'default', keyId: 'key', reach: '*', isAdmin: true } as const
    const replay = await services!.replaying.replay(who, receipt.quarantined[0]!.quarantineId)
    expect(replay?.outcome).toBe('stored')
    expect(await platform.statements.get('default', idOf(beside))).toBeDefined()
  })

  it('costs nothing by such an id where its source may send duplicates', async () => {
    await using test = await startTestApp()
    const source = await test.platform.registry.sources.get('default', 'demo')
    await test.platform.registry.sources.put({ ...source!, duplicates: 'accept' })
    const held = aStatement()
    await send(test, held)
    const other = { ...held, verb: { id: 'http://adlnet.gov/expapi/verbs/failed' } }
    const beside = aStatement()
    const receipt = await send(test, [beside, other])
    expect(receipt.eventIds).toEqual([idOf(beside)])
    expect(receipt.quarantined).toMatchObject([{ index: 1, errors: [{ code: 'conflict' }] }])
    const kept = await test.platform.events.get('default', idOf(held))
    expect(JSON.parse(kept!.raw)).toEqual(held)
  })

  it('is read again by the version that its body was sent in', async () => {
    await using test = await startTestApp()
    const thrown = await send(test, 'no statement').catch((error: AppError) => error)
    const { quarantineId } = (thrown as AppError).extra as { quarantineId: string }
    const item = await test.platform.quarantine.get('default', quarantineId)
    expect(item?.context).toEqual({ version: '1.0.3' })
  })

  it('is held once, however often its batch is sent', async () => {
    await using test = await startTestApp()
    const batch = [aStatement(), aStatement()]
    await send(test, batch)
    expect(await send(test, batch)).toMatchObject({ eventIds: batch.map(idOf), duplicates: 2 })
  })

  it('can be sent again when it was stored but could not be made to be found', async () => {
    const statement = aStatement()
    let isAway = true
    let ended = 0
    function wrap(platform: Platform): Platform {
      const { statements } = platform
      return {
        ...platform,
        statements: {
          ...statements,
          async begin(tenantId) {
            const writing = await statements.begin(tenantId)
            return {
              async end() {
                ended += 1
                await writing.end()
              },
            }
          },
          async add(entries) {
            if (isAway) throw new StorageError('away', { isRetriable: true })
            await statements.add(entries)
          },
        },
      }
    }
    await using test = await startTestApp({ wrap })
    const thrown = await send(test, statement).catch((error: Error) => error)
    expect(thrown).toBeInstanceOf(StorageError)
    expect(ended).toBe(1)
    isAway = false
    expect(await send(test, statement)).toMatchObject({ duplicates: 1 })
    expect(await test.platform.statements.get('default', idOf(statement))).toBeDefined()
  })
})
