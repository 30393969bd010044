import { expect, it } from 'bun:test'
import { retentionClasses } from '../../src/event/record'
import { read } from '../house/repository'
import { graphOf, ofType } from './support/graphs'

const document = read('docs/aws.md')

it('has a section of the runbook for every alarm', () => {
  const classes = new RegExp(`(${retentionClasses.join('|')})$`, 'i')
  const named = ofType(graphOf('ci'), 'MetricAlarm').map(({ name }) =>
    name.replace(/Alarm$/, '').replace(classes, ''),
  )
  const sections = document.split('\n').flatMap((line) => line.match(/^### (\w+)$/)?.[1] ?? [])
  expect(sections.toSorted()).toEqual([...new Set(named)].sort())
})
