import type { Command, Option } from 'commander'
import type { AuditNeeds } from '../audit/create'
import { auditLater } from '../audit/later'
import type { AuditTrail } from '../audit/trail'
import { systemClock as clock } from '../platform/clock'
import { openDocumentsFile } from '../platform/local'
import { createSourceActivity } from '../platform/local/source-activity'
import type { Registry } from '../platform/registry'
import type { SourceActivity } from '../platform/source-activity'
import { silentLog } from '../telemetry/log'
import { type DataDirOption, dataDirOption, requireDataDir } from './data-dir'
import { homeUrl } from './server-options'

type Nouns = Pick<Registry, 'tenants' | 'sources' | 'keys'>

interface OpenedRegistry {
  registry: Nouns
  activity: Pick<SourceActivity, 'read'>
  audit: Pick<AuditTrail, 'append'>
}

/** A registry place opens the registry that has the keys and the tenants. */
export interface RegistryPlace {
  /** These options name the place. */
  options(): Option[]
  /** @param options the options of the command, with those of the place among them */
  open(options: object): OpenedRegistry & Disposable
  /** The server's own address is known; left out, a person has to say how it is reached. */
  home?: URL
}

/** The data directory of one machine, also while a server runs on it. */
export const dataDirPlace: RegistryPlace = {
  options: () => [dataDirOption()],
  home: homeUrl(),
  open(options) {
    const opened = openDocumentsFile(requireDataDir(options as DataDirOption), clock)
    const { db, registry } = opened
    const activity = createSourceActivity(db, { log: silentLog })
    const audit = offlineTrail(opened)
    return { registry, activity, audit, [Symbol.dispose]: () => db.close() }
  },
}

/** Makes a trail beside a server, which brings the entries into the lake. */
export function offlineTrail(opened: Pick<AuditNeeds, 'documents' | 'box'>): AuditTrail {
  // Hot copies are the server's to make: none is made here.
  return auditLater({ ...opened, config: { hotTtlDays: 1 }, clock, log: silentLog })
}

/** Adds the options of a place to a command. */
export function at(place: Pick<RegistryPlace, 'options'>, command: Command): Command {
  for (const option of place.options()) command.addOption(option)
  return command
}
