import { AppError } from '../error/app-error'
import type { Issue } from '../error/issue'
import { standardNamed } from '../standards'
import { formOf } from '../standards/forms'
import type { FileForm } from '../standards/standard'
import { finish } from '../syntax/steps'
import { supposed } from './file-standards'
import type { ParsedItem } from './piece'

/** The sample has the first items of a file, from which a person sees what it is. */
export const SAMPLE_ITEMS = 100
// Items are kilobytes; what is larger is judged by fewer.
const SAMPLE_CHARS = 8 * 1024 * 1024

export interface Sample {
  add(item: ParsedItem): void
  isFull(): boolean
  items: readonly ParsedItem[]
}

export function createSample(): Sample {
  const items: ParsedItem[] = []
  let size = 0
  const isFull = () => items.length === SAMPLE_ITEMS || size > SAMPLE_CHARS
  return {
    items,
    isFull,
    add(item) {
      if (isFull()) return
      items.push(item)
      size += item.text.length
    },
  }
}

/** Returns the standard of most items of a sample; the supposed one where none tells. */
export function mostlyOf(items: readonly ParsedItem[]): FileForm {
  const counts = new Map<FileForm, number>()
  for (const { value } of items) {
    const form = formOf(value)
    if (form !== undefined) counts.set(form, (counts.get(form) ?? 0) + 1)
  }
  const [most] = [...counts].sort(([, a], [, b]) => b - a)
  return most?.[0] ?? supposed
}

/**
 * Reads items as a server would that is sent them as `formFor` says.
 * @returns the reasons against each that would be refused
 */
export async function refusalsIn(
  items: readonly ParsedItem[],
  formFor: (value: unknown) => FileForm,
): Promise<Issue[][]> {
  const refusals: Issue[][] = []
  for (const item of items) {
    const errors = await refusalOf(item, formFor(item.value))
    if (errors !== undefined) refusals.push(errors)
  }
  return refusals
}

/** @returns every reason against an item, with paths inside it; undefined when it would be stored */
async function refusalOf(
  { value, text }: Pick<ParsedItem, 'value' | 'text'>,
  { name, contextOf }: FileForm,
): Promise<Issue[] | undefined> {
  const { load, idPath } = standardNamed(name)!
  const { readItem } = await load()
  const origin = { context: contextOf?.(value) ?? {}, receivedAt: new Date().toISOString() }
  try {
    const [item] = finish(readItem(text, origin)).items
    if (item === undefined || 'event' in item) return undefined
    return item.errors.map((issue) => ({ ...issue, path: within(issue.path, idPath(0)) }))
  } catch (thrown) {
    if (thrown instanceof AppError) return [...thrown.errors]
    throw thrown
  }
}

/** Drops what leads to the item: it was read alone. */
function within(path: Issue['path'], idPath: Issue['path']): Issue['path'] {
  const lead = idPath.slice(0, -1)
  return lead.every((step, i) => path[i] === step) ? path.slice(lead.length) : path
}
