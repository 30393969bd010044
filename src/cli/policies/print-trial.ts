import type { Tried } from '../../governance/policy/trial'
import { describeIssue } from '../issue-text'
import { renderTable } from '../table'

/** The answer of `POST /policies/test`. */
export type Trial = Tried & {
  isAll: boolean
  warnings: Parameters<typeof describeIssue>[0][]
}

const names = [
  ...['rule', 'matched', 'withheld', 'held', 'sampled', 'treated', 'reclassified'],
  ...['never sampled', 'for example'],
]

/** Writes for a person what a policy would have made of the last events. */
export function linesOfTrial(tried: Trial): string[] {
  const { tested, kept, held, withheld, changed, differs, rules } = tried
  const rows = rules.map((one) => [
    ...[one.rule, one.matched, one.withheld, one.held, one.sampled, one.treated],
    ...[one.reclassified, one.neverSampled, one.examples.slice(0, 2).join(' ')],
  ])
  return [
    `Of ${tested} events: ${kept} kept (${changed} changed), ${held} held, ${withheld} withheld. The policy in force decides otherwise of ${differs}.`,
    ...(tried.isAll ? [] : ['There was no time for more.']),
    ...(rows.length === 0 ? [] : renderTable(names, rows).split('\n')),
    ...tried.matchedNothing.map((name) => `${name} matched nothing.`),
    ...tried.matchedEverything.map((name) => `${name} matched everything.`),
    ...tried.conflicts.map(
      ({ about, won, lost, events, example }) =>
        `${won} and ${lost} contradict (${about}) for ${events}, e.g. ${example}: ${won} counts, being stricter.`,
    ),
    ...tried.warnings.map((warning) => `Note: ${describeIssue(warning)}`),
  ]
}
