import { SOURCE_ID } from '../../access/keys/sources'
import {
  ACTOR_ID,
  FIRST_PEOPLE_SOURCE,
  MAX_ACTOR_IDS,
  MAX_JWKS_URL,
  MAX_NAME,
  MAX_ROLES,
  type PeopleIssuer,
} from '../../access/people/issuer'
import { personRoles } from '../../identity/role'
import { z } from '../zod'

const name = z.string().min(1).max(MAX_NAME)

const claim = name.openapi({
  description:
    'A claim by its name, by a JSON Pointer (`/realm_access/roles`) or by a path (`realm_access.roles`)',
})

const names = {
  issuer: name.openapi({ description: 'Exactly as in the claim `iss`' }),
  audience: name.openapi({
    description:
      'What the issuer calls this tenant here, and nobody else: in `aud`, or in `client_id` of a token without one',
  }),
}

/** The settings of an issuer of people's tokens. */
export const IssuerBody = z
  .strictObject({
    ...names,
    jwksUrl: z.string().min(1).max(MAX_JWKS_URL).optional().openapi({
      format: 'uri',
      description: 'Its key set (https); found by OpenID Connect Discovery when left out',
    }),
    claims: z
      .strictObject({
        learner: claim.default('sub').openapi({
          description: 'Says the learner as events name them. Not one that people may change',
        }),
        roles: claim
          .optional()
          .openapi({ description: 'Says their roles; nobody has any without' }),
        actorIds: z
          .array(name.regex(ACTOR_ID, 'Must have a claim in braces, e.g. {sub}'))
          .max(MAX_ACTOR_IDS)
          .optional()
          .openapi({
            description:
              'Other ids of the same learner: texts in which `{CLAIM}` stands for a claim. What is in them is theirs to see',
            example: ['https://lms.school.example/users/{sub}'],
          }),
      })
      .default({ learner: 'sub' }),
    roles: z
      .record(name, z.enum(personRoles))
      .refine((value) => Object.keys(value).length <= MAX_ROLES, {
        error: `Must have at most ${MAX_ROLES} roles`,
      })
      .default({})
      .openapi({ description: 'Roles here by the issuer’s own; others count for nothing' }),
    sourceId: z
      .string()
      .regex(SOURCE_ID, 'Must be 1 to 64 letters, digits and . _ -, a letter or digit first')
      .default(FIRST_PEOPLE_SOURCE)
      .openapi({ description: 'Stamped on what these people send' }),
  })
  .openapi('IssuerSettings')

const time = z.iso.datetime()

export const IssuerView = z
  .object({
    ...names,
    jwksUrl: z.string().optional(),
    claims: z.object({
      learner: z.string(),
      roles: z.string().optional(),
      actorIds: z.array(z.string()).optional(),
    }),
    roles: z.record(z.string(), z.string()),
    sourceId: z.string(),
    createdAt: time,
    updatedAt: time,
  })
  .openapi('Issuer')

export const IssuerQuery = z.strictObject(names)

export function issuerViewOf({
  tenantId: _,
  ...issuer
}: PeopleIssuer): z.output<typeof IssuerView> {
  const { actorIds, ...claims } = issuer.claims
  return {
    ...issuer,
    claims: { ...claims, ...(actorIds && { actorIds: [...actorIds] }) },
    updatedAt: issuer.updatedAt ?? issuer.createdAt,
  }
}

export const issuerExample = {
  issuer: 'https://login.school.example/realms/school',
  audience: 'nonius-school',
  claims: { learner: 'sub', roles: 'realm_access.roles' },
  roles: { staff: 'teacher' as const, pupil: 'student' as const },
  sourceId: 'people',
}

export const issuerViewExample = {
  ...issuerExample,
  createdAt: '2026-11-15T10:15:00.000Z',
  updatedAt: '2026-11-15T10:15:00.000Z',
}
