import { doorKind } from './settings'

// As hard to guess as a key of ours (32 random bytes): six bits a letter, nearly.
const LENGTH = 48

/**
 * CloudFront says this secret with each request, and functions answer to nobody else. It is drawn with the first
 * deployment and lies in the state of SST, in the distribution and in the settings of the functions: whoever may
 * read those may deploy.
 */
export const doorSecret = doorKind === undefined ? undefined : await drawn()

/** Draws the secret. The package is there once SST is installed, which reads this file before. */
async function drawn() {
  const { RandomPassword } = await import('@pulumi/random')
  return new RandomPassword('DoorSecret', { length: LENGTH, special: false }).result
}

/** Functions behind the door have this of it. */
export const doorEnvironment: Record<string, $util.Input<string>> = doorSecret === undefined
  ? {}
  : { NONIUS_DOOR_SECRET: doorSecret }
