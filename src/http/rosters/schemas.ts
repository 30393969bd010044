import { actorFields, groupFields } from '../../rosters/ids'
import { z } from '../zod'

const count = z.int().min(0)
const date = z.string().openapi({ format: 'date' })
const term = {
  from: date.optional().openapi({ description: 'From this day on' }),
  to: date.optional().openapi({ description: 'Before this day' }),
}

// As long as an id of an event may be (`event/limits.ts`).
const id = z.string().min(1).max(2048)
const form = z.string().min(1).max(512)

const isDry = z.enum(['true', 'false']).default('false')

export const LoadQuery = z.strictObject({
  dryRun: isDry.openapi({ description: '`true` says what would change, and changes nothing' }),
  actorId: form.optional().openapi({
    description: `The column of \`users.csv\` by which events name people: one of ${list(actorFields)}, or a text with one in braces. Left out, \`sourcedId\`, \`identifier\` and the user ids are all of a person.`,
    example: 'https://example.edu/users/{sourcedId}',
  }),
  groupId: form.default('sourcedId').openapi({
    description: `The column of \`classes.csv\` by which events name a class, as their group or course: one of ${list(groupFields)}, or a text with one in braces`,
    example: 'https://example.edu/sections/{sourcedId}',
  }),
})

export const ReadQuery = z.strictObject({
  actor: id.optional().openapi({ description: 'Also tell what this person teaches and manages' }),
  group: id.optional().openapi({ description: 'Also tell who is in this class' }),
})

function list(names: readonly string[]): string {
  return names.map((name) => `\`${name}\``).join(', ')
}

const Counts = z
  .object({ organisations: count, users: count, classes: count, enrolments: count })
  .openapi('RosterCounts', { description: 'What the roster has' })

const Changed = z.object({ added: count, changed: count, removed: count }).openapi('RosterChanged')

const Warning = z
  .object({ code: z.string(), message: z.string(), count })
  .openapi('RosterWarning', { description: 'It was taken all the same' })

export const LoadedRoster = z
  .object({
    dryRun: z.boolean(),
    version: z.enum(['1.1', '1.2']).openapi({ description: 'Of OneRoster' }),
    counts: Counts,
    changes: z.object({
      classes: Changed,
      enrolments: z.object({ added: count, removed: count }),
      organisations: Changed,
      staff: Changed.openapi({
        description: 'Entries of people who may see something: one for each id of theirs',
      }),
      access: z
        .array(
          z.object({ actor: z.string(), gains: z.array(z.string()), loses: z.array(z.string()) }),
        )
        .openapi({
          description:
            'Whose access changes, those who lose some first: at most 100 people, and 20 groups of each',
        }),
    }),
    warnings: z.array(Warning),
  })
  .openapi('LoadedRoster')

const Staff = z
  .object({
    teaches: z.array(z.string()),
    manages: z.array(z.string()),
    terms: z
      .array(z.object({ group: z.string(), does: z.enum(['teaches', 'manages']), ...term }))
      .optional()
      .openapi({ description: 'Groups that are theirs for some time only' }),
    orgs: z
      .array(z.object({ org: z.string(), ...term }))
      .optional()
      .openapi({ description: 'Organisations of which, and below which, all groups are managed' }),
    told: z
      .array(
        z.object({
          group: z.string(),
          does: z.enum(['teaches', 'manages']),
          at: z.iso.datetime(),
        }),
      )
      .openapi({ description: 'By events of sources with `tellsRosters`' }),
  })
  .openapi('RosterStaff')

const Group = z
  .object({
    id: z.string(),
    title: z.string(),
    org: z.string(),
    members: z.array(
      z.object({
        ids: z.array(z.string()),
        role: z.enum(['student', 'teacher', 'administrator', 'other']),
        ...term,
      }),
    ),
  })
  .openapi('RosterGroup')

export const RosterState = z
  .object({
    status: z.enum(['none', 'loading', 'loaded']).openapi({
      description: '`loading` also where a load was cut short: then load it again',
    }),
    version: z.string().optional(),
    counts: Counts.optional(),
    loadedAt: z.iso.datetime().optional(),
    loadedBy: z.string().optional().openapi({ description: 'The id of the key' }),
    actorId: z.string().optional(),
    groupId: z.string().optional(),
    staff: Staff.optional().openapi({ description: 'Of `actor`' }),
    group: Group.optional().openapi({ description: 'Of `group`, where it is in the roster' }),
  })
  .openapi('RosterState')

const counts = { organisations: 3, users: 412, classes: 24, enrolments: 1630 }

export const loadedExample = {
  dryRun: true,
  version: '1.1' as const,
  counts,
  changes: {
    classes: { added: 1, changed: 2, removed: 0 },
    enrolments: { added: 31, removed: 2 },
    organisations: { added: 0, changed: 1, removed: 0 },
    staff: { added: 1, changed: 1, removed: 0 },
    access: [{ actor: 't-17', gains: ['math-7b'], loses: [] }],
  },
  warnings: [],
}

export const stateExample = {
  status: 'loaded' as const,
  version: '1.1',
  counts,
  loadedAt: '2026-11-15T10:15:00.000Z',
  loadedBy: 'key_5f2c1d9e-6f0a-4f3b-9d6e-0a4f1c2b3d4e',
  groupId: 'sourcedId',
}
