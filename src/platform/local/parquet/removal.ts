import type { People } from '../../../event/people'
import { finish } from '../../../syntax/steps'
import type { EraseAnswer } from './archive-job'

/** What is to go from one file, and where the rest of it is put. */
export interface Removal {
  file: string
  made: string
  tenantId: string
  people: People
  actorIds: readonly string[]
  /** Asked before the rest is written. @returns why there is no room for it */
  lack(): Promise<EraseAnswer | undefined>
}

/** Whether a record is of one of them; this process has nobody else to attend to. */
export function owns(
  people: People,
  { actorId, raw }: { actorId?: string | undefined; raw: string },
): boolean {
  return finish(people.own(actorId === undefined ? { raw } : { actorId, raw }))
}
