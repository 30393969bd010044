import { api } from './api'
import { gateway } from './domain'
import { doorUrl } from './door'

/** Senders reach the API here. */
export const url = doorUrl ?? gateway?.url ?? api.url

/** Programs that look after a stage find it by this, inside `sst shell`; no function is told of it. */
new sst.Linkable('Address', { properties: { url } })
