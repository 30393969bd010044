import { open, readFile, rename } from 'node:fs/promises'
import { dirname } from 'node:path'
import { LAKE_FILE_MODE, LAKE_FOLDER_MODE, makeDurableFolder, sync } from '../durable-files'
import type { Summary } from './jobs/job'
import { type LakeFile, manifestOf, type Partition } from './places'

/** A manifest says of a day what cannot be seen from its settled files. */
export interface Manifest {
  /** The rows of each tenant when it was settled: since then, only less. */
  summary: Summary
  /** Names of the files that were settled, by the folder of their hour: no batch is written twice. */
  landed: Record<string, string[]>
}

export async function readManifest(folder: string, one: Partition): Promise<Manifest | undefined> {
  return readJson<Manifest>(manifestOf(folder, one))
}

export async function readJson<Value>(path: string): Promise<Value | undefined> {
  try {
    return JSON.parse(await readFile(path, 'utf8')) as Value
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return undefined
    throw error
  }
}

/** Writes a file whole or not at all, durably. */
export async function writeJson(path: string, value: unknown) {
  await makeDurableFolder(dirname(path), LAKE_FOLDER_MODE)
  const made = `${path}.made`
  {
    await using file = await open(made, 'w', LAKE_FILE_MODE)
    await file.writeFile(JSON.stringify(value))
    await file.sync()
  }
  await rename(made, path)
  await sync(dirname(path))
}

/** Makes the manifest of a day that has these landed files no more, but what they held. */
export async function withNames(
  folder: string,
  one: Partition,
  landed: readonly Pick<LakeFile, 'hour' | 'name'>[],
): Promise<Manifest> {
  const { summary = {}, landed: before = {} } = (await readManifest(folder, one)) ?? {}
  const names = { ...before }
  for (const { hour, name } of landed) names[hour] = [...(names[hour] ?? []), name]
  return { summary, landed: names }
}

/** Adds up what several files hold. */
export function total(...summaries: (Summary | undefined)[]): Summary {
  const sum: Summary = {}
  for (const [tenantId, one] of summaries.flatMap((summary) => Object.entries(summary ?? {}))) {
    const so = sum[tenantId]
    const days = [so?.leastDays, one.leastDays].filter((each) => each !== undefined)
    sum[tenantId] = {
      rows: one.rows + (so?.rows ?? 0),
      ...(days.length > 0 && { leastDays: Math.min(...days) }),
    }
  }
  return sum
}
