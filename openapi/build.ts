import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { readConfig } from '../src/config/read-config'
import { createApp } from '../src/http/app'
import { openApiDocument } from '../src/http/system/document'
import { systemClock } from '../src/platform/clock'
import type { Platform } from '../src/platform/platform'
import { createServices } from '../src/services'
import { silentLog } from '../src/telemetry/log'

export const documentFile = join(import.meta.dirname, 'openapi.json')

/** The committed document, as it should be. */
export function buildDocument(): string {
  // Only what routes say of themselves is read: none is called, so there is nothing to stand on.
  const nowhere = {} as Platform
  const options = { config: readConfig({}), clock: systemClock, log: silentLog }
  const app = createApp(createServices(nowhere, options))
  return `${JSON.stringify(openApiDocument(app), null, 2)}\n`
}

if (import.meta.main) writeFileSync(documentFile, buildDocument())
