import { SOURCE_ID } from '../../access/keys/sources'
import {
  duplicatesModes,
  observerMethods,
  type Source,
  sourceModes,
} from '../../platform/registry/sources'
import { SourceBudgetSettings } from '../budgets/schemas'
import { dialectName, vocabularyOrder } from '../native-settings'
import { z } from '../zod'

const name = z
  .string()
  .refine((value) => value.trim() !== '' && [...value].length <= 200, {
    error: 'Must have 1 to 200 characters',
  })
  .openapi({ minLength: 1, maxLength: 200, description: 'For people' })

const PublicKey = z
  .looseObject({ kty: z.string() })
  .openapi('PublicKey', { description: 'A public key as JSON (RFC 7517): RSA, EC or OKP' })

const SigningSettings = z
  .strictObject({
    required: z
      .boolean()
      .default(true)
      .openapi({ description: 'Whether a body without a signature is refused' }),
    jwksUrl: z.string().min(1).max(2048).optional().openapi({
      format: 'uri',
      description:
        'Where its keys are published (https): fetched when needed, kept for ten minutes',
    }),
    // Each key may have to be tried with each body; rotating keys needs two or three.
    keys: z.array(PublicKey).min(1).max(20).optional(),
  })
  .refine(({ jwksUrl, keys }) => (jwksUrl === undefined) !== (keys === undefined), {
    error: 'Must have either jwksUrl or keys',
    abort: true,
  })
  .openapi('SourceSigningSettings', {
    description: 'Keys that signed bodies are verified with: either `jwksUrl` or `keys`',
  })

const mode = z.enum(sourceModes).default('lenient').openapi({
  description:
    'What becomes of an item that breaks a MUST of its standard. `lenient`: it is stored, and counted. `strict`: it goes to quarantine with its report, and a request of which nothing could be stored is answered 400.',
})

const duplicates = z.enum(duplicatesModes).default('refuse').openapi({
  description:
    'What becomes of a statement of xAPI whose id is held with other content. `refuse`: it costs its request, which is answered 409. `accept`: it goes to quarantine, and the others of its request are stored. The first statement with an id stands either way. For back-fills.',
})

const tellsConsent = z
  .boolean()
  .optional()
  .transform((tells) => tells || undefined)
  .openapi({
    type: 'boolean',
    description:
      'Whether what its events say that people granted or denied is kept as theirs (`docs/consents.md`); no when left out',
  })

const tellsRosters = z
  .boolean()
  .optional()
  .transform((tells) => tells || undefined)
  .openapi({
    type: 'boolean',
    description:
      'Whether its memberships decide who teaches and administers which group (`docs/rosters.md`); no when left out',
  })

// A source of one school has its learners' tags; a document of DynamoDB has room for some thousands.
const MAX_TAGS = 1000

const observer = z
  .strictObject({
    auth: z
      .array(z.enum(observerMethods))
      .max(observerMethods.length)
      .refine((names) => new Set(names).size === names.length, {
        error: 'Must name each method once',
      })
      .optional()
      .openapi({
        description:
          'By what its frames may say who their learner is, in the order in which it is tried; all but `guest` when left out',
      }),
    userTags: z.array(z.string().min(1).max(128)).max(MAX_TAGS).optional().openapi({
      description:
        'Learners with these tags (`user_tag`) are vouched for; others are refused, unless there may be guests. Any may come when left out.',
    }),
  })
  .openapi('ObserverSettings', {
    description: 'How streams at `/wsapi/in/` are taken (`docs/observer.md`)',
  })

const id = z
  .string()
  .regex(SOURCE_ID, 'Must be 1 to 64 letters, digits and . _ -, a letter or digit first')
  .openapi({ description: 'Stamped on every event it sends; cannot be changed' })

const settings = {
  name,
  mode,
  duplicates,
  signing: SigningSettings.optional(),
  vocabularies: vocabularyOrder.optional(),
  dialect: dialectName.optional(),
  tellsConsent,
  tellsRosters,
  budgets: SourceBudgetSettings.optional(),
  observer: observer.optional(),
}

/** The settings of a source, to replace it. */
export const SourceSettings = z.strictObject(settings).openapi('SourceSettings')

/** The settings of a source and its id, to make one. An extension of `SourceSettings` would forbid `id` too. */
export const NewSource = z.strictObject({ id, ...settings }).openapi('NewSource')

const time = z.iso.datetime()

export const SourceView = z
  .object({
    id: z.string(),
    name: z.string(),
    mode: z.enum(sourceModes),
    duplicates: z.enum(duplicatesModes),
    signing: z
      .object({
        required: z.boolean(),
        jwksUrl: z.string().optional(),
        keys: z.array(PublicKey).optional(),
      })
      .openapi('SourceSigning')
      .optional(),
    vocabularies: vocabularyOrder.optional(),
    dialect: dialectName.optional(),
    tellsConsent: z.boolean().optional(),
    tellsRosters: z.boolean().optional(),
    budgets: SourceBudgetSettings.optional(),
    observer: observer.optional(),
    createdAt: time,
    updatedAt: time,
  })
  .openapi('Source')

export function viewOf(source: Source): z.output<typeof SourceView> {
  const { sourceId: id, name, mode = 'lenient', duplicates = 'refuse', createdAt } = source
  const { signing, updatedAt = createdAt } = source
  const { vocabularies, dialect, tellsConsent, tellsRosters, budgets, observer } = source
  const chosen = {
    ...(signing && { signing }),
    ...(vocabularies && { vocabularies }),
    ...(dialect && { dialect }),
    ...(tellsConsent && { tellsConsent }),
    ...(tellsRosters && { tellsRosters }),
    ...(budgets && { budgets }),
    ...(observer && { observer }),
  }
  return { id, name, mode, duplicates, ...chosen, createdAt, updatedAt }
}

/** Says settings for the audit trail, without the bytes of keys, and without the tags of learners. */
export function settingsAudited({ signing, observer, ...rest }: z.output<typeof SourceSettings>) {
  const { keys, ...other } = signing ?? {}
  const kept = keys === undefined ? other : { ...other, keys: keys.length }
  const { userTags, ...methods } = observer ?? {}
  const shown = userTags === undefined ? methods : { ...methods, userTags: userTags.length }
  return { ...rest, ...(signing && { signing: kept }), ...(observer && { observer: shown }) }
}

export const settingsExample = {
  name: 'Canvas',
  mode: 'lenient' as const,
  duplicates: 'refuse' as const,
  signing: { required: true, jwksUrl: 'https://keys.example.edu/jwks' },
}

export const viewExample = {
  id: 'canvas',
  ...settingsExample,
  createdAt: '2026-11-15T10:15:00.000Z',
  updatedAt: '2026-11-15T10:15:00.000Z',
}
