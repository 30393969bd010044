import { askingOf, mayAsk, type Question, questions } from '../../../src/access/roles/questions'
import { type Role, roles } from '../../../src/identity/role'
import { impersonalReads, ownReads, scopedReads } from './reads'

/** What a role sees of its own, of others of its organisation, and of another organisation. */
export const whose: Readonly<Record<Role, readonly [own: string, others: string, abroad: string]>> =
  {
    admin: ['yes', 'yes', 'no'],
    'teacher-admin': ['themself, the groups under their management, those they teach', 'no', 'no'],
    teacher: ['themself, the groups they teach', 'no', 'no'],
    student: ['themself', 'no', 'no'],
    analyst: ['yes', 'yes', 'no'],
    system: ['groups of 5 or more; people by pseudonyms for a purpose', 'the same', 'the same'],
  }

/** Writes the tables of docs/roles.md, from those that admit readers and drive the tests of all routes. */
export function rolesTables(): { whose: string; questions: string; others: string } {
  return {
    whose: tableOf(
      ['role', 'own', "others' in the organisation", 'other organisations'],
      roles.map((role) => [`\`${role}\``, ...whose[role]]),
    ),
    questions: tableOf(
      ['question', ...roles.map((role) => `\`${role}\``), 'aggregates only'],
      (Object.keys(questions) as Question[]).map((question) => [
        `\`${question}\``,
        ...roles.map((role) => (mayAsk(role, question) ? 'yes' : '–')),
        askingOf(question).aboutPeople || !mayAsk('analyst', question) ? '–' : 'yes',
      ]),
    ),
    others: tableOf(
      ['opened by', 'routes'],
      [
        ...[...new Set(Object.values(scopedReads))].map((scope) => [
          `the scope \`${scope}\``,
          listed(Object.keys(scopedReads).filter((name) => scopedReads[name] === scope)),
        ]),
        ["a person's own token", listed(ownReads)],
        ['anybody: nothing is in them of anybody', listed(impersonalReads)],
      ],
    ),
  }
}

function listed(names: readonly string[]): string {
  return names.map((name) => `\`${name.replace('GET ', '')}\``).join(', ')
}

function tableOf(head: readonly string[], rows: readonly (readonly string[])[]): string {
  const lines = [head, head.map(() => '---'), ...rows]
  return lines.map((cells) => `| ${cells.join(' | ')} |`).join('\n')
}

if (import.meta.main) console.log(Object.values(rolesTables()).join('\n\n'))
