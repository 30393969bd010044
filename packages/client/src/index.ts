export { createClient } from './client'
export type {
  Client,
  ClientOptions,
  Consent,
  Sending,
  TrackOptions,
  TrackRest,
} from './contract'
