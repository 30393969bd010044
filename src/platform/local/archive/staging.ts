import { randomUUID } from 'node:crypto'
import { rmSync } from 'node:fs'
import { mkdir, readdir, rm, writeFile } from 'node:fs/promises'
import { dirname, join } from 'node:path'
import { LAKE_FOLDER_MODE, makeDurableFolder } from '../durable-files'
import type { Segment } from '../log/segment'
import type { FiledSegment } from '../log/segment-file'
import type { SegmentSource } from '../parquet/archive-job'

/** Staging is a folder in which files of the lake are made before they appear in it. */
export interface Staging {
  readonly path: string
  /** Makes the folder when it is not there. */
  make(): Promise<void>
  /** Tells where a body is: one that is in no file of the log gets one here, until the batch is done. */
  sourceOf(segment: Segment | FiledSegment, place: number): Promise<SegmentSource>
  /** Removes the files that a job has left. */
  sweep(): Promise<void>
  /** Removes everything; the next job makes it again. */
  clear(): Promise<void>
}

/**
 * Each run has a folder of its own: a process that a killed server has left behind for a moment finds
 * none to make files in, and cannot move one into the lake that is made anew by then.
 */
export function openStaging(root: string): Staging {
  rmSync(root, { recursive: true, force: true })
  const path = join(root, randomUUID())
  const bodies = join(path, 'bodies')
  return {
    path,

    async make() {
      await makeDurableFolder(dirname(root), LAKE_FOLDER_MODE)
      await mkdir(bodies, { recursive: true, mode: 0o700 })
    },

    async sourceOf(segment, place) {
      if ('file' in segment) return { log: segment.file, first: segment.first }
      const file = join(bodies, String(place))
      await writeFile(file, segment.body, { mode: 0o600 })
      return { file }
    },

    async sweep() {
      const entries = await readdir(path, { withFileTypes: true }).catch(() => [])
      for (const entry of entries) {
        if (entry.isFile()) await rm(join(path, entry.name), { force: true })
      }
    },

    async clear() {
      await rm(root, { recursive: true, force: true })
    },
  }
}
