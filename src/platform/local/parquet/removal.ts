import type { People } from '../../../event/people'
import { finish } from '../../../syntax/steps'
import type { EraseAnswer } from './archive-job'

/** A removal says what is to go from one file, and where the rest of it is put. */
export interface Removal {
  file: string
  made: string
  tenantId: string
  people: People
  actorIds: readonly string[]
  isDryRun: boolean
  /** Measures the room before the rest is written. @returns why there is none for it */
  lack(): Promise<EraseAnswer | undefined>
}

/** Tells whether a record is of one of them, in one go: this process has no other work. */
export function owns(
  people: People,
  { actorId, raw }: { actorId?: string | undefined; raw: string },
): boolean {
  return finish(people.own(actorId === undefined ? { raw } : { actorId, raw }))
}
