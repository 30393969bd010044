/** Interaction types, each with the lists of components that it uses (1.0.3, Data, 2.4.4.1). */
export const interactions = {
  'true-false': [],
  choice: ['choices'],
  'fill-in': [],
  'long-fill-in': [],
  matching: ['source', 'target'],
  performance: ['steps'],
  sequencing: ['choices'],
  likert: ['scale'],
  numeric: [],
  other: [],
} as const satisfies Record<string, readonly ComponentList[]>

export const componentLists = ['choices', 'scale', 'source', 'target', 'steps'] as const
export type ComponentList = (typeof componentLists)[number]

export const interactionTypes = Object.keys(interactions)
