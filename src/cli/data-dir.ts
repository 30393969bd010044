import { statSync } from 'node:fs'
import { join } from 'node:path'
import { Option } from 'commander'
import { settings } from '../config/settings'
import { CommandError } from './failure'

export interface DataDirOption {
  dataDir: string
}

export function dataDirOption(): Option {
  const { name, default: standard } = settings.dataDir
  const folder = process.env[name] || standard // an empty variable is not set, as for the server
  return new Option('-d, --data-dir <folder>', `the server's data folder (env: ${name})`).default(
    folder,
  )
}

/**
 * Finds the data directory for commands that work on what a server made.
 * @throws {CommandError} so that a wrong folder is not taken for an empty one
 */
export function requireDataDir({ dataDir }: DataDirOption): string {
  try {
    statSync(join(dataDir, 'nonius.db'))
    return dataDir
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'EACCES') {
      throw new CommandError(
        `${dataDir} is open to nobody but the user that the server runs as: run this as that user`,
      )
    }
  }
  throw new CommandError(
    `No Nonius server has run on the data folder ${dataDir} yet: start one with \`nonius serve\`, or name the folder with --data-dir`,
  )
}
