import type { ConsentSignals } from './signals'

/** Loads what hears consent with the first source that tells it. */
export function signalsLater(
  needs: Parameters<typeof import('./signals')['createConsentSignals']>[0],
): ConsentSignals {
  let loading: Promise<ConsentSignals> | undefined
  return {
    async hear(...said) {
      loading ??= import('./signals').then(({ createConsentSignals }) =>
        createConsentSignals(needs),
      )
      await (await loading).hear(...said)
    },
  }
}
