import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { readConfig } from '../src/config/read-config'
import { createApp } from '../src/http/app'
import { openApiDocument } from '../src/http/system/document'
import { systemClock } from '../src/platform/clock'
import type { Platform } from '../src/platform/platform'
import { silentLog } from '../src/telemetry/log'
import { typesOf } from './types'

export const documentFile = join(import.meta.dirname, 'openapi.json')
export const typesFile = join(import.meta.dirname, '../packages/client/src/generated/api.ts')

/** The committed document, as it should be. */
export function buildDocument(): string {
  // Only what routes say of themselves is read: none is called, so there is nothing to stand on.
  const nowhere = {} as Platform
  const options = { config: readConfig({}), clock: systemClock, log: silentLog }
  return `${JSON.stringify(openApiDocument(createApp(nowhere, options)), null, 2)}\n`
}

if (import.meta.main) {
  const text = buildDocument()
  writeFileSync(documentFile, text)
  writeFileSync(typesFile, typesOf(JSON.parse(text)))
}
