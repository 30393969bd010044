import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { readConfig } from '../src/config/read-config'
import { systemClock } from '../src/platform/clock'
import type { Platform } from '../src/platform/platform'
import { createServices } from '../src/services'
import { silentLog } from '../src/telemetry/log'
import { typesOf } from './types'

export const documentFile = join(import.meta.dirname, 'openapi.json')
export const typesFile = join(import.meta.dirname, '../packages/client/src/generated/api.ts')

/**
 * Makes the document that is committed and served. In a process of its own: the generator has to be
 * loaded before the first schema is made, or the schemas remember nothing for it.
 */
async function buildDocument(): Promise<string> {
  const { openApiDocument } = await import('./document')
  const { createApp, laterApps } = await import('../src/http/app')
  // Routes are only read, none is called: there need not be a platform.
  const nowhere = { events: {}, registry: {} } as Platform
  const options = { config: readConfig({}), clock: systemClock, log: silentLog }
  await using services = createServices(nowhere, options)
  const later = await Promise.all(laterApps.map(({ load }) => load(services)))
  const apps = [createApp(services), ...later]
  return `${JSON.stringify(await openApiDocument(apps), null, 2)}\n`
}

if (import.meta.main) {
  const text = await buildDocument()
  if (process.argv.includes('--print')) {
    process.stdout.write(text)
  } else {
    writeFileSync(documentFile, text)
    writeFileSync(typesFile, typesOf(JSON.parse(text)))
  }
}
