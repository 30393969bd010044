import { InvalidArgumentError } from 'commander'

// The planning commands take these numbers for an option: `1e6` as well as `1000000`.

/** Reads a number above 0. @throws {InvalidArgumentError} */
export function positive(text: string): number {
  const value = Number(text)
  if (Number.isFinite(value) && value > 0) return value
  throw new InvalidArgumentError('It must be a number above 0, e.g. 1e6.')
}

/** Reads a number from 0 on. @throws {InvalidArgumentError} */
export function amount(text: string): number {
  const value = Number(text)
  if (text.trim() !== '' && Number.isFinite(value) && value >= 0) return value
  throw new InvalidArgumentError('It must be a number, 0 or more.')
}
