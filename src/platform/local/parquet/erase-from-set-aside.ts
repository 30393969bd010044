import { open } from 'node:fs/promises'
import type { EventRecord } from '../../../event/record'
import { finish } from '../../../syntax/steps'
import { LAKE_FILE_MODE } from '../durable-files'
import type { EraseAnswer } from './archive-job'
import { owns, type Removal } from './removal'

/** An entry is one line of a file that `set-aside.ts` has written. */
interface Entry {
  record?: EventRecord
  /** The line is that of a record that could not be read. */
  line?: string
}

/** Writes a file of records that DuckDB did not take, without the lines of some people. */
export async function eraseFromSetAside(removal: Removal): Promise<EraseAnswer> {
  const lack = await removal.lack()
  if (lack !== undefined) return lack
  await using from = await open(removal.file)
  await using to = await open(removal.made, 'wx', LAKE_FILE_MODE)
  let removed = 0
  const eventIds: string[] = []
  let looked = 0
  for await (const line of from.readLines({ encoding: 'utf8', autoClose: false })) {
    looked += 1
    const entry = JSON.parse(line) as Entry
    if (isTheirs(entry, removal)) {
      removed += 1
      if (entry.record !== undefined) eventIds.push(entry.record.eventId)
    } else await to.writeFile(`${line}\n`)
  }
  return { kind: 'erased', removed, looked, eventIds }
}

function isTheirs({ record, line }: Entry, { tenantId, people }: Removal): boolean {
  if (record !== undefined) return record.tenantId === tenantId && owns(people, record)
  return line?.includes(tenantId) === true && finish(people.areIn(line, 'text'))
}
