import { join } from 'node:path'
import { type Subprocess, spawn } from 'bun'
import type { EventRecord } from '../src/event/record'
import { systemClock as clock } from '../src/platform/clock'
import { openLocalPlatform } from '../src/platform/local'
import { createLog } from '../src/telemetry/log'
import { temporaryFolder } from '../tests/support/folders'
import { createBodies } from './events'

export const SENDER_CORE = ['taskset', '-c', '0']
export const OTHER_CORE = ['taskset', '-c', '1']

export const program = (name: string) => [process.execPath, join(import.meta.dir, name)]

export interface Receiver extends Disposable {
  url: string
  process: Subprocess
  came(): Promise<number>
  /** Resolves once so many requests came in all. */
  until(count: number): Promise<void>
  times(): Promise<Record<string, number>>
}

/** Starts a receiver in a process, and on a core, of its own. */
export async function startReceiver(...options: string[]): Promise<Receiver> {
  const child = spawn([...OTHER_CORE, ...program('webhook-receiver.ts'), ...options], {
    stdout: 'pipe',
    stderr: 'inherit',
  })
  const reader = child.stdout.getReader()
  const url = new TextDecoder().decode((await reader.read()).value).trim()
  const came = async () => Number(await (await fetch(url)).text())
  return {
    ...{ url, process: child, came },
    async until(count) {
      while ((await came()) < count) await Bun.sleep(10)
    },
    times: async () => (await fetch(`${url}times`)).json() as Promise<Record<string, number>>,
    [Symbol.dispose]: () => child.kill('SIGKILL'),
  }
}

const log = createLog('error')
export const quiet = { clock, log }

/** Opens the platform of one machine in a folder of its own. */
export async function openScene() {
  const folder = temporaryFolder()
  const platform = await openLocalPlatform({ dataDir: folder.path, clock, log })
  return {
    platform,
    folder: folder.path,
    async [Symbol.asyncDispose]() {
      await platform[Symbol.asyncDispose]()
      folder[Symbol.dispose]()
    },
  }
}

const bodies = createBodies()

/** Makes a record of a Caliper event of 1.5 KB, as it would be stored now. */
export function aStoredRecord(type = 'ViewEvent'): EventRecord {
  const raw = bodies.text()
  const now = new Date()
  return {
    ...{ kind: 'event', tenantId: 'default', sourceId: 'demo', eventId: JSON.parse(raw).id },
    ...{ standard: 'caliper', type, action: 'Viewed', actorId: 'https://example.edu/users/1' },
    objectId: 'https://example.edu/pages/1',
    ...{ eventTime: now.toISOString(), receivedAt: now.toISOString() },
    ...{ privacyLevel: 'standard', retentionClass: 'standard', conformant: true, issueCodes: [] },
    expiresAt: new Date(now.getTime() + 30 * 24 * 3_600_000).toISOString(),
    server: { requestId: 'req_1' },
    raw,
  }
}
