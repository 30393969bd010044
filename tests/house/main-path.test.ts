import { expect, it } from 'bun:test'
import { files, read } from '../support/repository'

const steps = ['identify', 'block', 'decode', 'verify', 'split', 'read', 'refuse', 'govern']
steps.push('stamp', 'append', 'quarantine', 'count', 'acknowledge')

it('the main path reads from top to bottom: its files take every step, in the order of the list', () => {
  const source = read('src/ingest/ingest.ts') + read('src/ingest/ingest-reading.ts')
  const called = [...source.matchAll(/(?<![\w.])(\w+)\(/g)].map((match) => match[1]!)
  expect([...new Set(called)].filter((name) => steps.includes(name))).toEqual(steps)
  const list = source.slice(source.indexOf('/*\n'), source.indexOf('*/'))
  expect([...(list.match(/\w+(?= ›)|(?<=› )\w+/g) ?? [])]).toEqual(steps)
})

it('each step has its file', () => {
  const own = files().flatMap((path) => /^src\/ingest\/steps\/([\w-]+)\.ts$/.exec(path)?.[1] ?? [])
  // A whole body is quarantined otherwise than an item is.
  expect(own.toSorted()).toEqual([...steps, 'quarantine-body'].toSorted())
})
