import { readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { compileVocabulary, type Vocabulary } from './compile'
import { pageOf } from './page'

const root = join(import.meta.dirname, '../..')
const folder = 'src/standards/native/vocabularies'

/** The order is the one in which a name is looked up, where neither source nor tenant has another. */
const names = ['platform', 'attempt', 'quiz', 'observer']

export const compiledFile = `${folder}/compiled.json`
export const pageFile = 'docs/event-types.md'

/** Makes what is committed of the vocabularies. @returns text by path from the root of the repository */
export function buildVocabularies(): Record<string, string> {
  const vocabularies = names.map(readVocabulary)
  const types = vocabularies.flatMap((one) => one.types)
  // A line a type: what changed in one is seen.
  const lines = types.map((type) => JSON.stringify(type)).join(',\n')
  return {
    [compiledFile]: `{ "types": [\n${lines}\n] }\n`,
    [pageFile]: pageOf(vocabularies),
  }
}

function readVocabulary(name: string): Vocabulary {
  const file = `${folder}/${name}.yaml`
  return compileVocabulary(file, readFileSync(join(root, file), 'utf8'))
}

if (import.meta.main) {
  for (const [file, text] of Object.entries(buildVocabularies())) {
    writeFileSync(join(root, file), text)
    process.stdout.write(`${file}\n`)
  }
}
