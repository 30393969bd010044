import { mkdirSync, renameSync, rmSync } from 'node:fs'
import { basename, dirname, join } from 'node:path'
import { PRIVATE_FOLDER } from '../private-files'

const endings = ['.db', '.db-wal', '.db-shm', '.idx']

export function pathOf(folder: string, number: number): string {
  return `${folder}/${String(number).padStart(8, '0')}`
}

/** Removes the files of a generation, given their path without its ending. */
export function removeGeneration(path: string) {
  for (const ending of endings) rmSync(path + ending, { force: true })
}

/** Puts the files of a generation into `damaged/`, where nothing reads them. @returns that folder */
export function moveToDamaged(path: string): string {
  const folder = join(dirname(path), 'damaged')
  mkdirSync(folder, { recursive: true, mode: PRIVATE_FOLDER })
  for (const ending of endings) {
    try {
      renameSync(path + ending, join(folder, basename(path) + ending))
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code !== 'ENOENT') throw error
    }
  }
  return folder
}
