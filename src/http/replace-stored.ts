import { AppError } from '../error/app-error'

interface Replacement<Stored, Replaced> {
  /** @throws {AppError} `not_found` */
  find(): Promise<Stored>
  /** Looks at the new settings, over the network if need be. @throws {AppError} when they are refused */
  check(): Promise<unknown>
  /** @returns undefined when somebody else has changed what is stored in the meantime */
  replace(stored: Stored): Promise<Replaced | undefined>
}

// Two people at once are enough to lose one try each.
const MAX_TRIES = 5

/**
 * Replaces the settings of something stored. For what is not there, no address is looked up; and what
 * is replaced is read after the check, which may have taken a while.
 * @throws {AppError} what `find` and `check` throw; `unavailable` when others are always quicker
 */
export async function replaceStored<Stored, Replaced>({
  find,
  check,
  replace,
}: Replacement<Stored, Replaced>): Promise<Replaced> {
  await find()
  await check()
  for (let tries = 0; tries < MAX_TRIES; tries += 1) {
    const replaced = await replace(await find())
    if (replaced !== undefined) return replaced
  }
  throw new AppError('unavailable', 'It is being changed all the time; please try again.')
}
