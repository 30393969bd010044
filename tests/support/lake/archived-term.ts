import { join } from 'node:path'
import { issueKey } from '../../../src/access/keys/key'
import { startConsumers } from '../../../src/changes/consumers'
import { readConfig } from '../../../src/config/read-config'
import { createApp } from '../../../src/http/app'
import { openLocalPlatform } from '../../../src/platform/local'
import { createServices } from '../../../src/services'
import { silentLog } from '../../../src/telemetry/log'
import { clockAt } from '../clock'
import { temporaryFolder } from '../folders'
import { type Delivery, term } from './term'

export interface ArchivedTerm extends Disposable {
  dataDir: string
  /** Folder that has `<retention class>/<day>/<hour>/….parquet`. */
  events: string
}

const doors = {
  lms: { path: '/caliper/v1p2/events', body: caliperBody },
  reader: { path: '/api/v1/events', body: ({ events }: Delivery) => events },
}

function caliperBody({ events, sendTime }: Delivery) {
  const dataVersion = 'http://purl.imsglobal.org/ctx/caliper/v1p2'
  return { sensor: 'https://lms.northfield.example/sensor', dataVersion, sendTime, data: events }
}

/** Sends the term through the real pipeline, each delivery at its own time, until it is Parquet. */
export async function archiveTerm(): Promise<ArchivedTerm> {
  const folder = temporaryFolder()
  const dataDir = folder.path
  let now = new Date(term[0]!.receivedAt)
  const clock = clockAt(() => now)
  const log = silentLog
  const config = readConfig({ NONIUS_DATA_DIR: dataDir })
  await using platform = await openLocalPlatform({ dataDir, clock, log })
  await using services = createServices(platform, { config, clock, log })
  const app = createApp(services)

  for (const delivery of term) {
    const { source, receivedAt } = delivery
    now = new Date(receivedAt)
    const grant = { tenantId: 'default', sourceId: source, name: source }
    const { key } = await issueKey(
      platform.registry,
      { ...grant, scopes: ['events:write'] },
      { at: now },
    )
    const { path, body } = doors[source]
    const reply = await app.request(
      path,
      {
        method: 'POST',
        headers: { authorization: `Bearer ${key}`, 'content-type': 'application/json' },
        body: JSON.stringify(body(delivery)),
      },
      { ip: '192.0.2.7' },
    )
    if (!reply.ok) throw new Error(`${path} answered ${reply.status}: ${await reply.text()}`)
  }
  const consumers = startConsumers(platform, { archiveFlushSeconds: 60, clock, log })
  await consumers[Symbol.asyncDispose]() // archives what is stored
  return {
    dataDir,
    events: join(dataDir, 'lake/events'),
    [Symbol.dispose]: () => folder[Symbol.dispose](),
  }
}
