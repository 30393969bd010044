import type { Command, Option } from 'commander'
import { openRegistryFile } from '../platform/local'
import { createSourceActivity } from '../platform/local/source-activity'
import type { Registry } from '../platform/registry'
import type { SourceActivity } from '../platform/source-activity'
import { silentLog } from '../telemetry/log'
import { type DataDirOption, dataDirOption, requireDataDir } from './data-dir'
import { homeUrl } from './server-options'

type Nouns = Pick<Registry, 'tenants' | 'sources' | 'keys'>

/** A registry place opens the registry that has the keys and the tenants. */
export interface RegistryPlace {
  /** These options name the place. */
  options(): Option[]
  /** @param options the options of the command, with those of the place among them */
  open(options: object): { registry: Nouns; activity: Pick<SourceActivity, 'read'> } & Disposable
  /** The server's own address is known; left out, a person has to say how it is reached. */
  home?: URL
}

/** The data directory of one machine, also while a server runs on it. */
export const dataDirPlace: RegistryPlace = {
  options: () => [dataDirOption()],
  home: homeUrl(),
  open(options) {
    const { db, registry } = openRegistryFile(requireDataDir(options as DataDirOption))
    const activity = createSourceActivity(db, { log: silentLog })
    return { registry, activity, [Symbol.dispose]: () => db.close() }
  },
}

/** Adds the options of a place to a command. */
export function at(place: Pick<RegistryPlace, 'options'>, command: Command): Command {
  for (const option of place.options()) command.addOption(option)
  return command
}
