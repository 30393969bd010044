import { formOf } from '../standards/forms'
import type { FileForm } from '../standards/standard'
import { confirm } from './confirm'
import { CommandError } from './failure'
import { type StandardOptions, supposed } from './file-standards'
import { describeIssue } from './issue-text'
import type { ProgressStream } from './progress'
import { readSource } from './read-pieces'
import { createSample, mostlyOf, refusalsIn, SAMPLE_ITEMS, type Sample } from './sample'
import type { SourceFile } from './source-file'

/** A reading says how the items of a file are taken. */
export interface FileReading {
  formFor(value: unknown): FileForm
  /** It is false where `data` is a member like any other. */
  hasEnvelopes: boolean
}

interface Asking extends StandardOptions {
  /** A file to be sent is asked about also where no other standard fits it better. */
  purpose: 'send' | 'check'
}

/**
 * Looks at the first items of a file, and decides how it is taken: as `--as` says, or else each item
 * as what its members tell. Asks where most would be refused.
 * @throws {CommandError} when the answer is no, or nobody is there to give one
 */
export async function decideReading(
  file: SourceFile,
  stream: ProgressStream,
  { as, yes, purpose }: Asking,
): Promise<FileReading> {
  const { items, hasEnvelopes } = await sampleOf(file, stream, as ?? supposed)
  const mostly = mostlyOf(items)
  const reading = readingAs(as, mostly, hasEnvelopes)
  const refusals = await refusalsIn(items, reading.formFor)
  if (refusals.length * 2 <= items.length) return reading

  const isOther = as !== undefined && as !== mostly
  const others = isOther ? await refusalsIn(items, () => mostly) : refusals
  const likely = others.length * 2 <= items.length ? mostly : undefined
  if (likely === undefined && purpose === 'check') return reading

  const first = items.length < SAMPLE_ITEMS ? `${items.length}` : `the first ${items.length}`
  const found = `${file.name}: ${refusals.length} of ${first} would be refused as ${(as ?? mostly).words.as}`
  const [[reason] = []] = refusals
  const question =
    likely === undefined
      ? `${found} (${reason === undefined ? 'no reason' : describeIssue(reason)}): send them all the same, into quarantine?`
      : `${found}; these look like ${likely.words.many}: ${purpose} them with --as ${likely.name}?`
  const otherwise = likely === undefined ? 'pass --yes' : `pass --as ${likely.name}, or --yes`
  if (await confirm({ question, yes, otherwise })) {
    return likely === undefined ? reading : readingAs(likely, likely, likely === supposed)
  }
  throw new CommandError(`Nothing was ${purpose === 'send' ? 'sent' : 'checked'}`)
}

function readingAs(as: FileForm | undefined, mostly: FileForm, hasEnvelopes: boolean): FileReading {
  return {
    formFor: (value) => as ?? formOf(value) ?? mostly,
    hasEnvelopes,
  }
}

/** Reads the first items; again, where what seemed to be an envelope is an event with `data`. */
async function sampleOf(
  file: SourceFile,
  stream: ProgressStream,
  form: FileForm,
): Promise<{ items: Sample['items']; hasEnvelopes: boolean }> {
  for (let hasEnvelopes = form === supposed; ; hasEnvelopes = false) {
    const sample = createSample()
    let isMistaken = false
    await readSource(file, stream, {
      hasEnvelopes,
      take(piece) {
        if (piece.kind === 'item') sample.add(piece)
        else isMistaken ||= isItem(piece.head + piece.tail)
      },
      itemCount: () => sample.items.length,
      isDone: () => sample.isFull() || isMistaken,
    })
    if (!isMistaken) return { items: sample.items, hasEnvelopes }
  }
}

/** Tells whether what seems to be an envelope is an item, of a standard that has none. */
function isItem(text: string): boolean {
  try {
    const form = formOf(JSON.parse(text))
    return form !== undefined && form !== supposed
  } catch {
    return false // the reading says so
  }
}
