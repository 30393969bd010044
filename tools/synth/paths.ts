import { existsSync } from 'node:fs'
import { createRequire } from 'node:module'
import { join, resolve } from 'node:path'

export const root = resolve(import.meta.dirname, '../..')
const sst = join(root, '.sst')

/** `sst install` puts SST's components and what they need here. */
export const platform = join(sst, 'platform')

/**
 * Returns the folder where one stage is synthesised, so that two of them do not write over each
 * other. Processes that synthesise the same stage at the same time have a `SYNTH_FOLDER` of their
 * own (`.ci/run`).
 */
export function workFolder(stage: string): string {
  return join(sst, process.env.SYNTH_FOLDER || 'synth', stage)
}

/**
 * Loads a module of the platform, the same instance that SST's components import.
 * @throws when `npm run aws:install` has not been run
 */
export function fromPlatform<Module>(name: string): Module {
  if (!existsSync(join(platform, 'node_modules'))) {
    throw new Error('SST is not installed here: run `npm run aws:install`')
  }
  return createRequire(join(platform, 'package.json'))(name)
}
