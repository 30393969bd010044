import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { repository } from './program'

/** What the README of an example tells its reader to run, and what it says is printed then. */
export interface Readme {
  /** The lines of its block of shell, to be run from the root of the repository. */
  commands: string[]
  /** The lines of its block of text. */
  printed: string[]
}

/** @param example the name of a folder in `examples/` */
export function readmeOf(example: string): Readme {
  const text = readFileSync(join(repository, 'examples', example, 'README.md'), 'utf8')
  return { commands: linesOf(text, 'sh'), printed: linesOf(text, 'text') }
}

function linesOf(markdown: string, language: string): string[] {
  const block = new RegExp(`^\`\`\`${language}\n([\\s\\S]*?)\n\`\`\`$`, 'm').exec(markdown)
  return (block?.[1] ?? '').split('\n').filter(Boolean)
}

/** The blocks of code of a language in a document, as they stand there. */
export function blocksIn(document: string, language: string): string[] {
  const text = readFileSync(join(repository, document), 'utf8')
  const blocks = text.matchAll(/^```(\w+)\n([\s\S]*?)^```$/gm)
  return [...blocks].filter(([, name]) => name === language).map(([, , code]) => code!)
}
