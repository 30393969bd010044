import { createClient } from './client'
import type { Client, ClientOptions, Consent } from './contract'
import { page } from './page'

/** What the script tag makes of a page's `globalThis.nonius`. */
export interface ScriptGlobal extends Client {
  /** What the tag says: what other clients of the page can be made with. */
  readonly settings: ClientOptions
  readonly createClient: typeof createClient
}

/** Makes the client of the page as the attributes of its tag say: `data-key`, `data-source` and so on. */
function start(): void {
  // A script that is a module is nobody's current script.
  const tag = page.document?.currentScript ?? page.document?.querySelector('script[data-key]')
  if (!tag?.dataset.key) {
    console.warn('[nonius] the script tag has no data-key')
    return
  }
  const { key, url, source, session, user, consent, debug } = tag.dataset
  const settings: ClientOptions = {
    url: url ?? tag.src.replace(/\/client\.js(\?.*)?$/, ''),
    key,
    source,
    sessionId: session,
    userId: user,
    consent: consentOf(consent),
    debug: debug !== undefined && debug !== 'false',
  }
  const client = createClient(settings)
  const nonius: ScriptGlobal = {
    ...client,
    settings,
    createClient,
    consent(given) {
      // Other clients that the page makes later begin with what was decided.
      settings.consent = given
      client.consent(given)
    },
  }
  ;(globalThis as { nonius?: ScriptGlobal }).nonius = nonius
}

// What is not understood has not been agreed to.
function consentOf(said: string | undefined): Consent {
  if (said === undefined || said === 'true') return true
  return said === 'false' ? false : 'pending'
}

start()
