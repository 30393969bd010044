import { dialectNames, vocabularyNames } from '../event/event-type'
import { z } from './zod'

/** An order of vocabularies; those that it leaves out come after it. */
export const vocabularyOrder = z
  .array(z.enum(vocabularyNames))
  .max(vocabularyNames.length)
  .refine((names) => new Set(names).size === names.length, {
    error: 'Must name each vocabulary once',
  })
  .openapi({
    description:
      'Where the type of a native event is looked for first. `tenant` stands for the types that the tenant registered. What is left out comes after it.',
  })

export const dialectName = z.enum(dialectNames).openapi({
  description:
    'What the native events of this source are read as where they do not show it by their form. Left out, as events of your own making.',
})
